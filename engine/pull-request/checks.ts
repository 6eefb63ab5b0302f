import { count } from '../model/count.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import { escapeControls } from '../model/escape.ts'
import type { CheckAnnotation, WantedCheck } from '../ports/forge.ts'
import { commentLimit, composed } from './plan-comment.ts'
import { commentSizes, type Room } from './room.ts'
import { approvalsSection, findingsOf } from './sections.ts'
import type { PlanTold, RefusedTold } from './told.ts'
import { verdictOf } from './verdict.ts'

/** Annotations that are worth a reader's time; GitHub takes 50 in one request, so whoever sends them sends them in parts. */
const mostAnnotations = 200

/** Names that branch protection and other tools know them by. */
export const planCheckName = 'plumbline/plan'
export const approvalCheckName = 'plumbline/approval'

const levels = { error: 'failure', warning: 'warning', info: 'notice' } as const

/** Whether the plan is sound; keyed to its digest. Findings stand beside the lines that they are about. */
export function planCheck(told: PlanTold | RefusedTold): WantedCheck {
  const { title, conclusion } = verdictOf(told)
  const { annotations, leftOut } = annotationsOf(findingsOf(told))
  const { body } = composed(told, commentSizes, (text) => text.length <= commentLimit)
  const note =
    leftOut === 0
      ? ''
      : `\n${count(leftOut, 'more finding')} ${leftOut === 1 ? 'is' : 'are'} not shown beside the files.\n`
  return { ...about(planCheckName, told), conclusion, title, summary: `${body}${note}`, annotations }
}

/** Whether enough people agreed to exactly this plan: for branch protection to ask for. */
export function approvalCheck(told: PlanTold | RefusedTold): WantedCheck {
  const base = { ...about(approvalCheckName, told), annotations: [] }
  const waits = (title: string, summary: string): WantedCheck => ({
    ...base,
    conclusion: 'action-required',
    title,
    summary,
  })
  const { sentences, title } = verdictOf(told)
  const said = sentences.join('\n\n')
  if (told.supersededBy !== undefined || 'refused' in told) return waits(title, said)
  const section = approvalsSection(told, wholeRoom)
  const summary = [said, ...(section === undefined ? [] : [section])].join('\n\n')
  const denied = told.plan.verdict.denials.length > 0 || told.plan.diagnostics.some((d) => d.severity === 'error')
  if (denied || told.desiredOnly !== undefined) return waits(title, summary)
  const { standing, record } = told
  const success = (said: string): WantedCheck => ({ ...base, conclusion: 'success', title: said, summary })
  // Who broke the glass has to be able to merge; what somebody rejected stays rejected all the same.
  const pressing = record?.type === 'emergency' && record.state !== 'expired' && record.state !== 'rejected'
  if (pressing && standing.blocked.length === 0) return success('Emergency: to be reviewed afterwards')
  if (!standing.holds) return waits(approvalTitle(told), summary)
  const by = count(standing.counted.length, 'person', 'people')
  return success(standing.counted.length === 0 ? 'Approved: none asked for' : `Approved: by ${by}`)
}

function approvalTitle({ standing }: PlanTold): string {
  if (standing.blocked.some((d) => d.code === 'change-rejected')) return 'Rejected'
  const several = standing.missing.reduce((sum, m) => sum + m.need - m.have, 0)
  return several === 0 ? 'Can’t be approved as it is' : `${count(several, 'approval')} missing`
}

const wholeRoom: Room = {
  diffLines: 0,
  context: 0,
  groups: 0,
  rows: 40,
  changes: 0,
  items: 20,
  text: 600,
  leaveOut: () => {},
}

function about(name: string, told: PlanTold | RefusedTold): Pick<WantedCheck, 'name' | 'commit' | 'key' | 'url'> {
  const { head, links } = told
  const url = links.run ?? links.artifact
  return {
    name,
    commit: head,
    key: 'refused' in told ? 'no-plan' : told.plan.subject.plan,
    ...(url !== undefined && { url }),
  }
}

/** One for each finding that is about a line of a file, the worst first; plain text, for nothing there is read as Markdown. */
function annotationsOf(findings: readonly Diagnostic[]): {
  readonly annotations: readonly CheckAnnotation[]
  readonly leftOut: number
} {
  const rank = { error: 0, warning: 1, info: 2 }
  const placed = findings
    .flatMap((d) => (d.file === undefined ? [] : [{ ...d, file: d.file }]))
    .sort((a, b) => rank[a.severity] - rank[b.severity])
  const annotations = placed.slice(0, mostAnnotations).map(({ file, line, severity, code, summary, detail, hint }) => ({
    path: file,
    line: Math.max(1, line ?? 1),
    level: levels[severity],
    title: code,
    message: [summary, detail, hint === undefined ? undefined : `Next: ${hint}`]
      .flatMap((text) => (text === undefined ? [] : [cut(text)]))
      .join('\n'),
  }))
  return { annotations, leftOut: placed.length - annotations.length }
}

const cut = (text: string): string => {
  const clean = escapeControls(text)
  return clean.length > 4000 ? `${clean.slice(0, 3999)}…` : clean
}
