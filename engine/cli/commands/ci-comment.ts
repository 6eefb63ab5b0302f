import { InvalidArgumentError } from 'commander'
import { reporter } from '../../model/diagnostic.ts'
import { codes } from '../../pipeline/codes.ts'
import type { CommentAnswered, CommentMeant } from '../../pipeline/comment-commands/answer-comment.ts'
import type { Define } from '../context.ts'
import { openJob } from '../open-job.ts'
import { Refusal } from '../run-action.ts'
import { exit, type Terminal } from '../terminal.ts'
import { diagnosticsText } from '../views/diagnostics-text.ts'

const report = reporter(codes)

interface Options {
  readonly request?: number
  readonly comment?: number
  readonly json?: boolean
}

/** `plumbline ci comment`: does what a comment asks for. Exit 0 done or nothing to do, 1 refused. */
export const defineComment: Define = (command, context) => {
  command
    .description('do what a comment on a pull request asks for (/plumbline …), and answer it')
    .option('--request <number>', 'the pull request it stands on', wholeNumber)
    .option('--comment <id>', 'the comment', wholeNumber)
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Where nothing is named, the event issue_comment that started the job says which comment is meant. What it says, who wrote it and
what they may do is asked of the forge. Each comment is answered once, however often this is run.

Exit status: 0 it was done, or there is nothing to do; 1 it was refused, and the answer says why.

Examples:
  plumbline ci comment
  plumbline ci comment --request 42 --comment 1234567`,
    )
    .action(async (options: Options) =>
      context.run(async () => {
        const job = await openJob(context, { reviews: 'forge', ...options })
        const { world, terminal, surroundings } = job
        const meant = await whichComment(options, context.terminal.env, world.readIfThere)
        const { answerComment } = await import('../../pipeline/comment-commands/answer-comment.ts')
        const telling = { links: surroundings.links, answersCommands: true, last: true }
        const answered = meant === undefined ? passedOver : await answerComment(world, meant, telling)
        const { error, ...said } = answered
        await job.output({ outcome: said.outcome, command: said.command ?? '' })
        if (options.json === true) terminal.out(`${JSON.stringify({ ...meant, ...said }, null, 2)}\n`)
        else {
          const which =
            meant === undefined ? 'the comment' : `comment ${meant.comment} on pull request ${meant.request}`
          terminal.out(`${which}: ${outcomes[said.outcome]}\n`)
          terminal.err(diagnosticsText(said.findings, terminal.colors))
        }
        if (error !== undefined) throw error
        if (said.outcome === 'interrupted') return exit.interrupted
        return said.outcome === 'refused' ? exit.error : exit.ok
      }, options),
    )
}

const passedOver: CommentAnswered = { outcome: 'passed-over', findings: [] }

const outcomes = {
  'passed-over': 'holds no command',
  known: 'was answered before',
  done: 'done',
  refused: 'refused',
  interrupted: 'interrupted',
} as const

/** The comment that is named, or that of the event; undefined where the event is about none that could hold a command. */
async function whichComment(
  { request, comment }: Options,
  env: Terminal['env'],
  readIfThere: (path: string) => Promise<string | undefined>,
): Promise<CommentMeant | undefined> {
  if (request !== undefined && comment !== undefined) return { request, comment: String(comment) }
  const { commentOfEvent } = await import('../../pipeline/comment-commands/comment-of-event.ts')
  const path = env['GITHUB_EVENT_PATH'] ?? ''
  const text = path === '' ? undefined : await readIfThere(path)
  if (env['GITHUB_EVENT_NAME'] !== 'issue_comment' || text === undefined)
    throw new Refusal([
      report('request-missing', {
        summary: 'nothing says which comment is meant',
        hint: 'name it with --request and --comment, or run it in a workflow on issue_comment',
      }),
    ])
  const found = commentOfEvent(text)
  if (found !== undefined && 'code' in found) throw new Refusal([found])
  return found
}

/** Ids of comments are larger than what most numbers of a command line are. */
function wholeNumber(text: string): number {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : 0
  if (value < 1) throw new InvalidArgumentError('It takes a whole number from 1 on.')
  return value
}
