import type { Suggestion } from '../../pipeline/desk/suggest.ts'
import type { AskOptions } from '../ask-desk.ts'
import type { CommandContext, Define } from '../context.ts'
import { keyOption } from '../key-option.ts'
import { progress } from '../progress.ts'
import { filterOf, type ListOptions, listOptions, whoIsHere } from '../record-list.ts'
import { repeated } from '../repeated.ts'
import { exit } from '../terminal.ts'
import { foundText, mineText, queueText, suggestionsText } from '../views/desk-text.ts'
import { wholeNumber } from '../whole-number.ts'

type Sub = Parameters<Define>[0]

/** `plumbline desk`: one place for any need, and the queues of those who look after them. */
export const define: Define = (command, context) => {
  defineAsk(
    command.command('ask').description('say what you need: what is known comes first, then somebody is asked'),
    context,
  )
  defineQueue(command.command('queue').description('list what is open, what presses most first'), context)
  defineMine(command.command('mine').description('list what you asked for, with its state and next step'), context)
  defineSearch(
    command.command('search').description('find articles, known errors, items of the catalogue and records by words'),
    context,
  )
  command
    .command('reindex')
    .description('make the index of records anew from the ledger')
    .option('--json', 'print JSON')
    .action(async (options: { readonly json?: boolean }) =>
      context.run(async () => {
        const world = await context.open({ network: 'may', emit: progress(context.terminal) })
        const { deskHere } = await import('../../pipeline/desk/desk-here.ts')
        const records = await (await deskHere(world, true)).index.count({})
        context.terminal.out(
          options.json === true ? `${JSON.stringify({ records })}\n` : `${records} records are indexed\n`,
        )
        return exit.ok
      }, options),
    )
  command.addHelpText(
    'after',
    `
Examples:
  plumbline desk ask "The printer on the second floor is jammed" --as incident --service printing
  plumbline desk ask "I need to log in to web-01 for a day"
  plumbline desk queue --team platform
  plumbline desk mine
  plumbline desk search checkout slow`,
  )
}

function defineAsk(command: Sub, context: CommandContext): void {
  command
    .argument('[words]', 'what you need, in your own words')
    .option('--as <type>', 'open it as an incident, a request, a question or another type of record')
    .option('--item <item>', 'ask for this item of the catalogue')
    .option('--set <question=answer>', 'answer a question of the item (again for more)', repeated)
    .option('-m, --message <text>', 'more about it')
    .option('--service <service>', 'the service it is about')
    .option('--team <team>', 'the team whose work it is, where that is not the one that owns the service')
    .option('--impact <impact>', 'how much is hit: high, medium, low')
    .option('--urgency <urgency>', 'how long it can wait: high, medium, low')
    .option('--requester <who>', 'for whom it is, where that is somebody else')
    .option(...keyOption)
    .option('--json', 'print JSON')
    .action(async (words: string | undefined, options: AskOptions) =>
      context.run(async () => {
        const { askDesk } = await import('../ask-desk.ts')
        return askDesk(context, words, options)
      }, options),
    )
}

function defineQueue(command: Sub, context: CommandContext): void {
  const { terminal } = context
  listOptions(command)
    .option('--type <type>', 'only records of a type (again for more)', repeated)
    .option('--key <file>', 'your private key, where --mine does not find it')
    .action(async (options: ListOptions & { readonly type?: readonly string[]; readonly key?: string }) =>
      context.run(async () => {
        const { key, type, json } = options
        const world = await context.open({
          network: 'may',
          emit: progress(terminal),
          ...(key !== undefined && { key }),
        })
        const [{ deskHere }, { queueOf }] = await Promise.all([
          import('../../pipeline/desk/desk-here.ts'),
          import('../../pipeline/desk/queue.ts'),
        ])
        const filter = { ...(await filterOf(world, options)), ...(type !== undefined && { types: type }) }
        const now = world.clock.now()
        const queue = await queueOf(await deskHere(world), filter, now)
        if (json === true) {
          const rows = queue.rows.map(({ type: { name }, ...row }) => ({ type: name, ...row }))
          terminal.out(`${JSON.stringify({ total: queue.total, queue: rows }, null, 2)}\n`)
        } else terminal.out(queueText(queue, now, terminal.colors))
        return exit.ok
      }, options),
    )
}

function defineMine(command: Sub, context: CommandContext): void {
  const { terminal } = context
  command
    .option('--all', 'also what is over')
    .option('--requester <who>', 'what somebody else asked for')
    .option('-n, --limit <count>', 'at most so many', wholeNumber, 50)
    .option(...keyOption)
    .option('--json', 'print JSON')
    .action(
      async (options: {
        readonly all?: boolean
        readonly requester?: string
        readonly limit: number
        readonly key?: string
        readonly json?: boolean
      }) =>
        context.run(async () => {
          const { all, requester, limit, key, json } = options
          const world = await context.open({
            network: 'may',
            emit: progress(terminal),
            ...(key !== undefined && { key }),
          })
          const [{ deskHere }, { queueRow }] = await Promise.all([
            import('../../pipeline/desk/desk-here.ts'),
            import('../../pipeline/desk/queue.ts'),
          ])
          const who =
            requester === undefined ? await whoIsHere(world) : (await filterOf(world, { requester, limit })).requester
          const desk = await deskHere(world)
          const found = await desk.index.find({
            ...{ order: 'newest', limit },
            ...(who !== undefined && { requester: who }),
            ...(all !== true && { open: true }),
          })
          const now = world.clock.now()
          const rows = found.flatMap((indexed) => queueRow(desk.types, indexed, desk.estate.graph, now) ?? [])
          if (json === true)
            terminal.out(
              `${JSON.stringify({ mine: rows.map(({ type: { name }, ...row }) => ({ type: name, ...row })) }, null, 2)}\n`,
            )
          else terminal.out(mineText(rows, terminal.colors))
          return exit.ok
        }, options),
    )
}

function defineSearch(command: Sub, context: CommandContext): void {
  const { terminal } = context
  command
    .argument('<words...>', 'words to look for')
    .option('--open', 'only what is not over')
    .option('-n, --limit <count>', 'at most so many of each sort', wholeNumber, 10)
    .option('--json', 'print JSON')
    .action(
      async (
        words: readonly string[],
        options: { readonly open?: boolean; readonly limit: number; readonly json?: boolean },
      ) =>
        context.run(async () => {
          const world = await context.open({ network: 'may', emit: progress(terminal) })
          const [{ deskHere }, { suggestions }] = await Promise.all([
            import('../../pipeline/desk/desk-here.ts'),
            import('../../pipeline/desk/suggest.ts'),
          ])
          const desk = await deskHere(world)
          const text = words.join(' ')
          const { limit, open, json } = options
          const known = (await suggestions(desk, text, limit)).filter((s: Suggestion) => s.sort !== 'record')
          const records = await desk.index.find({ text, order: 'newest', limit, ...(open === true && { open: true }) })
          if (json === true) terminal.out(`${JSON.stringify({ suggestions: known, records }, null, 2)}\n`)
          else if (known.length + records.length === 0) terminal.out(`nothing is known about ${JSON.stringify(text)}\n`)
          else terminal.out(`${suggestionsText(known, terminal.colors)}${foundText(records)}`)
          return exit.ok
        }, options),
    )
}
