import { changedDocuments } from '../change/changed-documents.ts'
import { judgedRisk, type RiskQuestion, scoreRisk } from '../change/risk.ts'
import { reach } from '../graph/reach.ts'
import type { Address } from '../model/address.ts'
import type { Risk } from '../model/plan.ts'
import type { EstateAt } from './estate-at.ts'

/** What of a risk follows from the documents and actions alone: the same whenever and by whomever it is worked out. */
export function standingRisk(
  base: EstateAt,
  desired: EstateAt,
  actions: RiskQuestion['actions'],
  more: Partial<Pick<RiskQuestion, 'reach' | 'unknowns' | 'past' | 'at'>> = {},
): Risk {
  return scoreRisk({
    actions,
    unknowns: [],
    totalHosts: desired.graph.ofKind('Host').length,
    reach: more.reach ?? reachOf(base, desired),
    base: base.graph,
    graph: desired.graph,
    ...more,
  })
}

/** The risk that a record is judged by; see `judgedRisk`. */
export function riskOfRecord(
  record: { readonly risk?: Risk; readonly actions: RiskQuestion['actions'] },
  base: EstateAt,
  desired: EstateAt,
): Risk {
  return judgedRisk(record.risk, standingRisk(base, desired, record.actions))
}

/** What the changed documents reach, services first. */
export function reachOf(base: EstateAt, desired: EstateAt): readonly Address[] {
  const changed = changedDocuments(base.graph, desired.graph).map((c) => c.address)
  const reached = new Set([
    ...reach(desired.graph, changed, desired.compile.links()),
    ...reach(base.graph, changed, base.compile.links()),
  ])
  const rank = (address: Address): number => (address.startsWith('Service/') ? 0 : address.startsWith('Host/') ? 1 : 2)
  return [...reached].filter((a) => rank(a) < 2).sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))
}
