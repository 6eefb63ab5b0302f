import { canonicalJson } from '../model/canonical.ts'
import { compareText } from '../model/diagnostic.ts'
import type { Json } from '../model/document.ts'
import type { IncomingEvent, Signal } from '../model/signal.ts'

const most = 64

export function signalOf({ began, ended, ...event }: IncomingEvent, seen: number): Signal {
  return { ...event, began: began === undefined ? [] : [began], ended: ended === undefined ? [] : [ended], seen }
}

/** What two know together of one condition. Commutative, associative, and joining the same again changes nothing. */
export function joined(a: Signal, b: Signal): Signal {
  const told = compareTold(a, b) >= 0 ? a : b
  return { ...told, began: newest(a.began, b.began), ended: newest(a.ended, b.ended), seen: Math.max(a.seen, b.seen) }
}

/** Whose words count: what was told of the latest time; of the same time, whatever sorts last. */
function compareTold(a: Signal, b: Signal): number {
  return lastOf(a) - lastOf(b) || compareText(wordsOf(a), wordsOf(b))
}

const wordsOf = ({ kind, title, labels, url = '' }: Signal): string =>
  canonicalJson({ kind, title, labels, url } as unknown as Json)

const newest = (a: readonly number[], b: readonly number[]): readonly number[] =>
  [...new Set([...a, ...b])].sort((x, y) => y - x).slice(0, most)

/** When something changed last. */
export const lastOf = ({ began, ended }: Signal): number => Math.max(began[0] ?? 0, ended[0] ?? 0)

/** Milliseconds. */
export interface Damping {
  /** It has to last so long. */
  readonly for: number
  /** Over when nothing was heard of it for so long. */
  readonly clearAfter?: number
  readonly flapping: { readonly changes: number; readonly within: number; readonly settle: number }
}

/**
 * How a condition stands: `pending` does not last long enough yet, `flapping` came and went too often and counts as failing
 * until it is quiet.
 */
export type Standing =
  | { readonly state: 'clear' | 'pending' }
  | { readonly state: 'firing' | 'flapping'; readonly since: number }

export function standing(signal: Signal, damping: Damping, now: number): Standing {
  const spell = flappingSince(signal, damping.flapping, now)
  if (spell !== undefined) return { state: 'flapping', since: spell }
  const [last] = signal.began
  const over = signal.ended[0] ?? 0
  if (last === undefined || last <= over) return { state: 'clear' }
  if (damping.clearAfter !== undefined && now - Math.max(last, signal.seen) >= damping.clearAfter)
    return { state: 'clear' }
  const since = signal.began.filter((time) => time > over).at(-1) ?? last
  return now - since < damping.for ? { state: 'pending' } : { state: 'firing', since }
}

/** When a condition that comes and goes began to; undefined where it does not. It ends once nothing changed for a while. */
function flappingSince({ began, ended }: Signal, flapping: Damping['flapping'], now: number): number | undefined {
  // A condition that is told again and again changes nothing: only what was over can begin again.
  const changes: number[] = []
  let failing = false
  for (const [time, fails] of timeline(began, ended))
    if (fails !== failing) {
      changes.push(time)
      failing = fails
    }
  let spell: number | undefined
  for (const [i, time] of changes.entries()) {
    if (spell !== undefined && time - (changes[i - 1] ?? time) > flapping.settle) spell = undefined
    const first = changes[i - flapping.changes + 1]
    if (spell === undefined && first !== undefined && time - first <= flapping.within) spell = first
  }
  const last = changes.at(-1) ?? 0
  return spell !== undefined && now - last < flapping.settle ? spell : undefined
}

/** Oldest first; at the same time it began before it was over. */
const timeline = (began: readonly number[], ended: readonly number[]): readonly (readonly [number, boolean])[] =>
  [...began.map((t) => [t, true] as const), ...ended.map((t) => [t, false] as const)].sort(
    ([a, x], [b, y]) => a - b || Number(y) - Number(x),
  )
