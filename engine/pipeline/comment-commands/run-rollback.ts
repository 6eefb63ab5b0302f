import { type Diagnostic, reporter } from '../../model/diagnostic.ts'
import type { RequestPage } from '../../model/pull-request.ts'
import type { ChangeRecord } from '../../model/record.ts'
import { code, link, words } from '../../pull-request/markdown.ts'
import { ciPlan } from '../ci/plan.ts'
import { freshTip } from '../ci/requests.ts'
import { codes as pipelineCodes } from '../codes.ts'
import { findRecord } from '../records.ts'
import { rollback } from '../rollback.ts'
import { targetBranch } from '../target-branch.ts'
import type { World } from '../world.ts'
import type { AskedByPerson } from './asked.ts'
import { changeOfRequest } from './change-of-request.ts'
import { codes } from './codes.ts'
import { refusedBy, type Said } from './said.ts'

const report = reporter({ ...pipelineCodes, ...codes })

/**
 * `/plumbline rollback`: opens a pull request that takes back what this one brought, or the change named. The engine writes the
 * commits; whoever asked counts as an author, and somebody else has to agree.
 */
export async function runRollback(world: World, asked: AskedByPerson, change: string | undefined): Promise<Said> {
  const { forge, request, person, telling } = asked
  await freshTip(world)
  const record = change === undefined ? await changeOfRequest(world, request) : await findRecord(world, change)
  if (record === undefined) return refusedBy(unknown(request, change))
  const branch = `rollback/${record.id.toLowerCase()}`
  const [open] = await forge.openRequests({ branch })
  if (open !== undefined) return openedSaid('It is being taken back already', record, open, [])
  const done = await rollback(world, { changes: [record.id], branch, dryRun: false, askedBy: person })
  // Where somebody was stopped after the branch was pushed, what is left is to propose it.
  if ('refused' in done && !done.refused.every((d) => d.code === 'branch-exists')) return refusedBy(...done.refused)
  const opened = await forge.keepRequest({
    branch,
    target: await targetBranch(world),
    title: words(`Roll back ${record.id}: ${record.title}`, 200),
    body: bodyOf(record, asked),
    labels: ['plumbline'],
  })
  const [planned] = await ciPlan(world, { ...telling, wanted: { request: opened.number } })
  return openedSaid('A pull request takes it back', record, opened, planned?.diagnostics ?? [])
}

const unknown = ({ number }: RequestPage, change: string | undefined): Diagnostic =>
  change === undefined
    ? report('request-not-merged', { summary: `pull request ${number} has no change that could be taken back` })
    : report('change-unknown', { summary: `there is no ${change}` })

function bodyOf({ id, title }: ChangeRecord, { person, comment, request }: AskedByPerson): string {
  const who = `${code(person)} asked for it as ${code(comment.account.login)} in #${request.number}`
  return [
    `Takes back ${code(id)} (${words(title, 200)}). ${who}, and so is one of its authors: somebody else has to agree.`,
    'Its documents are reverted; what they leave open comes back from what was kept on the hosts. The plan says of each thing what can be promised.',
  ].join('\n\n')
}

function openedSaid(
  verdict: string,
  { id }: ChangeRecord,
  { number, url }: RequestPage,
  findings: readonly Diagnostic[],
): Said {
  return { done: true, verdict, lines: [`${link(`#${number}`, url)} reverts ${code(id)}.`], findings }
}
