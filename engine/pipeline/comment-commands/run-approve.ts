import { explainApprovals } from '../../change/explain-approvals.ts'
import { type Diagnostic, reporter } from '../../model/diagnostic.ts'
import { code } from '../../pull-request/markdown.ts'
import { approveReviews, type ReviewsApproved } from '../approve-reviews.ts'
import { ciPlan } from '../ci/plan.ts'
import { freshTip } from '../ci/requests.ts'
import { bringHead } from '../merged-request.ts'
import type { World } from '../world.ts'
import type { AskedByPerson } from './asked.ts'
import { codes } from './codes.ts'
import { couldBeRead } from './could-be-read.ts'
import { refusedBy, type Said } from './said.ts'

const report = reporter(codes)

/**
 * `/plumbline approve 9b1c77e2`: records the comment as an approval of the plan that it names, as the forge's word: like a review,
 * and judged like one. It holds for no other plan, so that nobody agrees to what they did not see.
 */
export async function runApprove(world: World, asked: AskedByPerson, plan: string): Promise<Said> {
  const { request, comment, permission, telling } = asked
  if (request.state !== 'open')
    return refusedBy(report('request-not-open', { summary: `pull request ${request.number} is ${request.state}` }))
  if (!couldBeRead(request, comment, plan)) {
    const summary = `the forge does not say that nothing was pushed since the comment was written, and ${plan.length} digits may be those of another plan`
    return refusedBy(report('plan-not-newest', { summary, hint: 'read the newest plan, and name all of its digest' }))
  }
  await freshTip(world)
  await bringHead(world, request)
  const { account, at } = comment
  const id = `comment-${comment.id}`
  const done = await approveReviews(world, {
    head: request.head,
    named: {
      request: request.number,
      plan,
      review: { id, account, permission, state: 'approved', commit: request.head, at },
    },
  })
  if ('refused' in done) return refusedBy(...done.refused)
  const recorded = done.record.approvals.some((a) => a.assertion === 'forge-asserted' && a.forge.review === id)
  if (!recorded) return refusedBy(...done.findings.filter((d) => d.summary.includes(id)).map(asError))
  // Its comment and its checks say who agreed.
  await ciPlan(world, { ...telling, wanted: { request: request.number } })
  return approvedSaid(done)
}

const asError = (d: Diagnostic): Diagnostic => ({ ...d, severity: 'error' })

function approvedSaid({ record, standing }: ReviewsApproved): Said {
  const missing = standing.holds ? [] : explainApprovals(standing).filter((d) => d.severity === 'error')
  return {
    done: true,
    verdict: `Recorded in ${code(record.id)}`,
    lines: [standing.holds ? 'Enough people agreed: it may be merged.' : 'More is needed before it may be applied:'],
    findings: missing.map((d) => ({ ...d, severity: 'info' as const })),
  }
}
