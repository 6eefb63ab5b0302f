import type { Address } from '../../model/address.ts'
import type { LoadedDocument } from '../../model/document.ts'
import type { Graph } from '../../model/graph.ts'
import { specOf } from '../../model/practice.ts'

/** Something that a person has, and by which grant. */
export interface Holding {
  readonly person: Address
  /** `Role/…`, `Zone/…` or `Team/…`. */
  readonly what: Address
  /** The grant, or the team itself. */
  readonly by: LoadedDocument
  /** ISO 8601; of grants. */
  readonly until?: string
  readonly escorted?: true
}

interface GrantSpec {
  readonly from?: string
  readonly expires: string
  readonly escorted?: boolean
}

/** Everybody who works here: people that are active and no programs, sorted. */
export function workers(graph: Graph): ReadonlySet<Address> {
  const works = graph.ofKind('Person').filter((d) => {
    const { active = true, bot = false } = specOf<{ readonly active?: boolean; readonly bot?: boolean }>(d)
    return active && !bot
  })
  return new Set(works.map((d) => d.address))
}

/** What active people have at a moment: roles on hosts, entry to zones, places in teams. */
export function holdingsAt(graph: Graph, at: Date): readonly Holding[] {
  const active = workers(graph)
  const membersOf = (team: Address): readonly Address[] =>
    graph.outgoing(team).flatMap((e) => (e.label === 'spec.members' && active.has(e.to) ? [e.to] : []))
  const teams = graph
    .ofKind('Team')
    .flatMap((team) => membersOf(team.address).map((person): Holding => ({ person, what: team.address, by: team })))
  const granted = (['AccessGrant', 'EntryGrant'] as const).flatMap((kind) =>
    graph.ofKind(kind).flatMap((grant) => {
      const { from, expires, escorted } = specOf<GrantSpec>(grant)
      if (!(Date.parse(expires) > at.getTime()) || Date.parse(from ?? '') > at.getTime()) return []
      const edges = graph.outgoing(grant.address)
      const whats = edges.filter((e) => e.label === 'spec.role' || e.label === 'spec.zones').map((e) => e.to)
      const people = edges
        .filter((e) => e.label === 'spec.to')
        .flatMap((e) => (e.to.startsWith('Team/') ? membersOf(e.to) : active.has(e.to) ? [e.to] : []))
      return [...new Set(people)].flatMap((person) =>
        whats.map(
          (what): Holding => ({ person, what, by: grant, until: expires, ...(escorted === true && { escorted }) }),
        ),
      )
    }),
  )
  return [...teams, ...granted]
}
