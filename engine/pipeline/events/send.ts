import { type Diagnostic, reporter } from '../../model/diagnostic.ts'
import type { Json } from '../../model/document.ts'
import { isObject } from '../../schema/is-object.ts'
import { enginesHand } from '../record-types/hand.ts'
import type { World } from '../world.ts'
import { codes } from './codes.ts'
import { receiveEvents } from './receive.ts'
import { eventSources } from './sources.ts'

const report = reporter(codes)

type Sent = { readonly taken: number; readonly source: string } | { readonly refused: readonly Diagnostic[] }

/** Takes events from a file that somebody names, as if a source had sent them; the source of their format where there is one only. */
export async function sendEvents(world: World, path: string, named?: string): Promise<Sent> {
  const text = await world.readText(path)
  const payload = parsed(text)
  if (payload === undefined) return { refused: [report('event-refused', { summary: 'it is no JSON' })] }
  const format = isObject(payload) && payload['alerts'] !== undefined ? 'alertmanager' : 'cloudevents'
  const { graph } = (await enginesHand(world)).estate
  const fitting = eventSources(graph).filter((s) => s.format === format && (named === undefined || s.name === named))
  const [source, ...others] = fitting
  if (source === undefined || others.length > 0) {
    const summary =
      source === undefined
        ? `no EventSource${named === undefined ? '' : ` ${named.slice(0, 100)}`} sends ${format}`
        : `several EventSources send ${format}: ${fitting.map((s) => s.name).join(', ')}`
    return { refused: [report('event-source-unknown', { summary })] }
  }
  const taken = receiveEvents(world, await world.eventStore(), source, payload)
  if (taken === 'full') return { refused: [report('events-full', { summary: 'too much fails at once' })] }
  if ('fault' in taken) return { refused: [report('event-refused', { summary: taken.fault })] }
  return { taken: taken.taken, source: source.name }
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}
