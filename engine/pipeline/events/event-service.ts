import type { EventStore } from '../../ports/event-store.ts'
import type { EventDelivery, EventService, EventsReceived } from '../../ports/web-server.ts'
import type { World } from '../world.ts'
import { receiveEvents } from './receive.ts'
import type { KnownSource } from './sources.ts'

export interface Receiving {
  readonly store: EventStore
  /** Who may send, as things stand. */
  readonly sources: () => readonly KnownSource[]
  /** Something came, of which source; or was refused. */
  readonly tell: (became: 'accepted' | 'refused' | 'stranger' | 'full', source?: string) => void
}

/** Takes events of those whose token is known, each in the format of its document: kept on the disk before it is answered. */
export function eventService(world: Pick<World, 'clock' | 'sha256'>, receiving: Receiving): EventService {
  return {
    receive: async (delivery) => {
      const { answer, became, source } = await receive(world, receiving, delivery)
      receiving.tell(became, source)
      return answer
    },
  }
}

interface Became {
  readonly answer: EventsReceived
  readonly became: Parameters<Receiving['tell']>[0]
  readonly source?: string
}

async function receive(
  world: Pick<World, 'clock' | 'sha256'>,
  { store, sources }: Receiving,
  { format, token, payload }: EventDelivery,
): Promise<Became> {
  const digest = world.sha256(token)
  const known = token === '' ? undefined : sources().find((s) => s.digest === digest && s.source.format === format)
  if (known === undefined)
    return {
      answer: { status: 401, error: 'the token is that of no EventSource with this format' },
      became: 'stranger',
    }
  const { source } = known
  const read = await payload()
  if ('status' in read) return { answer: read, became: 'refused', source: source.name }
  const taken = receiveEvents(world, store, source, read.value)
  if (taken === 'full')
    return {
      answer: { status: 503, error: 'too much fails at once; send it again later' },
      became: 'full',
      source: source.name,
    }
  if ('fault' in taken) return { answer: { status: 400, error: taken.fault }, became: 'refused', source: source.name }
  return { answer: { status: 202, taken: taken.taken }, became: 'accepted', source: source.name }
}
