import { reporter } from '../../model/diagnostic.ts'
import { code, link } from '../../pull-request/markdown.ts'
import { ciPlan, type RequestPlanned } from '../ci/plan.ts'
import { codes } from '../codes.ts'
import type { World } from '../world.ts'
import type { Asked } from './asked.ts'
import { couldBeRead } from './could-be-read.ts'
import { refusedBy, type Said } from './said.ts'

const report = reporter(codes)

/**
 * `/plumbline plan`: plans the pull request anew, where its plan is kept. Of one from a fork, hosts are looked at only where whoever
 * asks names the commit that they read, and it is the newest still.
 */
export async function runPlan(
  world: World,
  { request, comment, telling }: Asked,
  commit: string | undefined,
): Promise<Said> {
  const { number, head, fork } = request
  if (commit !== undefined && !(head.startsWith(commit) && couldBeRead(request, comment, commit))) {
    const summary = head.startsWith(commit)
      ? `pull request ${number} may have got newer commits since, and ${commit} is not enough to tell`
      : `pull request ${number} has newer commits than ${commit}`
    return refusedBy(
      report('request-moved', { summary, severity: 'error', hint: 'read them, and name the newest in full' }),
    )
  }
  const read = commit === undefined ? {} : { read: head }
  const [planned] = await ciPlan(world, { ...telling, ...read, wanted: { request: number } })
  if (planned === undefined) return refusedBy()
  const said = planSaid(planned)
  if (!fork || commit !== undefined) return said
  const hint = `It comes from a fork, so no host was looked at. Read it, then say ${code(`/plumbline plan ${head}`)} to have them looked at.`
  return { ...said, lines: [...(said.lines ?? []), hint] }
}

function planSaid({ outcome, shown, diagnostics }: RequestPlanned): Said {
  const where = link('Its comment', shown?.comment?.url)
  switch (outcome) {
    case 'planned':
      return { done: true, verdict: 'Planned', lines: [`${where} has the plan.`], findings: diagnostics }
    case 'refused':
      return { done: false, verdict: 'There can be no plan', lines: [`${where} says why.`], findings: diagnostics }
    case 'current':
      return { done: true, verdict: 'Planned already', lines: [`${where} has the plan.`] }
    case 'superseded':
      return { done: true, verdict: 'Newer commits came meanwhile', lines: ['They are planned on their own.'] }
    case 'passed-over':
      return { ...refusedBy(...diagnostics.map((d) => ({ ...d, severity: 'error' as const }))) }
  }
}
