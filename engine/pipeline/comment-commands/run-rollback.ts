import { type Diagnostic, reporter } from '../../model/diagnostic.ts'
import type { RequestPage } from '../../model/pull-request.ts'
import type { ChangeRecord } from '../../model/record.ts'
import { code, link } from '../../pull-request/markdown.ts'
import { ciPlan } from '../ci/plan.ts'
import { freshTip } from '../ci/requests.ts'
import { codes as pipelineCodes } from '../codes.ts'
import { proposeRollback } from '../proposals/propose-rollback.ts'
import { findRecord } from '../records.ts'
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
  const { request, comment, person, telling } = asked
  await freshTip(world)
  const record = change === undefined ? await changeOfRequest(world, request) : await findRecord(world, change)
  if (record === undefined) return refusedBy(unknown(request, change))
  const done = await proposeRollback(
    world,
    { changes: [record.id], branch: `rollback/${record.id.toLowerCase()}`, askedBy: person },
    {
      asked: `${code(person)} asked for it as ${code(comment.account.login)} in #${request.number}, and so is one of its authors: somebody else has to agree`,
    },
  )
  if ('refused' in done) return refusedBy(...done.refused)
  if (done.before) return openedSaid('It is being taken back already', record, done.request, [])
  const [planned] = await ciPlan(world, { ...telling, wanted: { request: done.request.number } })
  return openedSaid('A pull request takes it back', record, done.request, planned?.diagnostics ?? [])
}

const unknown = ({ number }: RequestPage, change: string | undefined): Diagnostic =>
  change === undefined
    ? report('request-not-merged', { summary: `pull request ${number} has no change that could be taken back` })
    : report('change-unknown', { summary: `there is no ${change}` })

function openedSaid(
  verdict: string,
  { id }: ChangeRecord,
  { number, url }: RequestPage,
  findings: readonly Diagnostic[],
): Said {
  return { done: true, verdict, lines: [`${link(`#${number}`, url)} reverts ${code(id)}.`], findings }
}
