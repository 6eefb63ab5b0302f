import { type Diagnostic, hasErrors } from '../../model/diagnostic.ts'
import type { Define } from '../context.ts'
import { exit } from '../terminal.ts'
import { diagnosticsText, tally } from '../views/diagnostics-text.ts'

/** `plumbline doctor`: what of the repository's settings and of this machine is not as Plumbline needs it. */
export const define: Define = (command, context) => {
  const { terminal } = context
  command
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Looks at the settings of the repository on its forge (GITHUB_TOKEN has to belong to somebody who may see them), at the branch that
is applied, and at this machine. Changes nothing. Where there is no forge, the rest is looked at.

Exit status: 0 no errors, 1 errors.

Examples:
  plumbline doctor
  GITHUB_TOKEN=$(gh auth token) plumbline doctor --json`,
    )
    .action(async (options: { readonly json?: boolean }) =>
      context.run(async () => {
        const told: Diagnostic[] = []
        const world = await context.open({
          network: 'may',
          emit: (event) => void (event.type === 'diagnostic' && told.push(event.diagnostic)),
        })
        const { doctor } = await import('../../pipeline/doctor.ts')
        const { forge, diagnostics: found } = await doctor(world)
        const diagnostics = [...told, ...found]
        if (options.json === true)
          terminal.out(`${JSON.stringify({ ...(forge !== undefined && { forge }), diagnostics }, null, 2)}\n`)
        else {
          const { colors } = terminal
          const looked = forge ?? 'this machine and the branch that is applied, for no forge could be asked'
          const counted = tally(diagnostics)
          terminal.out(diagnosticsText(diagnostics, colors))
          terminal.out(`looked at ${looked}: ${counted === '' ? colors.green('all is well') : counted}\n`)
        }
        return hasErrors(diagnostics) ? exit.error : exit.ok
      }, options),
    )
}
