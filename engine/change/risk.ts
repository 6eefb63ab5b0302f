import type { Address } from '../model/address.ts'
import { escapeControls } from '../model/escape.ts'
import type { Graph } from '../model/graph.ts'
import type { Action, Plan, Risk, RiskFactor } from '../model/plan.ts'
import { failuresOf, noveltyOf, type Past } from './risk-past.ts'
import { timeOf } from './risk-time.ts'

export interface RiskQuestion {
  readonly actions: readonly (Pick<Action, 'host' | 'resource' | 'verb' | 'reversibility'> & {
    readonly access?: boolean
  })[]
  readonly unknowns: Plan['unknowns']
  /** Hosts of the whole estate. */
  readonly totalHosts: number
  /** What the change reaches; only services count here. */
  readonly reach: readonly Address[]
  /** Base and merge result. Of what they say differently of a service or an environment, the worse counts. */
  readonly base: Graph
  readonly graph: Graph
  /** What the ledger and the history of the branch know; left out where there is no ledger. */
  readonly past?: Past
  /** ISO 8601: when it is planned; left out where the time of day is no matter. */
  readonly at?: string
}

/** From how many points on a risk is medium, and high. */
const thresholds = { medium: 25, high: 50 } as const

/**
 * How much could go wrong, 0 to 100, as a sum of factors that each say why, with evidence. The most each can give: reach 20,
 * reversibility 16, environment 12, share of hosts 8, access 8, past failures 8, size 7, unknowns 6, novelty 6, error budget 5,
 * time 4. More of anything never lowers the score; a plan that does nothing has none. Low is below 25, high from 50 on.
 */
export function scoreRisk(question: RiskQuestion): Risk {
  if (question.actions.length === 0) return { score: 0, level: 'low', factors: [] }
  const found = [
    reachOf(question),
    environmentOf(question),
    reversibilityOf(question),
    shareOf(question),
    sizeOf(question),
    accessOf(question),
    unknownsOf(question),
    noveltyOf(question.actions, question.past),
    failuresOf(question.actions, question.past, (host) => environmentsOf(question, host)),
    timeOf(question.at, environmentNames(question), question.base),
    budgetOf(question),
  ]
  const factors = found.filter((f) => f.points > 0).map(readable)
  const score = factors.reduce((sum, f) => sum + f.points, 0)
  return { score, level: levelOf(score), factors }
}

/** Names of resources can be long, and the record keeps what stands here. */
function readable({ points, because, evidence }: RiskFactor): RiskFactor {
  const cut = (text: string, most: number): string => {
    const clean = escapeControls(text)
    return clean.length > most ? `${clean.slice(0, most - 1)}…` : clean
  }
  const named = (evidence ?? []).map((e) => cut(e, 200))
  return { points, because: cut(because, 1000), ...(named.length > 0 && { evidence: named }) }
}

export function levelOf(score: number): Risk['level'] {
  return score < thresholds.medium ? 'low' : score < thresholds.high ? 'medium' : 'high'
}

/**
 * The risk by which a change with a record is judged. It is the one that was found when the record was opened: time passes and
 * history grows, and what was asked for must not change under those who agreed. But whoever opens a record could write down too
 * little, so never less than what the documents and actions alone come to.
 */
export function judgedRisk(recorded: Risk | undefined, standing: Risk): Risk {
  return recorded !== undefined && recorded.score >= standing.score
    ? { ...recorded, level: levelOf(recorded.score) }
    : standing
}

/** The first few of a list, to be looked up. */
export function someOf(names: Iterable<string>): readonly string[] {
  return [...new Set(names)].slice(0, 5)
}

/** Services that stand on what changes, weighed by how much depends on each of them. */
function reachOf(question: RiskQuestion): RiskFactor {
  const services = servicesOf(question)
  const weighed = services.map((address) => ({ address, weight: criticality(question, address) }))
  const weight = weighed.reduce((sum, s) => sum + s.weight, 0)
  const worst = weighed.sort((a, b) => b.weight - a.weight).map((s) => s.address)
  const named = services.length === 1 ? 'a service' : `${services.length} services, together`
  return {
    points: Math.min(20, weight),
    because: `reaches ${named} of criticality ${weight}`,
    evidence: someOf(worst),
  }
}

function environmentOf(question: RiskQuestion): RiskFactor {
  const worst = environmentNames(question)
    .map((name) => ({ name, level: criticality(question, `Environment/${name}`) }))
    .reduce((a, b) => (b.level > a.level || (b.level === a.level && b.name < a.name) ? b : a))
  const points = [0, 0, 2, 4, 7, 12][worst.level] ?? 0
  return {
    points,
    because: `environment ${worst.name || 'unknown'} has criticality ${worst.level} of 5`,
    ...(worst.name !== '' && { evidence: [`Environment/${worst.name}`] }),
  }
}

