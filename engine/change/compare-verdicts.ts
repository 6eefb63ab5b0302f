import type { Address } from '../model/address.ts'
import type { ApprovalRequirement, Verdict } from '../model/plan.ts'
import type { ChangeType } from '../model/record.ts'
import { oneIndependent } from './judge-approvals.ts'
import { belongsTo, type People } from './people.ts'

/** What a verdict comes to, in words that can be compared. */
export interface Decision {
  /** `denied`, or what it asks for: `2 of Team/security, window Any`. */
  readonly text: string
  /** Requirements that the people who had agreed do not fulfil. */
  readonly lacks: readonly string[]
}

export interface VerdictComparison {
  readonly was: Decision
  readonly now: Decision
  /** `other`: it asks for something else, neither more nor less. */
  readonly result: 'same' | 'stricter' | 'looser' | 'other'
  /** It could not have been carried out as it was: it is denied, or agreements are missing that then were not asked for. */
  readonly heldUp: boolean
  /** What is asked now and was not, with its reason; then what was asked and is no longer. */
  readonly why: readonly string[]
}

/** The change that both verdicts are of. */
export interface JudgedTwice {
  readonly type: ChangeType
  /** Who had said yes. */
  readonly agreed: readonly Address[]
  /** The people of its base. */
  readonly people: People
}

/** Compares what two sets of rules say of the same change. */
export function compareVerdicts(then: Verdict, now: Verdict, change: JudgedTwice): VerdictComparison {
  const { agreed, people } = change
  const before = demandsOf(then)
  const after = demandsOf(now)
  const added = [...after].filter(([demand]) => !before.has(demand))
  const gone = [...before].filter(([demand]) => !after.has(demand))
  const decisions = { was: decisionOf(then, agreed, people), now: decisionOf(now, agreed, people) }
  return {
    ...decisions,
    result: added.length > 0 ? (gone.length > 0 ? 'other' : 'stricter') : gone.length > 0 ? 'looser' : 'same',
    heldUp: (now.denials.length > 0 && then.denials.length === 0) || waits(then, now, decisions, change.type),
    why: [...added.map(([, because]) => because), ...gone.map(([, because]) => `no longer: ${because}`)],
  }
}

/** Whether it would have waited for people: a standard change only where it is none any more, an emergency never. */
function waits(
  then: Verdict,
  now: Verdict,
  decisions: Pick<VerdictComparison, 'was' | 'now'>,
  type: ChangeType,
): boolean {
  if (type === 'emergency') return false
  if (type === 'standard') return now.changeType === 'normal' && then.changeType === undefined
  return decisions.now.lacks.some((lack) => !decisions.was.lacks.includes(lack))
}

/** Demand → its reason. That somebody independent has to agree where nothing else is asked is no demand of a policy. */
function demandsOf({
  denials,
  warnings,
  requirements,
  windows = [],
  changeType,
}: Verdict): ReadonlyMap<string, string> {
  return new Map([
    ...denials.map(
      (d) => [`deny ${d.summary}`, `${d.summary}${d.detail === undefined ? '' : ` (${d.detail})`}`] as const,
    ),
    ...warnings.map((w) => [`warn ${w.summary}`, w.summary] as const),
    ...requirements
      .filter((r) => r.because !== oneIndependent.because)
      .map((r) => [requirementText(r), r.because] as const),
    ...windows.map((w) => [windowText(w.windows), w.because] as const),
    ...(changeType === undefined ? [] : [['normal', 'it is agreed to like any other'] as const]),
  ])
}

function decisionOf(verdict: Verdict, agreed: readonly Address[], people: People): Decision {
  const { denials, requirements, windows = [], warnings, changeType } = verdict
  const lacking = requirements.filter((r) => agreed.filter((a) => belongsTo(people, a, r.teams)).length < r.count)
  const asked = [
    ...new Set([
      ...requirements.map(requirementText),
      ...windows.map((w) => windowText(w.windows)),
      ...(changeType === undefined ? [] : ['a normal change']),
    ]),
  ]
  const warned = warnings.length === 0 ? [] : [`${warnings.length} warned`]
  const text = denials.length > 0 ? 'denied' : [...asked, ...warned].join(', ') || 'nothing asked'
  return { text, lacks: [...new Set(lacking.map(requirementText))] }
}

function requirementText({ count, teams }: ApprovalRequirement): string {
  return `${count} of ${teams.length === 0 ? 'anybody' : teams.join(' or ')}`
}

const windowText = (windows: readonly Address[]): string =>
  windows.length === 0 ? 'inside a window' : `inside ${windows.join(' or ')}`
