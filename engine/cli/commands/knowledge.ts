import { escapeControls } from '../../model/escape.ts'
import type { Define } from '../context.ts'
import { handHere } from '../hand-here.ts'
import { keyOption } from '../key-option.ts'
import { exit } from '../terminal.ts'
import { wholeNumber } from '../whole-number.ts'

/** `plumbline knowledge`: runbooks and articles are found, and told how useful they are. */
export const define: Define = (command, context) => {
  defineSearch(command.command('search'), context)
  defineFeedback(command.command('feedback'), context)
}

const defineSearch: Define = (command, context) => {
  const { terminal } = context
  command
    .description('find runbooks and articles by words, best first')
    .argument('<words...>', 'what it is about, in your own words')
    .option('--service <service>', 'what is about this service goes first')
    .option('-n, --limit <count>', 'at most so many', wholeNumber, 10)
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  plumbline knowledge search the shop is slow\n  plumbline knowledge search disk full --service search',
    )
    .action(async (words: string[], options: { service?: string; limit: number; json?: boolean }) =>
      context.run(async () => {
        const world = await context.open({ network: 'no' })
        const { suggestions } = await import('../../pipeline/knowledge/search-knowledge.ts')
        const { service, limit } = options
        const found = await suggestions(world, words.join(' '), { limit, ...(service !== undefined && { service }) })
        if (options.json === true) terminal.out(`${JSON.stringify({ found }, null, 2)}\n`)
        else if (found.length === 0) terminal.out('nothing is known of that\n')
        else
          for (const { address, title, file, excerpt } of found)
            terminal.out(
              `${terminal.colors.bold(escapeControls(title))}  ${address}  ${file}\n  ${escapeControls(excerpt.replaceAll('\n', ' '))}\n`,
            )
        return exit.ok
      }, options),
    )
}

const defineFeedback: Define = (command, context) => {
  const { terminal } = context
  command
    .description('say what you think of a runbook or an article')
    .argument('<name>', 'its name')
    .argument('<verdict>', 'helpful, unhelpful or stale')
    .option('-m, --message <text>', 'what is wrong with it, or missing')
    .option(...keyOption)
    .option('--json', 'print JSON')
    .action(async (about: string, verdict: string, options: { message?: string; key?: string; json?: boolean }) =>
      context.run(async () => {
        const { key, message } = options
        const world = await context.open({ network: 'must', ...(key !== undefined && { key }) })
        const { giveFeedback } = await import('../../pipeline/knowledge/give-feedback.ts')
        const hand = await handHere(world)
        const record = await giveFeedback(world, hand, {
          about,
          verdict,
          ...(message !== undefined && { text: message }),
        })
        terminal.out(
          options.json === true
            ? `${JSON.stringify(record, null, 2)}\n`
            : `${record.id}  ${escapeControls(record.title)}\n`,
        )
        return exit.ok
      }, options),
    )
}
