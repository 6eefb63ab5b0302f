import { lengthOf } from '../calendar/duration.ts'
import type { Address } from '../model/address.ts'
import type { DeclaredRecord } from '../model/declared-record.ts'
import type { LoadedDocument } from '../model/document.ts'
import type { Graph } from '../model/graph.ts'
import { specOf } from '../model/practice.ts'
import { isActive, named, personOnCall } from './on-call-of.ts'

/** What an `EscalationPolicy` document says; its schema is `schemas/organisation/EscalationPolicy.yaml`. */
interface PolicySpec {
  readonly teams?: readonly string[]
  readonly services?: readonly string[]
  readonly priorities?: readonly string[]
  readonly steps: readonly PolicyStep[]
  readonly repeat?: { readonly times: number; readonly every: string }
}

interface PolicyStep {
  readonly after?: string
  readonly page: readonly {
    readonly onCall?: string
    readonly person?: string
    readonly team?: string
    readonly lead?: string
  }[]
}

/** Whose an incident is, as far as its fields say it. Addresses stand in full. */
export interface Escalated {
  readonly service?: string
  readonly team?: string
  readonly priority?: string
}

/** The team whose work it is: as the record says, else that which answers for its service or for what fails. */
export function teamOf(graph: Graph, { team, service }: Escalated, item?: string): Address | undefined {
  if (team !== undefined) return team as Address
  for (const address of [service, item]) {
    const owner = address === undefined ? undefined : graph.documents.get(address as Address)?.document.metadata.owner
    const found = owner === undefined ? undefined : named('Team', owner)
    if (found !== undefined && graph.documents.has(found)) return found
  }
  return undefined
}

/** The policy by which an incident is escalated: that of its service, else that of its team; undefined where nobody is paged. */
export function policyFor(graph: Graph, incident: Escalated): LoadedDocument | undefined {
  const fits = (document: LoadedDocument): boolean => {
    const { priorities } = specOf<PolicySpec>(document)
    return priorities === undefined || priorities.includes(incident.priority ?? '')
  }
  const all = graph.ofKind('EscalationPolicy')
  const of = (kind: string, names: (spec: PolicySpec) => readonly string[] | undefined, wanted: string | undefined) =>
    all.find((d) => (names(specOf<PolicySpec>(d)) ?? []).some((name) => named(kind, name) === wanted))
  const found = of('Service', (s) => s.services, incident.service) ?? of('Team', (s) => s.teams, incident.team)
  return found !== undefined && fits(found) ? found : undefined
}

/** A step that is to be taken: who, and how it is called in the log. */
export interface DuePage {
  readonly people: readonly Address[]
  readonly text: string
}

/**
 * The steps that are due and were not taken yet, in their order. A step is taken once since the incident was opened or given to
 * somebody else: the log, which says how many were, is all that is remembered.
 */
export function duePages(
  policy: LoadedDocument,
  record: Pick<DeclaredRecord, 'log' | 'state'>,
  graph: Graph,
  now: number,
): readonly DuePage[] {
  const { steps, repeat } = specOf<PolicySpec>(policy)
  const { since, taken } = pagedSince(record)
  const every = lengthOf(repeat?.every ?? '') ?? 0
  const rounds = 1 + (repeat?.times ?? 0)
  const all = Array.from({ length: rounds }, (_, round) =>
    steps.map((step, i) => ({
      step,
      at: since + round * every + (lengthOf(step.after ?? '') ?? 0),
      name: `step ${i + 1} of ${policy.address}${round === 0 ? '' : `, time ${round + 1}`}`,
    })),
  ).flat()
  return all.slice(taken).flatMap(({ step, at, name }) => (at <= now ? [pageOf(step, name, graph, now)] : []))
}

/** Since when nobody has acknowledged it, and how many steps were taken since then. */
function pagedSince({ log }: Pick<DeclaredRecord, 'log'>): { readonly since: number; readonly taken: number } {
  let [since, taken, before] = [0, 0, '']
  for (const { move, at, state } of log) {
    const begins = state === 'open' && (before !== 'open' || move === 'assign')
    if (begins) [since, taken] = [Date.parse(at), 0]
    else if (move === 'page') taken += 1
    before = state
  }
  return { since, taken }
}

function pageOf(step: PolicyStep, name: string, graph: Graph, now: number): DuePage {
  const people = new Set<Address>()
  const nobody: string[] = []
  for (const { onCall, person, team, lead } of step.page) {
    const found = [
      ...(onCall === undefined ? [] : [onCallOf(graph, named('OnCall', onCall), now)]),
      ...(person === undefined ? [] : [named('Person', person)]),
      ...(team === undefined ? [] : membersOf(graph, named('Team', team))),
      ...(lead === undefined ? [] : [leadOf(graph, named('Team', lead))]),
    ].filter((p): p is Address => p !== undefined && isActive(graph, p))
    for (const one of found) people.add(one)
    if (found.length === 0) nobody.push(whom({ onCall, person, team, lead }))
  }
  const missing = nobody.length === 0 ? '' : `; nobody is there of ${nobody.join(', ')}`
  const text =
    people.size === 0 ? `paged nobody (${name})${missing}` : `paged ${[...people].join(', ')} (${name})${missing}`
  return { people: [...people], text }
}

type Whom = Readonly<Record<'onCall' | 'person' | 'team' | 'lead', string | undefined>>

function whom({ onCall, person, team, lead }: Whom): Address {
  if (onCall !== undefined) return named('OnCall', onCall)
  return person === undefined ? named('Team', team ?? lead ?? '') : named('Person', person)
}

function onCallOf(graph: Graph, schedule: Address, now: number): Address | undefined {
  const document = graph.documents.get(schedule)
  return document === undefined ? undefined : personOnCall(graph, document, now)
}

interface TeamSpec {
  readonly members?: readonly string[]
  readonly lead?: string
}

function membersOf(graph: Graph, team: Address): readonly Address[] {
  const document = graph.documents.get(team)
  return document === undefined ? [] : (specOf<TeamSpec>(document).members ?? []).map((m) => named('Person', m))
}

function leadOf(graph: Graph, team: Address): Address | undefined {
  const document = graph.documents.get(team)
  const lead = document === undefined ? undefined : specOf<TeamSpec>(document).lead
  return lead === undefined ? undefined : named('Person', lead)
}
