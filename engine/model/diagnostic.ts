/** How bad a finding is. Only `error` makes a command fail. */
export type Severity = 'error' | 'warning' | 'info'

/**
 * A finding for the user: what is wrong, where, why, and what to do next.
 * `line` and `column` count from 1. The order of fields is the order in `--json`.
 */
export interface Diagnostic {
  readonly code: string
  readonly severity: Severity
  /** One line, no full stop needed; never echoes a secret. */
  readonly summary: string
  readonly detail?: string
  /** Path inside the repository, with forward slashes. */
  readonly file?: string
  readonly line?: number
  readonly column?: number
  /** Name of the host the finding is about. */
  readonly host?: string
  /** Address of the document the finding is about, `Kind/name`. */
  readonly subject?: string
  /** The next step for the reader. */
  readonly hint?: string
}

/** One entry of the registry of codes; each has a page in the reference. */
export interface CodeEntry {
  readonly severity: Severity
  /** What the code means, in one sentence. */
  readonly meaning: string
  /** What to do about it. */
  readonly fix: string
}

/** The codes of one folder. Every folder that reports anything exports one from its `codes.ts`. */
export type CodeBook = Readonly<Record<string, CodeEntry>>

type Details = Omit<Diagnostic, 'code' | 'severity'> & { readonly severity?: Severity }

/** Makes diagnostics of the codes in `book` only, so that no code is used that has no page; the hint defaults to the code's fix. */
export function reporter<Book extends CodeBook>(
  book: Book,
): (code: keyof Book & string, details: Details) => Diagnostic {
  return (code, details) => {
    const entry = book[code]
    if (entry === undefined) throw new Error(`code ${code} is not in the code book`)
    return { code, severity: entry.severity, hint: entry.fix, ...details }
  }
}

/** True where one of the findings is an error. */
export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((d) => d.severity === 'error')
}

/** Orders findings by file, line, column, host, code: the same input prints the same output. */
export function compareDiagnostics(a: Diagnostic, b: Diagnostic): number {
  return (
    compareText(a.file ?? '', b.file ?? '') ||
    (a.line ?? 0) - (b.line ?? 0) ||
    (a.column ?? 0) - (b.column ?? 0) ||
    compareText(a.host ?? '', b.host ?? '') ||
    compareText(a.code, b.code) ||
    compareText(a.summary, b.summary)
  )
}

/** Compares by code units: the order does not depend on the machine's locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
