import type { Sha256 } from '../model/canonical.ts'
import { escapeControls } from '../model/escape.ts'
import type { IncomingEvent } from '../model/signal.ts'

/** What is taken of one delivery at most; it is refused where it holds more events. */
export const most = { events: 1_000, labels: 64, label: 500, title: 200, ahead: 5 * 60_000 } as const

/** What is wrong with something that was sent, in words for whoever sends. */
export interface Fault {
  readonly fault: string
}

export type ReadEvents = { readonly events: readonly IncomingEvent[] } | Fault

export interface Reader {
  /** Name of the EventSource. */
  readonly source: string
  /** When it was received: what claims to be later than that is not. */
  readonly now: number
  readonly sha256: Sha256
  /** When something with this key was received first; now, where it is the first time. */
  readonly firstHeard: (key: string) => number
}

/** 32 hexadecimal digits of whatever tells one condition from others. */
export const fingerprintOf = (sha256: Sha256, ...parts: readonly string[]): string =>
  sha256(JSON.stringify(parts)).slice(0, 32)

/** One line of text of a stranger: nothing in it moves a cursor, and it has an end. */
export function plain(text: string, length: number): string {
  const line = escapeControls(text.slice(0, length * 2))
    .replaceAll(/\s+/g, ' ')
    .trim()
  return line.length <= length ? line : `${line.slice(0, length - 1)}…`
}

export const isScalar = (value: unknown): value is string | number | boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'

/** Labels of a stranger: so many, so long, texts only. What is more is left out, in an order that does not depend on who sent it how. */
export function plainLabels(labels: Iterable<readonly [string, unknown]>): Readonly<Record<string, string>> {
  const texts = [...labels].flatMap(([name, value]): (readonly [string, string])[] =>
    isScalar(value) ? [[plain(name, 100), plain(String(value), most.label)]] : [],
  )
  const named = texts.filter(([name]) => name !== '' && name !== '__proto__')
  return Object.fromEntries(named.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).slice(0, most.labels))
}

/** A moment as RFC 3339 has it; undefined where it is none, or the year 1 that stands for none. Later than now is now. */
export function momentOf(text: unknown, now: number): number | undefined {
  if (typeof text !== 'string' || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/i.test(text))
    return undefined
  const time = Date.parse(text)
  if (Number.isNaN(time) || time <= 0) return undefined
  return time > now + most.ahead ? now : time
}

/** An address of the web, and nothing that a click would run. */
export function webAddress(value: unknown): string | undefined {
  return typeof value === 'string' && value.length <= 500 && /^https?:\/\/[^\s<>"'`]+$/.test(value) ? value : undefined
}
