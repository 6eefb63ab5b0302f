import type { ApprovalVerdict } from '../../change/judge-approvals.ts'
import { humansOf, type People } from '../../change/people.ts'
import type { Address } from '../../model/address.ts'
import { compareText } from '../../model/diagnostic.ts'
import type { Graph } from '../../model/graph.ts'
import type { Approver } from '../../pull-request/told.ts'

/** For each approval that is missing: who may give it. Who had a hand in the change, or agreed already, may not. */
export function approversOf(
  { missing, counted, authors }: Pick<ApprovalVerdict, 'missing' | 'counted' | 'authors'>,
  graph: Graph,
  people: People,
  host: string,
): readonly (readonly Approver[])[] {
  const out = new Set<Address>([...authors, ...counted.map((c) => c.approver)])
  return missing.map(({ requirement }) => {
    const asked = requirement.teams.length === 0 ? [...people.byAddress.keys()] : requirement.teams
    const able = new Set(asked.flatMap((team) => humansOf(people, team)))
    return [...able]
      .filter((address) => !out.has(address))
      .sort(compareText)
      .map((address) => approverOf(address, graph, people, host))
  })
}

function approverOf(address: Address, graph: Graph, people: People, host: string): Approver {
  const name = fullNameOf(graph, address)
  const account = people.byAddress.get(address)?.accounts.find((a) => a.host === host.toLowerCase())
  return { address, ...(name !== undefined && { name }), ...(account !== undefined && { account: account.login }) }
}

/** Names of everybody who has a document. */
export const namesOf = (graph: Graph): ReadonlyMap<Address, string> =>
  new Map(
    graph.ofKind('Person').flatMap(({ address }) => {
      const name = fullNameOf(graph, address)
      return name === undefined ? [] : [[address, name] as const]
    }),
  )

function fullNameOf(graph: Graph, address: Address): string | undefined {
  const name = graph.documents.get(address)?.document.spec['fullName']
  return typeof name === 'string' ? name : undefined
}
