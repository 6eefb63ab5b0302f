import { Option } from 'commander'
import type { Define } from '../context.ts'
import { keyOption } from '../key-option.ts'
import { Refusal } from '../run-action.ts'
import { exit } from '../terminal.ts'

interface Options {
  readonly outcome: 'successful' | 'unsuccessful'
  readonly comment?: string
  readonly key?: string
  readonly json?: boolean
}

/** `plumbline review`: somebody who had no hand in a change looks back at it. */
export const define: Define = (command, context) => {
  const { terminal } = context
  command
    .argument('<change>', 'number of the change, CHG-2026-00042')
    .addOption(
      new Option('--outcome <outcome>', 'whether it did what it was for')
        .choices(['successful', 'unsuccessful'])
        .makeOptionMandatory(),
    )
    .option('-m, --comment <text>', 'what you found')
    .option(...keyOption)
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nAn emergency is reviewed within 24 hours of its start, by somebody who neither wrote it nor broke the glass for it.\nEvery other change that was carried out may be reviewed, too.\n\nExample:\n  plumbline review CHG-2026-00042 --outcome successful -m "Names resolve again; the cause is in INC-1042"',
    )
    .action(async (change: string, options: Options) =>
      context.run(async () => {
        const world = await context.open({ network: 'must', ...(options.key !== undefined && { key: options.key }) })
        const { reviewChange } = await import('../../pipeline/review.ts')
        const { outcome, comment } = options
        const done = await reviewChange(world, { change, outcome, ...(comment !== undefined && { comment }) })
        if ('refused' in done) throw new Refusal(done.refused)
        terminal.out(
          options.json === true
            ? `${JSON.stringify({ change: done.id, state: done.state, review: done.review }, null, 2)}\n`
            : `${terminal.colors.bold(done.id)} reviewed by ${done.review?.reviewer ?? ''}: ${outcome}\n`,
        )
        return exit.ok
      }, options),
    )
}
