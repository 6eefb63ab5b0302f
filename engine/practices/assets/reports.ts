import { type Address, nameOf } from '../../model/address.ts'
import { compareText } from '../../model/diagnostic.ts'
import type { Facts } from '../../model/facts.ts'
import { type Report, type ReportInput, specOf } from '../../model/practice.ts'
import { type Asset, assetsOf, bookValue, daysUntil } from './asset.ts'

/** Everything that is kept account of. */
const assets: Report = {
  name: 'assets',
  summary: 'assets with their state, warranty, end of life and book value',
  about: 'Asset',
  run: ({ graph, now }, about) => {
    const wanted = new Set(about.map((d) => d.address))
    const rows = assetsOf(graph).filter((a) => wanted.has(a.document.address))
    const left = (until: string | undefined) => (until === undefined ? '–' : `${until} (${daysUntil(until, now)} days)`)
    const worth = (a: Asset) => bookValue(a, now)
    return {
      title: 'Assets',
      tables: [
        {
          caption: 'Assets',
          head: ['asset', 'type', 'state', 'model', 'serial', 'where', 'warranty', 'end of life', 'book value'],
          rows: rows.map((a) => [
            nameOf(a.document.address),
            ...[a.type, a.state],
            a.deviceType === undefined ? '–' : nameOf(a.deviceType),
            a.serial ?? '–',
            a.host ?? a.location ?? '–',
            ...[left(a.warrantyUntil), left(a.endOfLife)],
            worth(a) === undefined ? '–' : `${Math.round(worth(a) ?? 0)} ${a.purchase?.currency ?? ''}`,
          ]),
          empty: 'there are no assets',
        },
      ],
      data: rows.map((a) => ({
        asset: nameOf(a.document.address),
        ...{
          type: a.type,
          state: a.state,
          serial: a.serial ?? null,
          host: a.host ?? null,
          location: a.location ?? null,
        },
        warrantyUntil: a.warrantyUntil ?? null,
        endOfLife: a.endOfLife ?? null,
        bookValue: worth(a) === undefined ? null : Math.round((worth(a) ?? 0) * 100) / 100,
        currency: a.purchase?.currency ?? null,
      })),
    }
  },
}

/** What is written of machines against what they say of themselves, with both ways out. */
const reconciliation: Report = {
  name: 'asset-reconciliation',
  summary: 'serial numbers, models and machines in the documents, against what hosts were seen to say',
  about: 'Host',
  observed: true,
  run: (input, about) => {
    const findings = about.flatMap((host) => differences(input, host.address))
    const unseen = about.filter((h) => input.seen?.(nameOf(h.address)) === undefined).map((h) => h.address)
    return {
      title: 'Reconciliation of assets',
      tables: [
        {
          caption: 'Differences',
          head: ['host', 'asset', 'what', 'written', 'seen', 'one way', 'the other way'],
          rows: findings.map((f) => [
            nameOf(f.host),
            f.asset === undefined ? '–' : nameOf(f.asset),
            f.what,
            f.written,
            f.seen,
            f.correct,
            f.exchange,
          ]),
          empty: `every host that was seen is the machine that is written down; ${unseen.length} of ${about.length} were never looked at`,
        },
      ],
      data: {
        differences: findings.map((f) => ({ ...f, asset: f.asset ?? null })),
        notSeen: unseen,
      },
    }
  },
}

interface Difference {
  readonly host: Address
  readonly asset?: Address
  readonly what: 'serial' | 'model' | 'no asset'
  readonly written: string
  readonly seen: string
  readonly correct: string
  readonly exchange: string
}

