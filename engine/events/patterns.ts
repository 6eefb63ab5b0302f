import type { Sha256 } from '../model/canonical.ts'
import { compareText } from '../model/diagnostic.ts'
import type { IncomingEvent, Signal } from '../model/signal.ts'
import { fingerprintOf } from './incoming.ts'
import type { EventRule, Matcher, Pattern, SeenEvent } from './rules.ts'

/** A signal with the documents that it is about. */
export interface SeenSignal extends SeenEvent {
  readonly signal: Signal
}

/** What belongs to one case, by the values of the labels that tell cases apart. */
interface Case {
  readonly labels: Readonly<Record<string, string>>
  readonly members: readonly SeenSignal[]
}

/** The name that signals of patterns come under; no EventSource can have it. */
export const patternSource = (rule: EventRule): string => `rule/${rule.name}`

/**
 * Patterns that hold at a moment, as conditions: those that no longer do are not among them. Times are milliseconds since 1970;
 * nothing is known of the time before `listening`.
 */
export function patternEvents(
  rules: readonly EventRule[],
  signals: readonly SeenSignal[],
  { now, listening, sha256 }: { readonly now: number; readonly listening: number; readonly sha256: Sha256 },
): readonly IncomingEvent[] {
  return rules.flatMap((rule): readonly IncomingEvent[] => {
    const { pattern } = rule
    if (pattern === undefined) return []
    const source = patternSource(rule)
    return casesOf(rule, pattern, signals).flatMap((one): readonly IncomingEvent[] => {
      const since = heldSince(pattern, one, now, listening)
      if (since === undefined) return []
      const words = Object.entries(one.labels).map(([name, value]) => `${name}=${value}`)
      return [
        {
          source,
          fingerprint: fingerprintOf(sha256, source, ...words),
          kind: rule.name,
          title:
            `${rule.incident?.title ?? said(rule.name, pattern)}${words.length === 0 ? '' : ` (${words.join(', ')})`}`.slice(
              0,
              200,
            ),
          labels: one.labels,
          began: since,
        },
      ]
    })
  })
}

/** Labels that all members share say what a case is about, beside those that tell it from others. */
function casesOf(rule: EventRule, pattern: Pattern, signals: readonly SeenSignal[]): readonly Case[] {
  const matching = signals.filter((s) => !s.source.startsWith('rule/') && rule.matches(s))
  const cases = new Map<string, SeenSignal[]>()
  for (const one of matching) {
    const key = JSON.stringify(pattern.by.map((label) => one.labels[label] ?? ''))
    cases.set(key, [...(cases.get(key) ?? []), one])
  }
  // What never was heard of is absent as well.
  if ('absent' in pattern && pattern.by.length === 0 && cases.size === 0) cases.set('[]', [])
  return [...cases]
    .sort(([a], [b]) => compareText(a, b))
    .map(([, members]) => ({
      labels: Object.fromEntries(
        pattern.by.flatMap((label) => {
          const value = members[0]?.labels[label]
          return value === undefined ? [] : [[label, value]]
        }),
      ),
      members,
    }))
}

/** Since when a pattern holds; undefined where it does not. */
function heldSince(pattern: Pattern, { members }: Case, now: number, listening: number): number | undefined {
  if ('count' in pattern) return countSince(pattern, members, now)
  if ('sequence' in pattern) return sequenceSince(pattern, members, now)
  // Nothing is known of the time before the engine listened.
  const last = Math.max(listening, ...members.map((m) => m.signal.seen))
  return now - last >= pattern.absent ? last + pattern.absent : undefined
}

function countSince(
  { count, within }: Extract<Pattern, { readonly count: number }>,
  members: readonly SeenSignal[],
  now: number,
): number | undefined {
  const times = timesOf(members).filter((time) => now - time <= within)
  // The moment at which there were enough of them.
  return times.length >= count ? times[count - 1] : undefined
}

/** Each step after the one before it, all of them within the time, the last of them not longer ago than that. */
function sequenceSince(
  { sequence, within }: Extract<Pattern, { readonly sequence: readonly Matcher[] }>,
  members: readonly SeenSignal[],
  now: number,
): number | undefined {
  const steps = sequence.map((matches) => timesOf(members.filter(matches)))
  const [first = [], ...rest] = steps
  for (const start of first) {
    let at: number | undefined = start
    for (const times of rest) {
      const after: number | undefined = at
      at = after === undefined ? undefined : times.find((time) => time > after)
    }
    if (at !== undefined && at - start <= within && now - at <= within) return at
  }
  return undefined
}

/** When they began, oldest first. */
const timesOf = (members: readonly SeenSignal[]): readonly number[] =>
  members.flatMap((m) => m.signal.began).sort((a, b) => a - b)

function said(name: string, pattern: Pattern): string {
  if ('count' in pattern) return `${name}: ${pattern.count} events within ${pattern.within / 60_000} minutes`
  if ('absent' in pattern) return `${name}: nothing was heard for ${pattern.absent / 60_000} minutes`
  return `${name}: ${pattern.sequence.length} events one after the other`
}
