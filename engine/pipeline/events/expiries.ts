import { fingerprintOf } from '../../events/incoming.ts'
import type { EventRule } from '../../events/rules.ts'
import { nameOf } from '../../model/address.ts'
import type { Sha256 } from '../../model/canonical.ts'
import type { Graph } from '../../model/graph.ts'
import type { IncomingEvent } from '../../model/signal.ts'

/** The field of a document that says when it ends, by kind. */
const ends: Readonly<Record<string, string>> = {
  AccessGrant: 'expires',
  ApplicationGrant: 'expires',
  EntryGrant: 'expires',
  DriftException: 'expires',
  Contract: 'until',
}

/** Days before the end at which it is told. */
const noticeDays = 14
const day = 86_400_000

/** The source that rules know what runs out by: `ledger` has what happened, this has what time brings. */
export const expirySource = 'calendar'

/** Documents that end within two weeks, or ended and are still there, as far as a rule wants to hear of them. */
export function expiryEvents(
  graph: Graph,
  rules: readonly EventRule[],
  now: Date,
  sha256: Sha256,
): readonly IncomingEvent[] {
  return Object.entries(ends).flatMap(([kind, field]) =>
    graph.ofKind(kind).flatMap((document): readonly IncomingEvent[] => {
      const until = document.document.spec[field]
      const end = typeof until === 'string' ? Date.parse(until) : Number.NaN
      const began = end - noticeDays * day
      if (Number.isNaN(end) || now.getTime() < began) return []
      const { address } = document
      const event = {
        source: expirySource,
        fingerprint: fingerprintOf(sha256, expirySource, address, String(until)),
        kind: 'plumbline.expiry',
        title: `${address} ends on ${new Date(end).toISOString().slice(0, 10)}`,
        labels: { kind, name: nameOf(address), document: address, until: String(until) },
        began,
      }
      return rules.some((r) => r.matches({ ...event, documents: [] })) ? [event] : []
    }),
  )
}
