import type { ChangeRecord } from '../../model/record.ts'
import type { When } from '../../pipeline/schedule.ts'
import type { Define } from '../context.ts'
import { keyOption } from '../key-option.ts'
import { minutesOf } from '../minutes-of.ts'
import { progress } from '../progress.ts'
import { Refusal } from '../run-action.ts'
import { exit } from '../terminal.ts'
import { minuteUtc } from '../views/change-facts.ts'
import { diagnosticsText } from '../views/diagnostics-text.ts'

interface Options {
  readonly at?: string
  readonly for?: number
  readonly window?: string
  readonly next?: boolean
  readonly clear?: boolean
  readonly key?: string
  readonly json?: boolean
}

/** `plumbline schedule`: gives an approved change its time, or takes it away. */
export const define: Define = (command, context) => {
  const { terminal } = context
  command
    .argument('<change>', 'number of the change, CHG-2026-00042')
    .option('--at <time>', 'begin then: 2026-12-01T20:00+01:00, or 2026-12-01T20:00[Europe/Oslo]')
    .option('--window <name>', 'the next opening of this ChangeWindow in which it may run')
    .option('--next', 'the next time at which it may run')
    .option(
      '--for <duration>',
      'how long it may take, such as 90m or 1h30m (default: the rest of its window, else two hours)',
      minutesOf,
    )
    .option('--clear', 'take its time away: it is applied as soon as it may be')
    .option(...keyOption)
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nA scheduled change is applied in its time only: nothing of it is begun before, and no wave of it afterwards. Times outside of\nits windows, inside of freezes, in the past or beyond its approvals are refused. plumbline apply has to run then.\n\nExamples:\n  plumbline schedule CHG-2026-00042 --next\n  plumbline schedule CHG-2026-00042 --window weekday-evenings --for 1h\n  plumbline schedule CHG-2026-00042 --at 2026-12-01T20:00[Europe/Oslo]\n  plumbline schedule CHG-2026-00042 --clear',
    )
    .action(async (change: string, options: Options) =>
      context.run(async () => {
        const when = whenOf(options)
        if (when === undefined) {
          terminal.err('error: say one of --at, --window, --next and --clear (--for goes with the first three)\n')
          return exit.usage
        }
        const world = await context.open({
          network: 'must',
          emit: progress(terminal),
          ...(options.key !== undefined && { key: options.key }),
        })
        const { clearSchedule, scheduleChange } = await import('../../pipeline/schedule.ts')
        const duration = options.for === undefined ? {} : { duration: `PT${options.for}M` }
        const done =
          when === 'never'
            ? await clearSchedule(world, change)
            : await scheduleChange(world, { change, when, ...duration })
        if ('refused' in done) throw new Refusal(done.refused)
        const { record, findings } = done
        if (options.json === true) {
          const { id, state, schedule } = record
          terminal.out(`${JSON.stringify({ change: id, state, schedule, diagnostics: findings }, null, 2)}\n`)
          return exit.ok
        }
        terminal.out(`${terminal.colors.bold(record.id)} ${scheduleText(record)}\n`)
        terminal.err(diagnosticsText(findings, terminal.colors))
        return exit.ok
      }, options),
    )
}

/** Exactly one of them is meant. */
function whenOf({ at, window, next, clear, for: duration }: Options): When | 'never' | undefined {
  const named = [at !== undefined, window !== undefined, next === true, clear === true].filter(Boolean).length
  if (named !== 1 || (clear === true && duration !== undefined)) return undefined
  if (at !== undefined) return { at }
  if (window !== undefined) return { window }
  return next === true ? 'next' : 'never'
}

function scheduleText({ schedule }: ChangeRecord): string {
  if (schedule === undefined) return 'has no time of its own any more: it is applied as soon as it may be'
  const where = schedule.window === undefined ? '' : `, in ${schedule.window}`
  return `is scheduled from ${minuteUtc(schedule.from)} until ${minuteUtc(schedule.until)}${where}`
}
