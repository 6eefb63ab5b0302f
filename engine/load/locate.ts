import { EVENT_ID, type Event, getScalarValue, parseEvents } from 'js-yaml'
import type { Json, JsonPath, LoadedDocument, Locate, Place } from '../model/document.ts'
import { isObject } from '../schema/is-object.ts'
import { offsetOf } from './compose.ts'
import { Lines } from './offset-place.ts'

interface Source {
  readonly text: string
  readonly lines: Lines
  readonly events: readonly Event[]
  /** Index of the event after the start of each document. */
  readonly documents: readonly number[]
}

/** Files whose events are kept: findings come file by file, so a few are enough. */
const kept = 16

/** Finds where values stand by parsing their file again. `textOf` gives the text of a file that was loaded. */
export function locator(textOf: (file: string) => string | undefined): Locate {
  const sources = new Map<string, Source | undefined>()
  const sourceOf = (file: string): Source | undefined => {
    if (sources.has(file)) return sources.get(file)
    const [oldest] = sources.keys()
    if (sources.size >= kept && oldest !== undefined) sources.delete(oldest)
    const text = textOf(file)
    const source = text === undefined ? undefined : readSource(text)
    sources.set(file, source)
    return source
  }
  return (document, path, what = 'value') => {
    const source = sourceOf(document.file)
    if (source === undefined) return startOf(document)
    const line = lineInText(document, path)
    if (line !== undefined) return { file: document.file, line, column: 1 }
    const written = document.bare !== true ? path : path[0] === 'spec' || path[1] === 'owner' ? path.slice(1) : []
    return find(source, document, written, what)
  }
}

/** What was read from a text, and stands in no YAML, knows its line itself: a step of a runbook. */
function lineInText({ bare, document }: LoadedDocument, path: JsonPath): number | undefined {
  const [, list, index] = path
  if (bare !== true || typeof list !== 'string' || typeof index !== 'number') return undefined
  const items = document.spec[list]
  const item = Array.isArray(items) ? (items as readonly Json[])[index] : undefined
  const line = isObject(item) ? item['line'] : undefined
  return typeof line === 'number' ? line : undefined
}

function readSource(text: string): Source {
  const events = parseEvents(text, {})
  const documents = events.flatMap((event, i) => (event.type === EVENT_ID.DOCUMENT ? [i + 1] : []))
  return { text, lines: new Lines(text), events, documents }
}

const startOf = (document: LoadedDocument): Place => ({ file: document.file, line: document.line, column: 1 })

/** Walks from the root of the document along the path; where the path ends early, the last place on it is named. */
function find(source: Source, document: LoadedDocument, path: JsonPath, what: 'key' | 'value'): Place {
  const { text, events, lines } = source
  let at = source.documents[document.index] ?? events.length
  let offset = offsetOf(events[at])
  for (const [index, step] of path.entries()) {
    const child = childOf(text, events, at, step)
    if (child === undefined) return place(document, lines, offset)
    const isLast = index === path.length - 1 && what === 'key'
    at = child.value
    const value = offsetOf(events[at])
    offset = isLast || value < 0 ? child.key : value
  }
  return place(document, lines, offset)
}

function place(document: LoadedDocument, lines: Lines, offset: number): Place {
  return offset < 0 ? startOf(document) : { file: document.file, ...lines.placeOf(offset) }
}

/** Index of the event of a child, and the offset of its key (of the item itself in a list). */
function childOf(
  text: string,
  events: readonly Event[],
  at: number,
  step: string | number,
): { readonly key: number; readonly value: number } | undefined {
  const parent = events[at]
  let child = at + 1
  if (parent?.type === EVENT_ID.SEQUENCE) {
    for (let i = 0; child < events.length && events[child]?.type !== EVENT_ID.POP; i++) {
      if (i === step) return { key: offsetOf(events[child]), value: child }
      child = afterNode(events, child)
    }
  }
  if (parent?.type === EVENT_ID.MAPPING) {
    while (child < events.length && events[child]?.type !== EVENT_ID.POP) {
      const key = events[child]
      const value = afterNode(events, child)
      if (key?.type === EVENT_ID.SCALAR && getScalarValue(text, key) === String(step))
        return { key: offsetOf(key), value }
      child = afterNode(events, value)
    }
  }
  return undefined
}

/** Index of the event after a node and everything in it. */
function afterNode(events: readonly Event[], at: number): number {
  let depth = 0
  for (let i = at; i < events.length; i++) {
    const type = events[i]?.type
    if (type === EVENT_ID.SEQUENCE || type === EVENT_ID.MAPPING) depth++
    else if (type === EVENT_ID.POP) depth--
    if (depth === 0) return i + 1
  }
  return events.length
}
