import type { Address } from '../../model/address.ts'
import { nameOf } from '../../model/address.ts'
import type { LoadedDocument } from '../../model/document.ts'
import type { GrantStarts } from '../../model/grant-starts.ts'
import { type Graph, targets } from '../../model/graph.ts'
import { membersIn } from '../../model/members.ts'
import { specOf } from '../../model/practice.ts'

/** Something that a person or a service account has, and by what. */
export interface Holding {
  readonly who: Address
  /** `Role/…`, `Zone/…`, `Application/…`, `Team/…` or `Group/…`. */
  readonly what: Address
  /** Of an application: the role in it. */
  readonly role?: string
  /** The grant, or the team or group itself. */
  readonly by: LoadedDocument
  /** Teams and groups that they have it through, outermost first. */
  readonly via: readonly Address[]
  /** ISO 8601; of grants. One that has not begun to last says none. */
  readonly until?: string
  readonly escorted?: true
}

export interface HoldingsQuestion {
  readonly graph: Graph
  readonly now: Date
  readonly starts?: GrantStarts
}

interface GrantSpec {
  readonly to: readonly string[]
  readonly from?: string
  readonly expires?: string
  readonly hours?: number
  readonly escorted?: boolean
  readonly roles?: readonly string[]
}

const hour = 3_600_000

/** Everybody who may have anything at a moment: people who work here, no programs of forges, and service accounts that have not ended. */
function holders({ graph, now }: HoldingsQuestion): ReadonlySet<Address> {
  const people = graph.ofKind('Person').filter((d) => {
    const { active = true, bot = false } = specOf<{ readonly active?: boolean; readonly bot?: boolean }>(d)
    return active && !bot
  })
  const accounts = graph.ofKind('ServiceAccount').filter((d) => {
    const { active = true, expires } = specOf<{ readonly active?: boolean; readonly expires: string }>(d)
    return active && Date.parse(expires) > now.getTime()
  })
  return new Set([...people, ...accounts].map((d) => d.address))
}

/** What people and service accounts have at a moment: roles on hosts and in applications, entry to zones, places in teams and groups. */
export function holdingsAt(question: HoldingsQuestion): readonly Holding[] {
  const { graph } = question
  const active = holders(question)
  const members = membersIn(graph)
  const places = (['Team', 'Group'] as const).flatMap((kind) =>
    graph
      .ofKind(kind)
      .flatMap((by) =>
        [...members([`${kind}/${nameOf(by.address)}`]).who].flatMap(([who, [_self, ...via]]): Holding[] =>
          active.has(who) ? [{ who, what: by.address, by, via }] : [],
        ),
      ),
  )
  const granted = (['AccessGrant', 'ApplicationGrant', 'EntryGrant'] as const).flatMap((kind) =>
    graph.ofKind(kind).flatMap((by): Holding[] => {
      const spec = specOf<GrantSpec>(by)
      const end = endOf(spec, question.starts?.get(by.address))
      const now = question.now.getTime()
      if (!(end > now) || Date.parse(spec.from ?? '') > now) return []
      const until = Number.isFinite(end) ? { until: spec.expires ?? new Date(end).toISOString() } : {}
      const whats = whatOf(graph, by, spec)
      return [...members(spec.to).who].flatMap(([who, via]) =>
        active.has(who)
          ? whats.map((what) => ({
              who,
              ...what,
              by,
              via,
              ...until,
              ...(spec.escorted === true && { escorted: true }),
            }))
          : [],
      )
    }),
  )
  return [...places, ...granted]
}

/** Milliseconds since 1970; infinity where it has not begun. */
function endOf({ expires, hours }: GrantSpec, start: number | undefined): number {
  if (hours === undefined) return Date.parse(expires ?? '')
  return start === undefined ? Number.POSITIVE_INFINITY : start + hours * hour
}

function whatOf(graph: Graph, { address }: LoadedDocument, { roles }: GrantSpec): Pick<Holding, 'what' | 'role'>[] {
  const of = (label: string) => targets(graph, address, label)
  return [
    ...[...of('spec.role'), ...of('spec.zones')].map((what) => ({ what })),
    ...of('spec.application').flatMap((what) => (roles ?? []).map((role) => ({ what, role }))),
  ]
}
