import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import { codes } from './codes.ts'

const reported = reporter(codes)

/** A finding that says why it matters, too. */
export const report = (
  code: keyof typeof codes,
  summary: string,
  more: Pick<Diagnostic, 'file' | 'line' | 'subject' | 'hint'> = {},
): Diagnostic => reported(code, { summary, detail: codes[code].meaning, ...more })
