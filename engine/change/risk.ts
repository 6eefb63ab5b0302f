import type { Address } from '../model/address.ts'
import type { Graph } from '../model/graph.ts'
import type { Action, Plan, Risk } from '../model/plan.ts'
import { listed } from './owners.ts'

export interface RiskQuestion {
  readonly actions: readonly Pick<Action, 'host' | 'resource' | 'verb' | 'reversibility' | 'access'>[]
  readonly unknowns: Plan['unknowns']
  /** Hosts of the whole estate. */
  readonly totalHosts: number
  /** What the change reaches; only services count here. */
  readonly reach: readonly Address[]
  /** The merge result: criticality of services and environments. */
  readonly graph: Graph
}

type Factor = Risk['factors'][number]

/**
 * How much could go wrong, 0 to 100, as a sum of factors that each say why. The most each can give: reach 25, reversibility 20,
 * environment 15, share of hosts 12, size 10, access 10, unknowns 8. More of anything never lowers the score; a
 * plan that does nothing has none. Low is below 30, high from 60 on.
 */
export function scoreRisk(question: RiskQuestion): Risk {
  if (question.actions.length === 0) return { score: 0, level: 'low', factors: [] }
  const found = [reachOf, environmentOf, reversibilityOf, shareOf, sizeOf, accessOf, unknownsOf]
  const factors = found.map((factor) => factor(question)).filter((f) => f.points > 0)
  const score = factors.reduce((sum, f) => sum + f.points, 0)
  return { score, level: score < 30 ? 'low' : score < 60 ? 'medium' : 'high', factors }
}

/** Services that stand on what changes, weighed by how much depends on each of them. */
function reachOf({ reach, graph }: RiskQuestion): Factor {
  const services = [...new Set(reach)].filter((a) => graph.documents.get(a)?.document.kind === 'Service')
  const weight = services.reduce((sum, a) => sum + criticality(graph, a), 0)
  const names = listed(services)
  return {
    points: Math.min(25, Math.round(weight * 1.25)),
    because: `reaches ${names}, together of criticality ${weight}`,
  }
}

function environmentOf({ actions, graph }: RiskQuestion): Factor {
  const hosts = new Set(actions.map((a) => a.host))
  const worst = [...hosts]
    .map((host) => String(graph.documents.get(`Host/${host}`)?.document.spec['environment'] ?? ''))
    .map((name) => ({ name, level: criticality(graph, `Environment/${name}`) }))
    .reduce((a, b) => (b.level > a.level || (b.level === a.level && b.name < a.name) ? b : a))
  const points = [0, 0, 2, 5, 9, 15][worst.level] ?? 0
  return { points, because: `environment ${worst.name || 'unknown'} has criticality ${worst.level} of 5` }
}

function reversibilityOf({ actions }: RiskQuestion): Factor {
  const count = (wanted: Action['reversibility']) => actions.filter((a) => a.reversibility === wanted).length
  const irreversible = count('irreversible')
  const bestEffort = count('best-effort')
  const soft = bestEffort === 0 ? 0 : Math.min(8, 1 + Math.floor(Math.log2(bestEffort)))
  const because = [
    ...(irreversible > 0 ? [`${irreversible} that nothing takes back`] : []),
    ...(bestEffort > 0 ? [`${bestEffort} that a rollback can only try to take back`] : []),
  ]
  return { points: Math.min(20, (irreversible > 0 ? 15 : 0) + soft), because: because.join(', ') }
}

function shareOf({ actions, totalHosts }: RiskQuestion): Factor {
  const touched = new Set(actions.map((a) => a.host)).size
  const share = Math.min(1, touched / Math.max(1, totalHosts))
  return { points: Math.round(share * 12), because: `${touched} of ${totalHosts} hosts` }
}

function sizeOf({ actions }: RiskQuestion): Factor {
  return { points: Math.min(10, Math.floor(Math.log2(actions.length))), because: `${actions.length} actions` }
}

function accessOf({ actions }: RiskQuestion): Factor {
  const access = actions.filter((a) => a.access === true)
  const points = access.length === 0 ? 0 : Math.min(10, 6 + Math.floor(Math.log2(access.length)))
  return { points, because: `${access.length} could lock people or the engine out` }
}

function unknownsOf({ unknowns }: RiskQuestion): Factor {
  const points = Math.min(8, unknowns.length * 2)
  return { points, because: `nothing is known of ${unknowns.length} resources or hosts` }
}

/** 1 to 5; 3 where a document says nothing, as its schema has it. */
function criticality(graph: Graph, address: Address): number {
  const value = graph.documents.get(address)?.document.spec['criticality']
  return typeof value === 'number' ? Math.min(5, Math.max(1, value)) : 3
}
