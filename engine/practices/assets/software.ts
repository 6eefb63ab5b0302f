import { type Address, nameOf } from '../../model/address.ts'
import { count } from '../../model/count.ts'
import { targets } from '../../model/graph.ts'
import type { Report, ReportInput } from '../../model/practice.ts'
import { type Asset, assetsOf, daysUntil } from './asset.ts'
import { type Installed, installedOf, installedOn, type LicenceUse, useOf, withoutPackages } from './installed.ts'

/** Where installed software is other than is written, with both ways out. */
interface SoftwareDifference {
  readonly asset: Address
  readonly what: 'too few licences' | 'not used' | 'end of life' | 'not recorded' | 'not installed' | 'no longer ours'
  readonly hosts: readonly string[]
  readonly written: string
  readonly seen: string
  readonly correct: string
  readonly change: string
}

/** Days before the end of its life that installed software is told of. */
const ahead = 180

/** Software and licences in the documents against packages that hosts report. */
export const software: Report = {
  name: 'software',
  summary: 'software and licences in the documents, against what is installed: too few, ended, not recorded',
  about: 'Asset',
  observed: true,
  run: (input, about) => {
    const wanted = new Set(about.map((d) => d.address))
    const unseen = withoutPackages(input)
    const packages = installedOn(input)
    const rows = assetsOf(input.graph)
      .filter((a) => wanted.has(a.document.address) && (a.software ?? a.licence) !== undefined)
      .map((asset) => ({ asset, installed: installedOf(packages, asset), use: useOf(packages, asset) }))
    const differences = rows.flatMap((row) => differencesOf(input, row, unseen.length > 0))
    return {
      title: 'Software',
      tables: [
        {
          caption: 'Differences',
          head: ['asset', 'what', 'hosts', 'written', 'seen', 'one way', 'the other way'],
          rows: differences.map((d) => [
            ...[nameOf(d.asset), d.what, d.hosts.join(', ') || '–', d.written, d.seen, d.correct, d.change],
          ]),
          empty: `what is installed is what is written down, on ${input.graph.ofKind('Host').length - unseen.length} of ${input.graph.ofKind('Host').length} hosts`,
        },
        {
          caption: 'Installed',
          head: ['asset', 'type', 'state', 'end of life', 'versions', 'hosts'],
          rows: rows.map(({ asset, installed }) => [
            ...[nameOf(asset.document.address), asset.type, asset.state, asset.endOfLife ?? '–'],
            ...[versionsOf(installed) || '–', hostsOf(installed).length],
          ]),
          empty: 'no asset names packages',
        },
        {
          caption: 'Hosts of which nobody knows what is installed',
          head: ['host'],
          rows: unseen.map((host) => [host]),
          empty: 'there are none',
        },
      ],
      data: {
        differences: differences.map((d) => ({ ...d })),
        installed: rows.map(({ asset, installed }) => ({
          ...{ asset: asset.document.address, type: asset.type, state: asset.state },
          ...{ endOfLife: asset.endOfLife ?? null, packages: installed.map((i) => ({ ...i })) },
        })),
        notSeen: unseen,
      },
    }
  },
}

interface Row {
  readonly asset: Asset
  readonly installed: readonly Installed[]
  readonly use: LicenceUse | undefined
}

/** @param partly whether there are hosts of which nobody knows what is installed */
function differencesOf(
  input: ReportInput,
  { asset, installed, use }: Row,
  partly: boolean,
): readonly SoftwareDifference[] {
  const { address } = asset.document
  const hosts = hostsOf(installed)
  const names = [...new Set(installed.map((i) => i.name))].join(', ')
  const tell = (
    difference: Omit<SoftwareDifference, 'asset' | 'hosts'> & { readonly hosts?: readonly string[] },
  ): SoftwareDifference => ({ asset: address, hosts, ...difference })
  if (asset.state === 'retired' || asset.state === 'disposed')
    return hosts.length === 0
      ? []
      : [
          tell({
            ...{ what: 'no longer ours', written: asset.state, seen: versionsOf(installed) },
            correct: `say that ${address} is in use again`,
            change: `remove ${names} from ${hosts.join(', ')}`,
          }),
        ]
  return [...licence(), ...life(), ...places()]

  function licence(): readonly SoftwareDifference[] {
    if (use === undefined) return []
    const unit = (n: number): string => count(n, use.per)
    if (use.left < 0)
      return [
        tell({
          ...{ what: 'too few licences', written: unit(use.bought), seen: unit(use.used) },
          correct: `buy ${-use.left} more, and write ${use.used} as the count of ${address}`,
          change: `remove ${names} until ${-use.left} fewer are used`,
        }),
      ]
    // Where not all hosts were looked at, it may be on one of the others.
    if (use.used > 0 || use.bought === 0 || partly) return []
    return [
      tell({
        ...{ what: 'not used', written: unit(use.bought), seen: unit(0) },
        correct: `give it back, and retire ${address}`,
        change: 'install what it was bought for',
      }),
    ]
  }

  function life(): readonly SoftwareDifference[] {
    const days = asset.endOfLife === undefined ? undefined : daysUntil(asset.endOfLife, input.now)
    if (days === undefined || days > ahead || hosts.length === 0) return []
    return [
      tell({
        what: 'end of life',
        written: days < 0 ? `ended on ${asset.endOfLife}` : `ends on ${asset.endOfLife}, in ${count(days, 'day')}`,
        seen: versionsOf(installed),
        correct: `write the end that was agreed with its maker into ${address}`,
        change: `bring ${names} to a version that is looked after, or remove it`,
      }),
    ]
  }

  function places(): readonly SoftwareDifference[] {
    const recorded = targets(input.graph, address, 'spec.software.hosts').map(nameOf)
    if (recorded.length === 0) return []
    const more = hosts.filter((h) => !recorded.includes(h))
    const fewer = recorded.filter((h) => !hosts.includes(h) && input.seen?.(h)?.packages !== undefined)
    return [
      ...(more.length === 0
        ? []
        : [
            tell({
              ...{ what: 'not recorded', hosts: more, written: recorded.join(', ') },
              seen: versionsOf(installed.filter((i) => more.includes(i.host))),
              correct: `add ${more.join(', ')} to the hosts of ${address}`,
              change: `remove ${names} from ${more.join(', ')}`,
            }),
          ]),
      ...(fewer.length === 0
        ? []
        : [
            tell({
              ...{ what: 'not installed', hosts: fewer, written: recorded.join(', '), seen: '–' },
              correct: `take ${fewer.join(', ')} out of the hosts of ${address}`,
              change: `install it on ${fewer.join(', ')}`,
            }),
          ]),
    ]
  }
}

const hostsOf = (installed: readonly Installed[]): readonly string[] => [...new Set(installed.map((i) => i.host))]

const versionsOf = (installed: readonly Installed[]): string =>
  [...new Set(installed.map((i) => `${i.name} ${i.version}`))].sort().join(', ')
