import type { Diagnostic } from '../model/diagnostic.ts'
import { RepositoryError } from '../ports/repository.ts'
import { exit, type Terminal } from './terminal.ts'
import { diagnosticsText } from './views/diagnostics-text.ts'

/** The user's mistakes that make going on senseless: thrown by commands, shown as findings. */
export class Refusal extends Error {
  readonly diagnostics: readonly Diagnostic[]
  constructor(diagnostics: readonly Diagnostic[]) {
    super(diagnostics[0]?.summary ?? 'refused')
    this.name = 'Refusal'
    this.diagnostics = diagnostics
  }
}

/** Runs a command's action. What a person can mend is printed as a finding; anything else is a bug of ours and says so. */
export async function runAction(action: () => Promise<number>, terminal: Terminal, json: boolean): Promise<number> {
  try {
    return await action()
  } catch (error) {
    const diagnostics = diagnosticsOf(error)
    if (json) terminal.out(`${JSON.stringify({ diagnostics }, null, 2)}\n`)
    else terminal.err(diagnosticsText(diagnostics, terminal.colors))
    if (diagnostics.some((d) => d.code === 'internal') && terminal.env['PLUMBLINE_DEBUG'])
      terminal.err(`${error instanceof Error ? error.stack : ''}\n`)
    return exit.error
  }
}

function diagnosticsOf(error: unknown): readonly Diagnostic[] {
  if (error instanceof Refusal) return error.diagnostics
  if (error instanceof RepositoryError)
    return [{ code: error.code, severity: 'error', summary: error.message, hint: error.hint }]
  const summary = error instanceof Error ? error.message : String(error)
  return [
    {
      code: 'internal',
      severity: 'error',
      summary: `this is a mistake in Plumbline, not yours: ${summary}`,
      hint: 'run it again with PLUMBLINE_DEBUG=1 and report what it prints',
    },
  ]
}
