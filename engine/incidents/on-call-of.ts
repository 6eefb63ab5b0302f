import { type OnCallSpec, onCallAt } from '../calendar/on-call.ts'
import { type Address, addressOf, nameOf } from '../model/address.ts'
import type { LoadedDocument } from '../model/document.ts'
import type { Graph } from '../model/graph.ts'
import { specOf } from '../model/practice.ts'

/** Who is on call by a schedule at a moment; undefined where nobody is, or somebody who is not there any more. */
export function personOnCall(graph: Graph, schedule: LoadedDocument, at: number): Address | undefined {
  const shift = onCallAt(specOf<OnCallSpec>(schedule), at)
  const person = shift && named('Person', shift.person)
  return person !== undefined && isActive(graph, person) ? person : undefined
}

/** Everybody who is on call for a team at a moment, by all of its schedules. */
export function onCallOfTeam(graph: Graph, team: Address, at: number): readonly Address[] {
  const found = graph
    .ofKind('OnCall')
    .filter((d) => named('Team', specOf<OnCallSpec>(d).team) === team)
    .flatMap((d) => personOnCall(graph, d, at) ?? [])
  return [...new Set(found)]
}

/** `platform`, `team/platform` and `Team/platform` are one. */
export const named = (kind: string, name: string): Address => addressOf(kind, nameOf(name))

export function isActive(graph: Graph, person: Address): boolean {
  const found = graph.documents.get(person)
  return found !== undefined && found.document.spec['active'] !== false
}
