import type { Samples } from './interleave.ts'

/** One line of the table: ours against a floor or a peer. */
export interface Row {
  /** Number of the goal, or `growth`. */
  readonly goal: string
  readonly what: string
  readonly unit?: Unit
  readonly ours?: number
  /** What it is held against. */
  readonly against?: string
  readonly floor?: number
  readonly ratio?: number
  /** The bound, where this is a goal. */
  readonly limit?: { readonly at: 'most' | 'least'; readonly value: number }
  readonly met?: boolean
  /** Why there is no figure. */
  readonly skipped?: string
  /** Every single run, in milliseconds. */
  readonly runs?: { readonly ours: readonly number[]; readonly floor: readonly number[] }
}

export type Unit = 'ms' | 's' | 'ms CPU' | 'MB' | 'trips' | '/s'

export interface Comparison {
  readonly goal: string
  readonly what: string
  readonly ours: Samples
  readonly against: string
  readonly floor: Samples
  readonly measure?: 'wall' | 'cpu'
  /** Ours may be at most so many times the floor. */
  readonly atMost?: number
  /** The floor must be at least so many times ours. */
  readonly atLeast?: number
}

/** A ratio of ours to a floor (`atMost`), or of a slower peer to ours (`atLeast`). */
export function compare({ goal, what, ours, against, floor, measure = 'wall', atMost, atLeast }: Comparison): Row {
  const ratio = atLeast === undefined ? ours[measure] / floor[measure] : floor[measure] / ours[measure]
  const limit = atMost !== undefined ? most(atMost) : atLeast !== undefined ? least(atLeast) : undefined
  return {
    goal,
    what,
    unit: measure === 'cpu' ? 'ms CPU' : 'ms',
    ours: ours[measure],
    against,
    floor: floor[measure],
    ratio,
    ...(limit && { limit, met: limit.at === 'most' ? ratio <= limit.value : ratio >= limit.value }),
    runs: { ours: ours.runs.map((r) => r[measure]), floor: floor.runs.map((r) => r[measure]) },
  }
}

export function most(value: number): { at: 'most'; value: number } {
  return { at: 'most', value }
}

export function least(value: number): { at: 'least'; value: number } {
  return { at: 'least', value }
}

export function skippedRow(goal: string, what: string, skipped: string): Row {
  return { goal, what, skipped }
}
