import { composed } from './plan-comment.ts'
import { summarySizes } from './room.ts'
import type { PlanTold, RefusedTold } from './told.ts'

/** GitHub takes 1 MiB of UTF-8 for a step; others may have written before us. */
const limit = 900 * 1024

/** The same as the comment, for the page of the job: there is room for more differences. */
export function stepSummary(told: PlanTold | RefusedTold): string {
  return composed(told, summarySizes, (text) => new TextEncoder().encode(text).length <= limit).body
}