function reversibilityOf({ actions }: RiskQuestion): RiskFactor {
  const those = (wanted: Action['reversibility']) => actions.filter((a) => a.reversibility === wanted)
  const irreversible = those('irreversible')
  const bestEffort = those('best-effort')
  const soft = bestEffort.length === 0 ? 0 : Math.min(6, 1 + Math.floor(Math.log2(bestEffort.length)))
  const because = [
    ...(irreversible.length > 0 ? [`${irreversible.length} that nothing takes back`] : []),
    ...(bestEffort.length > 0 ? [`${bestEffort.length} that a rollback can only try to take back`] : []),
  ]
  const named = [...irreversible, ...bestEffort].map((a) => `${a.host} ${a.resource}`)
  return {
    points: Math.min(16, (irreversible.length > 0 ? 12 : 0) + soft),
    because: because.join(', '),
    evidence: someOf(named),
  }
}

function shareOf({ actions, totalHosts }: RiskQuestion): RiskFactor {
  const touched = new Set(actions.map((a) => a.host)).size
  const share = Math.min(1, touched / Math.max(1, totalHosts))
  return { points: Math.round(share * 8), because: `${touched} of ${totalHosts} hosts` }
}

function sizeOf({ actions }: RiskQuestion): RiskFactor {
  return { points: Math.min(7, Math.floor(Math.log2(actions.length))), because: `${actions.length} actions` }
}

function accessOf({ actions }: RiskQuestion): RiskFactor {
  const access = actions.filter((a) => a.access === true)
  const points = access.length === 0 ? 0 : Math.min(8, 5 + Math.floor(Math.log2(access.length)))
  return {
    points,
    because: `${access.length} could lock people or the engine out`,
    evidence: someOf(access.map((a) => `${a.host} ${a.resource}`)),
  }
}

function unknownsOf({ unknowns }: RiskQuestion): RiskFactor {
  const points = Math.min(6, unknowns.length * 2)
  const evidence = someOf(unknowns.map((u) => (u.resource === undefined ? u.host : `${u.host} ${u.resource}`)))
  return { points, because: `nothing is known of ${unknowns.length} resources or hosts`, evidence }
}

/** The service of which least is left. */
function budgetOf(question: RiskQuestion): RiskFactor {
  const budgets = servicesOf(question).flatMap((address) =>
    [question.base, question.graph].flatMap((graph) => {
      const { errorBudget } = (graph.documents.get(address)?.document.spec ?? {}) as { readonly errorBudget?: Budget }
      return errorBudget === undefined ? [] : [{ address, ...errorBudget }]
    }),
  )
  const [worst] = budgets.sort((a, b) => a.left - b.left)
  if (worst === undefined) return { points: 0, because: '' }
  const points = worst.left <= 0 ? 5 : worst.left < 0.25 ? 3 : worst.left < 0.5 ? 1 : 0
  const left = Math.floor(worst.left * 100)
  return {
    points,
    because: `${worst.address} has ${left <= 0 ? 'nothing' : `${left} %`} left of its error budget`,
    evidence: [worst.address, `as of ${worst.asOf}`],
  }
}

interface Budget {
  /** 0 to 1. */
  readonly left: number
  readonly asOf: string
}

function servicesOf({ reach, graph, base }: RiskQuestion): readonly Address[] {
  const isService = (g: Graph, a: Address): boolean => g.documents.get(a)?.document.kind === 'Service'
  return [...new Set(reach)].filter((a) => isService(graph, a) || isService(base, a))
}

/** The environments that a host is in, before and after. */
function environmentsOf({ base, graph }: RiskQuestion, host: string): readonly string[] {
  const named = [base, graph].map((g) => g.documents.get(`Host/${host}`)?.document.spec['environment'])
  return [...new Set(named.filter((name) => typeof name === 'string'))]
}

/** Of all hosts that are touched; an empty name where a host has none. */
function environmentNames(question: RiskQuestion): readonly string[] {
  const hosts = [...new Set(question.actions.map((a) => a.host))]
  const named = hosts.map((host) => environmentsOf(question, host))
  return [...new Set(named.flatMap((names) => (names.length === 0 ? [''] : names)))].sort()
}

/** 1 to 5; 3 where a document says nothing, as its schema has it. */
function criticality({ base, graph }: RiskQuestion, address: Address): number {
  const values = [base, graph].flatMap((g) => {
    const found = g.documents.get(address)
    return found === undefined ? [] : [found.document.spec['criticality'] ?? 3]
  })
  const numbers = values.filter((value) => typeof value === 'number')
  return numbers.length === 0 ? 3 : Math.min(5, Math.max(1, ...numbers))
}
