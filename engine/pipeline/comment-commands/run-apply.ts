import { explainApprovals } from '../../change/explain-approvals.ts'
import { type Diagnostic, hasErrors, reporter } from '../../model/diagnostic.ts'
import type { ChangeRecord } from '../../model/record.ts'
import { code } from '../../pull-request/markdown.ts'
import { applyPending } from '../apply.ts'
import { ciMerge } from '../ci/merge.ts'
import { freshTip } from '../ci/requests.ts'
import { tellChange } from '../ci/tell-change.ts'
import { judgeUnmoved } from '../judge-record.ts'
import { bringHead } from '../merged-request.ts'
import { findRecord } from '../records.ts'
import type { World } from '../world.ts'
import type { AskedByPerson } from './asked.ts'
import { changeOfRequest } from './change-of-request.ts'
import { codes } from './codes.ts'
import { refusedBy, type Said } from './said.ts'

const report = reporter(codes)

const over: ReadonlySet<ChangeRecord['state']> = new Set(['implemented', 'reviewed', 'closed'])

/** `/plumbline apply`: applies what the pull request brought, once it is merged and approved; else says what is missing. */
export async function runApply(world: World, asked: AskedByPerson): Promise<Said> {
  const { forge, request, telling } = asked
  await freshTip(world)
  if (request.state !== 'merged') {
    const summary = `pull request ${request.number} is ${request.state}`
    return refusedBy(report('request-not-merged', { summary }), ...(await missing(world, asked)))
  }
  const recorded = await ciMerge(world, telling)
  const record = await changeOfRequest(world, request)
  if (record?.merge === undefined)
    return refusedBy(
      report('request-not-merged', { summary: `pull request ${request.number} has no record of its merge yet` }),
      ...recorded.diagnostics,
    )
  if (over.has(record.state))
    return { done: true, verdict: `${code(record.id)} is ${record.state}`, lines: ['There is nothing left to apply.'] }
  const done = await applyPending(world, { change: record.id })
  const after = (await findRecord(world, record.id)) ?? record
  await tellChange(world, forge, after, { links: { repository: forge.place.url }, answersCommands: true })
  return 'refused' in done ? refusedBy(...done.refused) : appliedSaid(after, done.diagnostics)
}

function appliedSaid({ id, state }: ChangeRecord, findings: readonly Diagnostic[]): Said {
  const done = state === 'implemented' && !hasErrors(findings)
  const lines = [`What became of it stands in the comment about ${code(id)}.`]
  return { done, verdict: `${code(id)} is ${state}`, lines, findings }
}

/** What an open pull request lacks, as far as its record says. */
async function missing(world: World, { request }: AskedByPerson): Promise<readonly Diagnostic[]> {
  const record = await changeOfRequest(world, request)
  if (record === undefined || record.merge !== undefined || !(await bringHead(world, request))) return []
  const standing = await judgeUnmoved(world, record, record.subject)
  const lacks = standing.holds ? [] : explainApprovals(standing)
  return lacks.filter((d) => d.severity === 'error')
}
