import { readAlertmanager } from '../../events/alertmanager.ts'
import { readCloudEvents } from '../../events/cloudevents.ts'
import type { Fault, Reader } from '../../events/incoming.ts'
import { joined, signalOf } from '../../events/signal.ts'
import type { Json } from '../../model/document.ts'
import type { IncomingEvent } from '../../model/signal.ts'
import type { EventStore } from '../../ports/event-store.ts'
import type { World } from '../world.ts'
import type { EventSource } from './sources.ts'

/** Reads what a source sent, and keeps it: durable once it returns. Sent twice it is as good as once. */
export function receiveEvents(
  world: Pick<World, 'clock' | 'sha256'>,
  store: EventStore,
  source: EventSource,
  payload: Json,
): { readonly taken: number } | Fault | 'full' {
  const now = world.clock.now().getTime()
  const firstHeard = (key: string): number => store.firstHeard(key, now)
  const reader: Reader = { source: source.name, now, sha256: world.sha256, firstHeard }
  const read =
    source.format === 'alertmanager'
      ? readAlertmanager(payload, reader)
      : readCloudEvents(payload, source.meaning, reader)
  if ('fault' in read) return read
  return keepEvents(store, read.events, now) === 'full' ? 'full' : { taken: read.events.length }
}

export const keepEvents = (store: EventStore, events: readonly IncomingEvent[], seen: number): 'accepted' | 'full' =>
  events.length === 0
    ? 'accepted'
    : store.join(
        events.map((event) => signalOf(event, seen)),
        joined,
      )
