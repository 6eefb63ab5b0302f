import type { Address } from '../model/address.ts'
import { count } from '../model/count.ts'
import type { Graph } from '../model/graph.ts'

/** Something that was done to the estate and may be to blame for an incident. */
export interface Candidate {
  /** Number of a change, or of an unauthorised one. */
  readonly id: string
  readonly title: string
  readonly what: 'change' | 'unauthorised'
  readonly state: string
  /** Milliseconds: when it was in place, or else began; of an unauthorised one when it was found. */
  readonly at: number
  /** Hosts that it acted on, with the types of what it did there. */
  readonly hosts: ReadonlyMap<Address, readonly string[]>
  /** Documents that it changed. */
  readonly documents: readonly Address[]
  readonly risk?: { readonly score: number; readonly level: string }
  readonly emergency?: true
}

export interface Suspect {
  readonly id: string
  readonly title: string
  readonly what: Candidate['what']
  /** 1 to 100. */
  readonly score: number
  /** How many steps lie between what fails and what was touched. */
  readonly distance: number
  /** From what fails to what was touched. */
  readonly path: readonly Address[]
  /** Why it stands where it stands, in words. */
  readonly because: readonly string[]
}

/** `from` stands on `to` in a way that is no reference: a host on a profile that selects it. */
export interface StandsOn {
  readonly from: Address
  readonly to: Address
}

/** References that say who has to do with a document, not what it stands on. */
const unrelated: ReadonlySet<string> = new Set(['metadata.owner'])
const deepest = 6
const hour = 3_600_000
/** Something that was found a little after it began was there before. */
const slack = 5 * 60_000

/** How much what was touched counts by its distance; further away it counts as the last. */
const nearness = [1, 0.95, 0.8, 0.6, 0.4, 0.25, 0.15]

/** Types of resources by which things break more often than by others. */
const moving: ReadonlySet<string> = new Set(['package', 'file', 'service', 'firewall', 'mount', 'sysctl', 'container'])

export type Ways = ReadonlyMap<Address, readonly Address[]>

/** Everything that something stands on, with the shortest way to it; itself included. */
export function dependencyPaths(graph: Graph, from: readonly Address[], links: readonly StandsOn[]): Ways {
  const linked = new Map<Address, Address[]>()
  for (const link of links) linked.set(link.from, [...(linked.get(link.from) ?? []), link.to])
  const ways = new Map<Address, readonly Address[]>(from.map((address) => [address, [address]]))
  for (const [address, way] of ways) {
    if (way.length > deepest) continue
    const next = [
      ...graph.outgoing(address).flatMap((e) => (unrelated.has(e.label) ? [] : [e.to])),
      ...(linked.get(address) ?? []),
    ]
    for (const to of next) if (!ways.has(to)) ways.set(to, [...way, to])
  }
  return ways
}

/**
 * What was done lately on the way from what fails to what it stands on, the likeliest to blame first. How near counts for half,
 * how lately for a third; what is left is its risk and what kind of thing it is. Each says why.
 *
 * @param at milliseconds: when it began to fail, as far as is known
 */
export function rankSuspects(ways: Ways, at: number, candidates: readonly Candidate[]): readonly Suspect[] {
  return candidates
    .flatMap((candidate) => judged(candidate, ways, at) ?? [])
    .sort((a, b) => b.score - a.score || (a.id < b.id ? 1 : -1))
}

function judged(candidate: Candidate, ways: Ways, at: number): Suspect | undefined {
  const { id, title, what, risk, state, emergency } = candidate
  if (what === 'change' && candidate.at > at + slack) return undefined
  const touched = nearest(candidate, ways)
  if (touched === undefined) return undefined
  const { way, acted } = touched
  const distance = way.length - 1
  const types = candidate.hosts.get(way.at(-1) ?? ('' as Address)) ?? []
  const near = (nearness[distance] ?? 0.1) * (acted ? 1 : 0.8)
  const age = Math.max(0, at - candidate.at) / hour
  const recent = what === 'unauthorised' ? 0.6 : 2 ** (-age / 24)
  const troubled = what === 'unauthorised' || emergency === true || ['failed', 'paused', 'implementing'].includes(state)
  const kind = troubled ? 1 : types.some((type) => moving.has(type)) ? 0.6 : 0.2
  const score = Math.max(1, Math.round(50 * near + 35 * recent + 8 * ((risk?.score ?? 30) / 100) + 7 * kind))
  return {
    ...{ id, title, what, score, distance, path: way },
    because: [
      touchedWords(way, acted, types),
      what === 'unauthorised' ? 'nobody approved it; found on the host' : `in place ${ago(age)} before`,
      ...(what === 'change' && troubled ? [emergency === true ? 'an emergency' : `it is ${state}`] : []),
      ...(risk === undefined ? [] : [`risk ${risk.score} (${risk.level})`]),
    ],
  }
}

/** The nearest of what it touched; what it did on a host goes before what it changed in a document as far away. */
function nearest({ hosts, documents }: Candidate, ways: Ways) {
  const touched = [
    ...[...hosts.keys()].map((address) => ({ address, acted: true })),
    ...documents.map((address) => ({ address, acted: false })),
  ].flatMap(({ address, acted }) => {
    const way = ways.get(address)
    return way === undefined ? [] : [{ way, acted }]
  })
  return touched.sort(
    (a, b) =>
      a.way.length - b.way.length || Number(b.acted) - Number(a.acted) || (a.way.join(' ') < b.way.join(' ') ? -1 : 1),
  )[0]
}

function touchedWords(way: readonly Address[], acted: boolean, types: readonly string[]): string {
  const last = way.at(-1) ?? ''
  const what = `${acted ? 'acted on' : 'changed'} ${last}${types.length === 0 ? '' : ` (${types.join(', ')})`}`
  if (way.length === 1) return `${what}, which fails`
  return `${what}: ${way.join(' stands on ')}`
}

/** `12 minutes`, `5 hours`, `3 days`. */
function ago(hours: number): string {
  if (hours < 1) return count(Math.round(hours * 60), 'minute')
  return hours < 48 ? count(Math.round(hours), 'hour') : count(Math.round(hours / 24), 'day')
}
