import type { Command } from 'commander'
import type { AccessAt } from '../../pipeline/audit-access.ts'
import type { CommandContext, Define } from '../context.ts'
import { Refusal } from '../run-action.ts'
import { exit } from '../terminal.ts'
import { accessText, explainedAccessText } from '../views/access-text.ts'

interface Options {
  readonly asOf?: string
  readonly json?: boolean
}

interface Wanted {
  readonly person?: string
  readonly host?: string
}

/** `plumbline access`: who gets where, what somebody has, and why. */
export const define: Define = (command, context) => {
  const asked = (name: string, summary: string) =>
    command
      .command(name)
      .description(summary)
      .option('--as-of <moment>', 'a date, a change, a baseline, a commit or a tag (default: now)')
      .option('--json', 'print JSON') as Command
  asked('who', 'who gets onto a host')
    .argument('<host>', 'name of the host')
    .addHelpText('after', '\nExamples:\n  plumbline access who db-01\n  plumbline access who db-01 --as-of 2026-10-01')
    .action((host: string, options: Options) => run(context, { host }, options, accessText))
  asked('what', 'what a person gets onto')
    .argument('<person>', 'name of the person')
    .addHelpText('after', '\nExamples:\n  plumbline access what n.ito\n  plumbline access what n.ito --json')
    .action((person: string, options: Options) => run(context, { person }, options, accessText))
  asked('explain', 'why somebody gets onto a host: grant, change, who agreed, until when')
    .argument('<person>', 'name of the person')
    .argument('[host]', 'name of the host; all that they get onto where not given')
    .addHelpText(
      'after',
      '\nExamples:\n  plumbline access explain n.ito web-01\n  plumbline access explain n.ito --as-of CHG-2026-00042',
    )
    .action((person: string, host: string | undefined, options: Options) =>
      run(context, { person, ...(host !== undefined && { host }) }, options, explainedAccessText),
    )
}

function run(
  { run: runAction, open, terminal }: CommandContext,
  wanted: Wanted,
  options: Options,
  text: (access: AccessAt) => string,
): Promise<void> {
  return runAction(async () => {
    const world = await open({})
    const { auditAccess } = await import('../../pipeline/audit-access.ts')
    const access = await auditAccess(world, { asOf: options.asOf ?? world.clock.now().toISOString(), ...wanted })
    if ('refused' in access) throw new Refusal(access.refused)
    terminal.out(options.json === true ? `${JSON.stringify(access, null, 2)}\n` : text(access))
    return exit.ok
  }, options)
}