function differences(input: ReportInput, host: Address): readonly Difference[] {
  const hardware = input.seen?.(nameOf(host))?.hardware
  if (hardware?.serial === undefined || hardware.virtualisation !== 'none') return []
  const all = assetsOf(input.graph)
  const asset = all.find((a) => a.host === host)
  const owner = all.find((a) => a.serial === hardware.serial)
  const seen = hardware.serial
  if (asset === undefined) {
    const exchange =
      owner === undefined
        ? 'find out whose machine it is'
        : `${owner.document.address} has this serial number: say that it is this host`
    return [{ host, what: 'no asset', written: '–', seen, correct: 'write an Asset for it', exchange }]
  }
  const found: Difference[] = []
  const at = { host, asset: asset.document.address }
  if (asset.serial !== undefined && asset.serial !== seen)
    found.push({
      ...{ ...at, what: 'serial', written: asset.serial, seen },
      correct: `write ${seen} into ${asset.document.address}`,
      exchange:
        owner === undefined
          ? `machine ${asset.serial} was exchanged: write an Asset for the new one`
          : `the host is ${owner.document.address} now: exchange them`,
    })
  const type = asset.deviceType === undefined ? undefined : input.graph.documents.get(asset.deviceType)
  const model = type === undefined ? undefined : specOf<{ readonly model: string }>(type).model
  if (model !== undefined && hardware.model !== undefined && !sameModel(model, hardware.model))
    found.push({
      ...{ ...at, what: 'model', written: model, seen: hardware.model },
      correct: `give ${asset.document.address} the device type of a ${hardware.model}`,
      exchange: 'the machine was exchanged: write an Asset for the new one',
    })
  return found
}

/** Makers write the same model with and without their own name, dashes and spaces. */
function sameModel(a: string, b: string): boolean {
  const [x, y] = [a, b].map((text) => text.toLowerCase().replace(/[^a-z0-9]+/g, ''))
  return x !== undefined && y !== undefined && (x.includes(y) || y.includes(x))
}

/** Licences against what is installed. */
const licences: Report = {
  name: 'licences',
  summary: 'licences that were bought, against what was seen to be installed',
  about: 'Asset',
  observed: true,
  run: (input, about) => {
    const wanted = new Set(about.map((d) => d.address))
    const rows = assetsOf(input.graph).flatMap((asset) => {
      if (asset.licence === undefined || asset.state === 'disposed' || !wanted.has(asset.document.address)) return []
      const { packages, count, per = 'host' } = asset.licence
      const names = packages.map(wildcard)
      const hosts = input.graph.ofKind('Host').flatMap((host) => {
        const facts = input.seen?.(nameOf(host.address))
        const uses = facts?.packages?.some((p) => names.some((n) => n.test(p.name))) === true
        return uses ? [{ host: nameOf(host.address), uses: per === 'core' ? coresOf(facts) : 1 }] : []
      })
      const used = hosts.reduce((sum, h) => sum + h.uses, 0)
      return [{ licence: nameOf(asset.document.address), bought: count, per, used, left: count - used, hosts }]
    })
    const unseen = input.graph.ofKind('Host').filter((h) => input.seen?.(nameOf(h.address))?.packages === undefined)
    return {
      title: 'Licences',
      tables: [
        {
          caption: `Licences${unseen.length === 0 ? '' : `; of ${unseen.length} hosts nobody knows what is installed`}`,
          head: ['licence', 'per', 'bought', 'used', 'left', 'hosts'],
          rows: rows.map((r) => [
            r.licence,
            r.per,
            r.bought,
            r.used,
            r.left < 0 ? `${-r.left} too few` : r.left,
            r.hosts.map((h) => h.host).join(', ') || '–',
          ]),
          empty: 'there are no licences',
        },
      ],
      data: rows.map((r) => ({ ...r, hosts: r.hosts.map((h) => ({ ...h })) })),
    }
  },
}

const coresOf = (facts: Facts | undefined): number => facts?.hardware?.cpu.count ?? 1

const wildcard = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .split('*')
      .map((part) => part.replace(/[.+]/g, '\\$&'))
      .join('.*')}$`,
  )

export const reports: readonly Report[] = [assets, reconciliation, licences].sort((a, b) => compareText(a.name, b.name))
