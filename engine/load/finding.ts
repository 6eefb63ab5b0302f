import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import { codes as schemaCodes } from '../schema/codes.ts'
import { codes } from './codes.ts'

const book = { ...codes, 'unsafe-character': schemaCodes['unsafe-character'] }

export const report = reporter(book)

/** What is wrong at an offset of a text, before it is known which file that is. */
export interface Finding {
  readonly code: keyof typeof book
  readonly offset: number
  readonly summary: string
  readonly detail?: string
}

/** So many findings of one file are told; the rest would only repeat them. */
export const maxFindings = 20

export function toDiagnostic(finding: Finding, file: string, place: { line: number; column: number }): Diagnostic {
  const { code, summary, detail } = finding
  return report(code, { summary, ...(detail === undefined ? {} : { detail }), file, ...place })
}
