import type { CodeBook } from '../../model/diagnostic.ts'
import { sarif } from '../../pull-request/sarif.ts'
import type { PlanTold, RefusedTold } from '../../pull-request/told.ts'

/** Findings as SARIF, with what each code means. */
export async function findingsOf(told: PlanTold | RefusedTold): Promise<string> {
  const { codeBooks } = await import('../../generated/registry.ts')
  const books: CodeBook = Object.assign({}, ...codeBooks.values())
  return sarif(told, books)
}
