import { escapeControls } from '../../model/escape.ts'
import type { RequestPage } from '../../model/pull-request.ts'
import type { ForgeComment } from '../../ports/forge.ts'
import type { CommandContext, Define } from '../context.ts'
import { Refusal } from '../run-action.ts'
import { exit } from '../terminal.ts'
import { columns } from '../views/columns.ts'
import { wholeNumber } from '../whole-number.ts'

interface Json {
  readonly json?: boolean
}

type Sub = Parameters<Define>[0]

/** `plumbline pull-request`: pull requests, where no pages show them. */
export const define: Define = (command, context) => {
  command.addHelpText(
    'after',
    `
Pull requests of the forge that the environment or the remote names. Where the remote is a plain git repository, they are kept in
its ref refs/plumbline/forge.

Examples:
  plumbline pull-request open more-light --title 'More light'
  plumbline pull-request list
  plumbline pull-request show 7`,
  )
  defineList(command.command('list'), context)
  defineShow(command.command('show'), context)
  defineOpen(command.command('open'), context)
}

function defineList(command: Sub, context: CommandContext): void {
  const { terminal } = context
  command
    .description('show the open ones')
    .option('--json', 'print JSON')
    .action(async (options: Json) =>
      context.run(async () => {
        const { listRequests } = await import('../../pipeline/requests.ts')
        const requests = await listRequests(await context.open({}))
        if (options.json === true) terminal.out(`${JSON.stringify({ requests }, null, 2)}\n`)
        else if (requests.length === 0) terminal.out('no pull request is open\n')
        else terminal.out(`${columns(requests.map(cells)).join('\n')}\n`)
        return exit.ok
      }, options),
    )
}

const cells = ({ number, branch, target, author, title }: RequestPage): readonly string[] =>
  [`#${number}`, `${branch} → ${target}`, author.login, title].map(oneLine)

function defineShow(command: Sub, context: CommandContext): void {
  const { terminal } = context
  command
    .description('show one, with what was said about it')
    .argument('<number>', 'its number', wholeNumber)
    .option('--json', 'print JSON')
    .action(async (number: number, options: Json) =>
      context.run(async () => {
        const { showRequest } = await import('../../pipeline/requests.ts')
        const shown = await showRequest(await context.open({}), number)
        if ('refused' in shown) throw new Refusal(shown.refused)
        if (options.json === true) terminal.out(`${JSON.stringify(shown, null, 2)}\n`)
        else terminal.out(`${requestText(shown.request, shown.comments)}\n`)
        return exit.ok
      }, options),
    )
}

function requestText(request: RequestPage, comments: readonly ForgeComment[]): string {
  const { number, title, state, branch, target, head, author, openedAt, body, plans = [], reviews } = request
  const facts = [
    [`#${number}`, `${title} (${state})`],
    ['branch', `${branch} → ${target}, at ${head.slice(0, 12)}`],
    ['by', `${author.login}, ${openedAt}`],
    ...plans.map((check) => [check.name, check.conclusion]),
    ...reviews.map(({ account, state: said, commit }) => [
      'review',
      `${account.login}: ${said}, of ${commit.slice(0, 12)}`,
    ]),
  ]
  const said = comments.map(
    (c) => `— ${oneLine(c.account.login)}, ${c.at}${c.edited ? ', edited' : ''}\n\n${c.body.trim()}`,
  )
  const texts = [columns(facts.map((row) => row.map(oneLine))).join('\n'), body.trim(), ...said]
  return escapeControls(texts.filter((text) => text !== '').join('\n\n'))
}

const oneLine = (text: string): string => escapeControls(text.replace(/\s+/g, ' '))

function defineOpen(command: Sub, context: CommandContext): void {
  const { terminal } = context
  command
    .description('propose a branch that was pushed; change its title and text where it is open')
    .argument('<branch>', 'its name')
    .requiredOption('--title <text>', 'what it is about')
    .option('--body <text>', 'why, and what to look at', '')
    .option('--json', 'print JSON')
    .action(async (branch: string, options: Json & { readonly title: string; readonly body: string }) =>
      context.run(async () => {
        const { openRequest } = await import('../../pipeline/requests.ts')
        const { title, body } = options
        const request = await openRequest(await context.open({}), { branch, title, body })
        if (options.json === true) terminal.out(`${JSON.stringify({ request }, null, 2)}\n`)
        else terminal.out(`#${request.number}  ${oneLine(request.url)}\n`)
        return exit.ok
      }, options),
    )
}
