import type { Command } from 'commander'
import type { DeclaredRecord } from '../../model/declared-record.ts'
import { escapeControls } from '../../model/escape.ts'
import type { CommandContext } from '../context.ts'
import { keyOption } from '../key-option.ts'
import { Refusal } from '../run-action.ts'
import { exit } from '../terminal.ts'
import { reviewsText, reviewText } from '../views/access-review-text.ts'

interface Options {
  readonly scope?: string
  readonly due?: string
  readonly reviewer?: string
  readonly message?: string
  readonly mine?: boolean
  readonly key?: string
  readonly json?: boolean
}

/** `plumbline access review`: who has what is looked at line by line, and what nobody needs is proposed to be taken away. */
export function defineReview(command: Command, context: CommandContext): void {
  const add = (name: string, summary: string): Command => command.command(name).description(summary)
  add('start', 'begin one: a line for each holder of each grant')
    .option('--scope <scope>', 'only hosts, rooms, applications, service/NAME or team/NAME')
    .option('--due <date>', 'by when everything is to be decided (default: in 30 days)')
    .option(
      '--reviewer <who>',
      'who decides where there is no owner and no manager but the holder: team/NAME or a person',
    )
    .option(...keyOption)
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nEach line can be decided by the owner of what is granted (of the grant, where that has none), and by the manager of whoever has it;\nnever by the holder.\n\nExamples:\n  plumbline access review start --due 2027-01-31\n  plumbline access review start --scope service/checkout',
    )
    .action((options: Options) =>
      run(context, options, async () => {
        const world = await context.open({ network: 'must', ...keyOf(options) })
        const { startReview } = await import('../../pipeline/access-review/start.ts')
        const { scope, due, reviewer } = options
        const record = await startReview(world, {
          ...(scope !== undefined && { scope }),
          ...(due !== undefined && { due }),
          ...(reviewer !== undefined && { reviewer }),
        })
        if ('refused' in record) throw new Refusal(record.refused)
        return shown(context, record, world.clock.now(), options)
      }),
    )
  add('list', 'list those that are open')
    .option('--json', 'print JSON')
    .action((options: Options) =>
      run(context, options, async () => {
        const world = await context.open({ network: 'may' })
        const [{ declaredRecords }, { typesHere }] = await Promise.all([
          import('../../pipeline/record-types/read.ts'),
          import('./record-type.ts'),
        ])
        const type = (await typesHere(context)).get('access-review')
        const records = type === undefined ? [] : await declaredRecords(world, type, { limit: 100, open: true })
        const { terminal } = context
        terminal.out(
          options.json === true
            ? `${JSON.stringify({ 'access-review': records }, null, 2)}\n`
            : reviewsText(records, world.clock.now(), terminal.colors),
        )
        return exit.ok
      }),
    )
  add('show', 'show its lines, who can decide about each, and what was decided by whom')
    .argument('<number>', 'its number, ACR-2026-00042')
    .option('--json', 'print JSON')
    .action((id: string, options: Options) =>
      run(context, options, async () => {
        const world = await context.open({ network: 'may' })
        const { expectReview } = await import('../../pipeline/access-review/start.ts')
        return shown(context, await expectReview(world, id), world.clock.now(), options)
      }),
    )
  add('decide', 'say whether somebody keeps what they have')
    .argument('<number>', 'number of the review')
    .argument('<line>', 'number of the line')
    .argument('<decision>', 'keep or revoke')
    .option('-m, --message <text>', 'why')
    .option(...keyOption)
    .option('--json', 'print JSON')
    .action((id: string, line: string, decision: string, options: Options) =>
      run(context, options, async () => {
        const { terminal } = context
        if (decision !== 'keep' && decision !== 'revoke') {
          terminal.err(`error: ${escapeControls(decision)} is neither keep nor revoke\n`)
          return exit.usage
        }
        const world = await context.open({ network: 'must', ...keyOf(options) })
        const { decideLine } = await import('../../pipeline/access-review/decide.ts')
        const { message: because } = options
        const record = await decideLine(world, id, { line, decision, ...(because !== undefined && { because }) })
        if ('refused' in record) throw new Refusal(record.refused)
        if (options.json === true) terminal.out(`${JSON.stringify(record, null, 2)}\n`)
        else terminal.out(`${record.id} ${record.log.at(-1)?.text ?? ''}\n`)
        return exit.ok
      }),
    )
  add('close', 'end it: what was revoked becomes one branch that takes exactly that away')
    .argument('<number>', 'its number')
    .option(...keyOption)
    .option('--json', 'print JSON')
    .action((id: string, options: Options) =>
      run(context, options, async () => {
        const world = await context.open({ network: 'must', ...keyOf(options) })
        const { closeReview } = await import('../../pipeline/access-review/close.ts')
        const closed = await closeReview(world, id)
        if ('refused' in closed) throw new Refusal(closed.refused)
        context.terminal.out(options.json === true ? `${JSON.stringify(closed, null, 2)}\n` : closedText(closed))
        return exit.ok
      }),
    )
}

function closedText({
  record,
  revoked,
  gone,
  proposed,
}: Extract<
  Awaited<ReturnType<typeof import('../../pipeline/access-review/close.ts').closeReview>>,
  { record: DeclaredRecord }
>): string {
  const lines = [`${record.id} ${record.state}: ${revoked.length} revoked, ${gone.length} of them gone already`]
  if (proposed !== undefined)
    lines.push(
      `proposed on the branch ${proposed.branch}${proposed.url === undefined ? '' : `: ${proposed.url}`}`,
      `next: plumbline approve ${proposed.branch}`,
    )
  return `${lines.map(escapeControls).join('\n')}\n`
}

const keyOf = ({ key }: Options): { readonly key?: string } => (key === undefined ? {} : { key })

function shown({ terminal }: CommandContext, record: DeclaredRecord, now: Date, options: Options): number {
  terminal.out(
    options.json === true ? `${JSON.stringify(record, null, 2)}\n` : reviewText(record, now, terminal.colors),
  )
  return exit.ok
}

const run = (context: CommandContext, options: Options, action: () => Promise<number>): Promise<void> =>
  context.run(action, options)
