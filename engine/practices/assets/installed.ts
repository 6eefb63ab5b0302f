import { nameOf } from '../../model/address.ts'
import { compareText } from '../../model/diagnostic.ts'
import type { ReportInput } from '../../model/practice.ts'
import type { Asset } from './asset.ts'

/** A package that an asset is about, on a host. */
export interface Installed {
  readonly host: string
  readonly name: string
  readonly version: string
  /** Of the host: a licence may be counted by them. */
  readonly cores: number
}

/** Packages by their names, in the order of hosts: made once for all assets. */
export type InstalledPackages = ReadonlyMap<string, readonly Installed[]>

export function installedOn({ graph, seen }: ReportInput): InstalledPackages {
  const packages = new Map<string, Installed[]>()
  for (const { address } of graph.ofKind('Host')) {
    const facts = seen?.(nameOf(address))
    const cores = facts?.hardware?.cpu.count ?? 1
    for (const { name, version } of facts?.packages ?? []) {
      const one = { host: nameOf(address), name, version, cores }
      const list = packages.get(name)
      if (list === undefined) packages.set(name, [one])
      else list.push(one)
    }
  }
  return packages
}

/** Where the packages that an asset names are installed: by host, and by name within each. */
export function installedOf(packages: InstalledPackages, asset: Asset): readonly Installed[] {
  const patterns = [...(asset.licence?.packages ?? []), ...(asset.software?.packages ?? [])].map(wildcard)
  const versions = asset.software?.versions?.map(wildcard)
  return [...packages]
    .filter(([name]) => patterns.some((p) => p.test(name)))
    .flatMap(([, all]) => all.filter((i) => versions?.some((v) => v.test(withoutEpoch(i.version))) ?? true))
    .sort((a, b) => compareText(a.host, b.host) || compareText(a.name, b.name))
}

/** Hosts of which nobody knows what is installed. */
export const withoutPackages = ({ graph, seen }: ReportInput): readonly string[] =>
  graph
    .ofKind('Host')
    .map((host) => nameOf(host.address))
    .filter((host) => seen?.(host)?.packages === undefined)

export interface LicenceUse {
  readonly bought: number
  readonly per: 'host' | 'core'
  readonly used: number
  /** Less than none where too few were bought. */
  readonly left: number
  readonly hosts: readonly { readonly host: string; readonly uses: number }[]
}

/** What was bought against what is installed; undefined for what is no licence. */
export function useOf(packages: InstalledPackages, asset: Asset): LicenceUse | undefined {
  if (asset.licence === undefined) return undefined
  const { count: bought, per = 'host' } = asset.licence
  // Several packages of one product on one host use it up once.
  const byHost = new Map(installedOf(packages, asset).map((i) => [i.host, per === 'core' ? i.cores : 1]))
  const hosts = [...byHost].map(([host, uses]) => ({ host, uses }))
  const used = hosts.reduce((sum, h) => sum + h.uses, 0)
  return { bought, per, used, left: bought - used, hosts }
}

/** Debian's versions begin with `1:` where their numbering began anew. */
const withoutEpoch = (version: string): string => version.replace(/^\d+:/, '')

/** A pattern of names; * stands for any letters. */
const wildcard = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .split('*')
      .map((part) => part.replace(/[.+]/g, '\\$&'))
      .join('.*')}$`,
  )
