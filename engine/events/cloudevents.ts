import type { Json } from '../model/document.ts'
import type { IncomingEvent } from '../model/signal.ts'
import { isObject } from '../schema/is-object.ts'
import {
  type Fault,
  fingerprintOf,
  isScalar,
  momentOf,
  most,
  plain,
  plainLabels,
  type ReadEvents,
  type Reader,
  webAddress,
} from './incoming.ts'
import { fits, type LabelMatch } from './match.ts'

/** What an EventSource says of its CloudEvents. */
export interface CloudEventMeaning {
  readonly fingerprint?: readonly string[]
  readonly resolved?: LabelMatch
}

/** One CloudEvent or several, as JSON; labels are its attributes, and the texts and numbers of its data as `data.a.b`. */
export function readCloudEvents(raw: Json | undefined, meaning: CloudEventMeaning, reader: Reader): ReadEvents {
  const all = Array.isArray(raw) ? (raw as readonly Json[]) : [raw]
  if (all.length > most.events) return { fault: `there are more than ${most.events} events` }
  const events: IncomingEvent[] = []
  for (const [i, one] of all.entries()) {
    const read = readOne(one, meaning, reader)
    if ('fault' in read) return { fault: all.length === 1 ? read.fault : `event ${i + 1}: ${read.fault}` }
    events.push(read)
  }
  return { events }
}

function readOne(
  event: Json | undefined,
  meaning: CloudEventMeaning,
  { source, now, sha256, firstHeard }: Reader,
): IncomingEvent | Fault {
  if (!isObject(event)) return { fault: 'it is no JSON object' }
  if (event['specversion'] !== '1.0') return { fault: 'its specversion is not 1.0' }
  for (const name of ['id', 'source', 'type'])
    if (typeof event[name] !== 'string' || event[name] === '') return { fault: `it has no ${name}` }
  const { data, time, data_base64: _, ...attributes } = event
  // One that does not say when it happened is known by its id when it is sent again.
  const heard = (): number => firstHeard(fingerprintOf(sha256, source, String(event['source']), String(event['id'])))
  const at = time === undefined || time === null ? heard() : momentOf(time, now)
  if (at === undefined) return { fault: 'its time is none' }
  const texts = [...Object.entries(attributes).filter(([, value]) => isScalar(value)), ...leaves(data, 'data')]
  const labels = plainLabels(texts)
  const found = new Map(texts.map(([name, value]) => [name, String(value)]))
  const names = meaning.fingerprint ?? ['type', 'source', 'subject']
  const kind = String(event['type'])
  const url = webAddress(found.get('data.url'))
  const over = meaning.resolved !== undefined && fits(meaning.resolved, labels)
  return {
    source,
    fingerprint: fingerprintOf(sha256, source, ...names.map((name) => `${name}=${found.get(name) ?? ''}`)),
    kind: plain(kind, most.title),
    title: plain(titleOf(found, kind), most.title),
    labels,
    ...(url !== undefined && { url }),
    ...(over ? { ended: at } : { began: at }),
  }
}

const titleOf = (found: ReadonlyMap<string, string>, kind: string): string =>
  found.get('data.title') ??
  found.get('data.summary') ??
  found.get('data.message') ??
  (found.has('subject') ? `${kind}: ${found.get('subject')}` : kind)

/** Texts, numbers and truths in data, by the way to them; what lies deeper than three, or is a list, is left out. */
function leaves(value: Json | undefined, path: string, depth = 0): readonly (readonly [string, unknown])[] {
  if (!isObject(value) || depth > 2) return []
  return Object.entries(value)
    .slice(0, most.labels)
    .flatMap(([name, inner]) =>
      isObject(inner) ? leaves(inner, `${path}.${name}`, depth + 1) : [[`${path}.${name}`, inner] as const],
    )
    .filter(([, inner]) => isScalar(inner))
}
