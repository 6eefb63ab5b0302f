import { peopleOf } from '../../change/people.ts'
import { type Diagnostic, hasErrors, reporter } from '../../model/diagnostic.ts'
import type { ForgeAccount, RequestPage } from '../../model/pull-request.ts'
import type { Forge, ForgeComment } from '../../ports/forge.ts'
import { RepositoryError } from '../../ports/repository.ts'
import { rulesFor } from '../agreed-rules.ts'
import type { Telling } from '../ci/plan-request.ts'
import { expectForge, freshTip } from '../ci/requests.ts'
import { isPassing } from '../passing-trouble.ts'
import type { World } from '../world.ts'
import { codes } from './codes.ts'
import { helpSaid, misuse } from './help-text.ts'
import { type CommandTeams, mayRun } from './may-run.ts'
import { type CommentCommand, type Misused, parseCommand } from './parse-command.ts'
import { runApply } from './run-apply.ts'
import { runApprove } from './run-approve.ts'
import { runPlan } from './run-plan.ts'
import { runRollback } from './run-rollback.ts'
import { runUnlock } from './run-unlock.ts'
import { answerMarker, answerText, refusedBy, type Said } from './said.ts'

const report = reporter(codes)

/** Where a comment stands, as whoever told of it has it. */
export interface CommentMeant {
  readonly request: number
  readonly comment: string
}

export interface CommentAnswered {
  /**
   * - `passed-over`: it holds no command, is gone, or was written by a program
   * - `known`: it was answered before
   * - `done`, `refused`: answered now
   * - `interrupted`: the process is to end; it is to be done again
   */
  readonly outcome: 'passed-over' | 'known' | 'done' | 'refused' | 'interrupted'
  readonly command?: CommentCommand['name'] | Misused['name']
  readonly findings: readonly Diagnostic[]
  /** A mistake of ours that kept it from being done. */
  readonly error?: unknown
}

export interface AnswerOptions extends Telling {
  /** It won't be tried again: what stands in the way is said, even where it may pass. */
  readonly last: boolean
}

/**
 * Does what a comment on a pull request asks for, if who wrote it may, and answers in place: one answer to each comment, however often
 * it is told of. Who wrote what is asked of the forge; whoever told of the comment is believed nothing but where it stands. What
 * may pass is thrown, unless it is the last time.
 */
export async function answerComment(
  world: World,
  meant: CommentMeant,
  options: AnswerOptions,
): Promise<CommentAnswered> {
  const forge = await expectForge(world)
  const request = await forge.request(meant.request)
  const comments = await forge.comments(meant.request)
  const comment = comments.find((c) => c.id === meant.comment)
  const self = await forge.self()
  const command = comment === undefined ? undefined : parseCommand(comment.body)
  const own = (account: ForgeAccount) => sameAccount(account, self)
  if (request === undefined || comment === undefined || command === undefined) return passed
  // A program that answers programs never ends.
  if (comment.account.bot || own(comment.account)) return passed
  const marker = answerMarker(comment.id)
  if (comments.some((c) => own(c.account) && c.body.includes(marker)))
    return { outcome: 'known', command: command.name, findings: [] }
  await see(forge, comment)
  const ran = await guarded(() => run(world, { forge, request, comment, command }, options), options.last)
  // What was not done may only have been stopped on its way: the next process does it, and answers.
  if (world.stopping() && !ran.said.done) return { outcome: 'interrupted', command: command.name, findings: [] }
  await forge.keepComment(
    request.number,
    marker,
    `${marker}\n${answerText(command.name, comment.account.login, ran.said)}`,
  )
  const findings = ran.said.findings ?? []
  const outcome = ran.said.done && !hasErrors(findings) ? 'done' : 'refused'
  return { outcome, command: command.name, findings, ...('error' in ran && { error: ran.error }) }
}

const passed: CommentAnswered = { outcome: 'passed-over', findings: [] }

const sameAccount = (a: ForgeAccount, b: ForgeAccount): boolean =>
  a.id === undefined || b.id === undefined ? a.login === b.login : a.id === b.id

/** That somebody looks at it. Where we may not say so, the answer will. */
async function see(forge: Forge, comment: ForgeComment): Promise<void> {
  try {
    await forge.react(comment, 'eyes')
  } catch (error) {
    if (!(error instanceof RepositoryError)) throw error
  }
}

async function guarded(
  run: () => Promise<Said>,
  last: boolean,
): Promise<{ readonly said: Said; readonly error?: unknown }> {
  try {
    return { said: await run() }
  } catch (error) {
    if (error instanceof RepositoryError) {
      if (isPassing(error) && !last) throw error
      const { code, message: summary, hint } = error
      return { said: refusedBy({ code, severity: 'error', summary, hint }) }
    }
    // What a mistake of ours says may hold what is nobody's business.
    const summary = 'this is a mistake in Plumbline, not yours'
    const hint = 'whoever runs it finds in its log what happened'
    return { said: refusedBy({ code: 'internal', severity: 'error', summary, hint }), error }
  }
}

interface Written {
  readonly forge: Forge
  readonly request: RequestPage
  readonly comment: ForgeComment
  readonly command: CommentCommand | Misused
}

async function run(
  world: World,
  { forge, request, comment, command }: Written,
  { last: _, ...telling }: AnswerOptions,
): Promise<Said> {
  const permission = await forge.permission(comment.account)
  const rules = await rulesFor(world, await freshTip(world))
  const teams: CommandTeams = rules.config.changes?.commands ?? {}
  const { host } = forge.place
  const asking = { account: comment.account, host, permission, people: peopleOf(rules.graph), teams }
  const may = mayRun({ ...asking, command: command.name === 'misused' ? 'help' : command.name })
  if ('code' in may) return refusedBy(may)
  if (command.name === 'help') return helpSaid(teams)
  if (command.name === 'misused') return misusedSaid(command, teams)
  if (comment.edited) return refusedBy(report('command-edited', { summary: 'the comment was edited' }))
  const asked = { forge, request, comment, permission, telling }
  if (command.name === 'plan') return runPlan(world, asked, command.commit)
  if (may.person === undefined) throw new Error(`${command.name} is for somebody`)
  const byPerson = { ...asked, person: may.person }
  switch (command.name) {
    case 'approve':
      return runApprove(world, byPerson, command.plan)
    case 'apply':
      return runApply(world, byPerson)
    case 'rollback':
      return runRollback(world, byPerson, command.change)
    case 'unlock':
      return runUnlock(world, byPerson, command)
  }
}

function misusedSaid({ because }: Misused, teams: CommandTeams): Said {
  const { lines = [] } = helpSaid(teams)
  return { ...refusedBy(report('command-misused', { summary: misuse[because] })), lines }
}
