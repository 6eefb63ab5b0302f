import type { Command } from 'commander'
import type { AccessAt } from '../../pipeline/audit-access.ts'
import type { CommandContext, Define } from '../context.ts'
import { Refusal } from '../run-action.ts'
import { exit } from '../terminal.ts'
import { accessText, explainedAccessText } from '../views/access-text.ts'
import { defineReview } from './access-review.ts'

interface Options {
  readonly asOf?: string
  readonly json?: boolean
}

interface Wanted {
  readonly person?: string
  readonly about?: string
}

/** `plumbline access`: who gets where, what somebody has, and why; on hosts, in applications and behind doors. */
export const define: Define = (command, context) => {
  const asked = (name: string, summary: string) =>
    command
      .command(name)
      .description(summary)
      .option('--as-of <moment>', 'a date, a change, a baseline, a commit or a tag (default: now)')
      .option('--json', 'print JSON') as Command
  asked('who', 'who gets onto a host, into a room or an application, or is in a group')
    .argument('<what>', 'name of a host; or zone/…, room/…, application/…, group/…, team/…')
    .addHelpText(
      'after',
      '\nExamples:\n  plumbline access who db-01\n  plumbline access who room/ams1-hall-1 --as-of 2026-10-01\n  plumbline access who application/ledger',
    )
    .action((about: string, options: Options) => run(context, { about }, options, accessText))
  asked('what', 'what a person or a service account has: hosts, rooms, applications, teams and groups')
    .argument('<who>', 'name of the person or service account')
    .addHelpText(
      'after',
      '\nExamples:\n  plumbline access what n.ito\n  plumbline access what n.ito --as-of 2026-10-01 --json',
    )
    .action((person: string, options: Options) => run(context, { person }, options, accessText))
  asked('explain', 'why somebody has what they have: grant, change, who agreed, until when')
    .argument('<who>', 'name of the person or service account')
    .argument(
      '[what]',
      'name of a host, or zone/…, room/…, application/…, group/…, team/…; all that they have where not given',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  plumbline access explain n.ito web-01\n  plumbline access explain n.ito zone/ams1-hall --as-of CHG-2026-00042',
    )
    .action((person: string, about: string | undefined, options: Options) =>
      run(context, { person, ...(about !== undefined && { about }) }, options, explainedAccessText),
    )
  defineReview(command.command('review').description('look at who has what line by line, and revoke'), context)
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
