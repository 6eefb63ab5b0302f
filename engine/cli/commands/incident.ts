import { escapeControls } from '../../model/escape.ts'
import type { CommandContext, Define } from '../context.ts'
import { forType } from '../define-record.ts'
import { addFormatOptions } from '../format-options.ts'
import { keyOption } from '../key-option.ts'
import { presentPlan } from '../present-plan.ts'
import { progress } from '../progress.ts'
import { Refusal } from '../run-action.ts'
import { type Shown, type ShownFormat, shownFormats, showResult } from '../show-result.ts'
import { since, until } from '../since.ts'
import { exit } from '../terminal.ts'
import { typesHere } from './record-type.ts'

type Sub = Parameters<Define>[0]

/** `plumbline incident`: what does not work, until it works again. */
export const define: Define = async (command, context) => {
  const type = (await typesHere(context)).get('incident')
  if (type === undefined) return
  await forType(type)(command, context)
  defineTimeline(command.command('timeline').description('everything that happened, in order'), context)
  defineSuspects(
    command.command('suspects').description('recent changes on what it stands on, the likeliest to blame first'),
    context,
  )
  defineRollback(command.command('rollback').description('propose to take back the change that is to blame'), context)
  defineFigures(
    command.command('figures').description('times to detect, acknowledge and restore; availability'),
    context,
  )
}

function defineTimeline(command: Sub, context: CommandContext): void {
  const { terminal } = context
  command
    .argument('<number>', 'its number')
    .option('--markdown', 'print Markdown, for a look back at it')
    .option('--json', 'print JSON')
    .action(async (id: string, options: { readonly markdown?: boolean; readonly json?: boolean }) =>
      context.run(async () => {
        const world = await context.open({ network: 'may' })
        const { incidentTimeline } = await import('../../pipeline/incidents/look.ts')
        const found = await incidentTimeline(world, id)
        if ('refused' in found) throw new Refusal(found.refused)
        const { record, entries } = found
        const { timelineMarkdown, timelineText } = await import('../views/timeline-text.ts')
        if (options.json === true) terminal.out(`${JSON.stringify({ id: record.id, entries }, null, 2)}\n`)
        else if (options.markdown === true) terminal.out(timelineMarkdown(record, entries))
        else {
          terminal.out(timelineText(record, entries, terminal.colors))
          const { runbooksFor } = await import('../../pipeline/knowledge/search-knowledge.ts')
          for (const { title, address } of await runbooksFor(world, record))
            terminal.out(
              `runbook  ${escapeControls(title)}  plumbline runbook show ${address.slice('Runbook/'.length)}\n`,
            )
        }
        return exit.ok
      }, options),
    )
}

function defineSuspects(command: Sub, context: CommandContext): void {
  const { terminal } = context
  command
    .argument('<number>', 'its number')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nLooks at changes of the last two weeks before it began, and at what nobody approved, on the way from what fails to\nwhat that stands on. Near and late counts; each says why. The documents are those of the branch as it stands.',
    )
    .action(async (id: string, options: { readonly json?: boolean }) =>
      context.run(async () => {
        const world = await context.open({ network: 'may' })
        const { incidentSuspects } = await import('../../pipeline/incidents/look.ts')
        const found = await incidentSuspects(world, id)
        if ('refused' in found) throw new Refusal(found.refused)
        const { suspects } = found
        const { bold, dim } = terminal.colors
        if (options.json === true) terminal.out(`${JSON.stringify({ suspects }, null, 2)}\n`)
        else if (suspects.length === 0) terminal.out('nothing was changed lately on what it stands on\n')
        else
          terminal.out(
            suspects
              .slice(0, 20)
              .map(
                ({ id: change, title, score, because }) =>
                  `${String(score).padStart(3)}  ${bold(change)}  ${escapeControls(title)}\n${because.map((why) => `     ${dim(escapeControls(why))}\n`).join('')}`,
              )
              .join(''),
          )
        return exit.ok
      }, options),
    )
}

interface RollbackOptions {
  readonly open?: boolean
  readonly key?: string
  readonly out?: string
  readonly json?: boolean
}

function defineRollback(command: Sub, context: CommandContext): void {
  const { terminal } = context
  command
    .argument('<number>', 'its number')
    .argument('[change]', 'the change to take back (default: the one it is blamed on, else the likeliest)')
    .option('--open', 'push the branch and open a pull request of it')
    .option(...keyOption)
    .option('-o, --out <file>', 'save the plan')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nThe rollback is a change like any other: approved by somebody else, merged, applied. The incident is linked to both\nchanges, and resolves by itself once the rollback is in place.',
    )
    .action(async (id: string, change: string | undefined, options: RollbackOptions) =>
      context.run(async () => {
        const world = await context.open({
          network: 'must',
          emit: progress(terminal),
          ...(options.key !== undefined && { key: options.key }),
        })
        const { proposeRepair } = await import('../../pipeline/incidents/propose-repair.ts')
        const made = await proposeRepair(world, id, {
          open: options.open === true,
          ...(change !== undefined && { change }),
        })
        if ('refused' in made) throw new Refusal(made.refused)
        const { branch, url, done, record, change: blamed, because } = made
        const next =
          url === undefined
            ? `somebody else: plumbline approve ${branch}; then merge it and plumbline apply`
            : `somebody else reads and approves ${url}`
        if (options.json !== true && because !== undefined)
          terminal.out(`${blamed} is the likeliest: ${because.map(escapeControls).join('; ')}\n`)
        if (done !== undefined)
          await presentPlan(world, terminal, done, options, {
            asJson: (plan) => ({
              incident: record.id,
              change: blamed,
              branch,
              ...(url !== undefined && { url }),
              plan,
            }),
            next,
          })
        else if (options.json === true)
          terminal.out(`${JSON.stringify({ incident: record.id, change: blamed, branch, url }, null, 2)}\n`)
        else terminal.out(`open already: ${url ?? branch}\nnext  ${next}\n`)
        return exit.changes
      }, options),
    )
}

interface FiguresOptions extends Omit<Shown, 'format'> {
  readonly format: ShownFormat
  readonly from?: string
  readonly to?: string
}

function defineFigures(command: Sub, context: CommandContext): void {
  addFormatOptions(command, shownFormats)
    .option('--from <date>', 'from this day on (default: 90 days ago)', since)
    .option('--to <date>', 'to the end of this day (default: now)', until)
    .action(async (options: FiguresOptions) =>
      context.run(
        async () => {
          const world = await context.open({ network: 'may' })
          const { incidentFigures } = await import('../../pipeline/incidents/look.ts')
          const { from, to } = options
          const result = await incidentFigures(world, {
            ...(from !== undefined && { from }),
            ...(to !== undefined && { to }),
          })
          await showResult(world, context.terminal, { name: 'figures', result, of: 'the ledger' }, options)
          return exit.ok
        },
        { json: options.format === 'json' },
      ),
    )
}
