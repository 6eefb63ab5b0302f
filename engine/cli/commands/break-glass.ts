import { Option } from 'commander'
import type { Define } from '../context.ts'
import { keyOption } from '../key-option.ts'
import { minutesOf } from '../minutes-of.ts'
import { progress } from '../progress.ts'
import { Refusal } from '../run-action.ts'
import { exit } from '../terminal.ts'
import { minuteUtc } from '../views/change-facts.ts'
import { planText } from '../views/plan-text.ts'

interface Options {
  readonly head: string
  readonly reason: string
  readonly incident: string
  readonly for: number
  readonly key?: string
  readonly allowMassDelete?: boolean
  readonly json?: boolean
}

/** `plumbline break-glass`: lets a change through on the word of one person, who answers for it afterwards. */
export const define: Define = (command, context) => {
  const { terminal } = context
  command
    .option('--head <rev>', 'the branch, tag or commit that is to be applied', 'HEAD')
    .requiredOption('-m, --reason <text>', 'why it can not wait')
    .requiredOption('--incident <id>', 'number of the incident, in whatever tool keeps incidents')
    .addOption(
      new Option('--for <duration>', 'for how long it may be begun, 4h at most')
        .argParser(minutesOf)
        .default(120, '2h'),
    )
    .option(...keyOption)
    .option('--allow-mass-delete', 'carry out a plan that removes a great deal')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nOnly people of the teams in spec.changes.breakGlass.teams of the base may. You merge and apply it yourself; somebody who had no\nhand in it reviews it within 24 hours of its start, or plumbline audit verify fails and you can not break the glass again.\nWhat a policy denies stays denied.\n\nExample:\n  plumbline break-glass --head mend-dns --reason "No name resolves in production" --incident INC-1042',
    )
    .action(async (options: Options) =>
      context.run(async () => {
        const world = await context.open({
          network: 'must',
          emit: progress(terminal),
          ...(options.key !== undefined && { key: options.key }),
        })
        const { breakGlass } = await import('../../pipeline/break-glass.ts')
        const { head, reason, incident } = options
        const done = await breakGlass(world, {
          ...{ head, reason, incident, minutes: options.for },
          ...(options.allowMassDelete === true && { allowMassDelete: true }),
        })
        if ('refused' in done) throw new Refusal(done.refused)
        const { plan, record, emergency } = done
        const { person, role, until } = emergency
        if (options.json === true) {
          terminal.out(`${JSON.stringify({ change: record.id, person, role, until, plan: plan.subject }, null, 2)}\n`)
          return exit.ok
        }
        const approvals = [`none: ${person} broke the glass, by ${role}`]
        terminal.out(planText(plan, { colors: terminal.colors, width: terminal.width, approvals }))
        const next =
          plan.subject.base === plan.subject.head ? 'plumbline apply' : 'merge the branch, then plumbline apply'
        terminal.out(
          `\n${terminal.colors.bold(record.id)} is an emergency of ${person}, to be begun by ${minuteUtc(until)}. Next: ${next}\n`,
        )
        return exit.ok
      }, options),
    )
}
