import { nameOf } from '../../model/address.ts'
import { compareText } from '../../model/diagnostic.ts'
import type { Report } from '../../model/practice.ts'
import { type Asset, assetsOf, bookValue, daysUntil } from './asset.ts'
import { installedOn, useOf, withoutPackages } from './installed.ts'
import { differencesOf } from './reconcile.ts'
import { software } from './software.ts'

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
  summary: 'serial numbers, models, memory and disks in the documents, against what hosts were seen to say',
  about: 'Host',
  observed: true,
  run: (input, about) => {
    const findings = differencesOf(
      input,
      about.map((host) => host.address),
    )
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

/** Licences against what is installed. */
const licences: Report = {
  name: 'licences',
  summary: 'licences that were bought, against what was seen to be installed',
  about: 'Asset',
  observed: true,
  run: (input, about) => {
    const wanted = new Set(about.map((d) => d.address))
    const installed = installedOn(input)
    const rows = assetsOf(input.graph).flatMap((asset) => {
      const use =
        asset.state === 'disposed' || !wanted.has(asset.document.address) ? undefined : useOf(installed, asset)
      return use === undefined ? [] : [{ licence: nameOf(asset.document.address), ...use }]
    })
    const unseen = withoutPackages(input)
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

export const reports: readonly Report[] = [assets, reconciliation, licences, software].sort((a, b) =>
  compareText(a.name, b.name),
)
