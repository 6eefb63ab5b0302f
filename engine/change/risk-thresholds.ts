import type { Address } from '../model/address.ts'
import type { Graph } from '../model/graph.ts'
import type { ApprovalRequirement, Risk } from '../model/plan.ts'
import { referenced } from './people.ts'

/** `changes.risk` of an `Estate`. */
type Thresholds = Partial<Record<'medium' | 'high', { readonly approvals: number; readonly teams?: readonly string[] }>>

/** Where an estate says nothing and asks anybody at all: two people for what is of high risk. */
const usual: Thresholds = { high: { approvals: 2 } }

/**
 * Whom a risk asks for, as the estate of the base has it. What is asked of a medium risk is asked of a high one, too: more risk
 * never needs fewer people.
 */
export function riskRequirements(
  risk: Pick<Risk, 'score' | 'level' | 'factors'>,
  base: Graph,
  rule: 'one-independent' | 'solo',
): readonly ApprovalRequirement[] {
  const [estate] = base.ofKind('Estate')
  const { changes } = (estate?.document.spec ?? {}) as { readonly changes?: { readonly risk?: Thresholds } }
  const asked: Thresholds = { ...(rule === 'solo' ? {} : usual), ...changes?.risk }
  const levels =
    risk.level === 'low' ? [] : risk.level === 'medium' ? (['medium'] as const) : (['medium', 'high'] as const)
  return levels.flatMap((level) => {
    const found = asked[level]
    if (found === undefined) return []
    const teams = (found.teams ?? []).map((team): Address => referenced(team, 'Team'))
    return [
      { count: found.approvals, teams, because: `its risk is ${risk.score} of 100 (${risk.level}): ${greatest(risk)}` },
    ]
  })
}

function greatest({ factors }: Pick<Risk, 'factors'>): string {
  const sorted = [...factors].sort((a, b) => b.points - a.points)
  return sorted
    .slice(0, 3)
    .map((f) => f.because)
    .join('; ')
}
