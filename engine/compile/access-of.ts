import type { Graph } from '../model/graph.ts'

/** Who people are, and what they may do: never pinned, so that whoever is locked out is locked out everywhere at once. */
const accessKinds: ReadonlySet<string> = new Set([
  ...['Person', 'Team', 'Group', 'ServiceAccount', 'Role', 'AccessGrant'],
])

/** The documents of a release, with people, service accounts, roles and grants as they are now. References are those of the release. */
export function withAccessOf(now: Graph, released: Graph): Graph {
  const kept = [...released.documents].filter(([, d]) => !accessKinds.has(d.document.kind))
  const put = [...now.documents].filter(([, d]) => accessKinds.has(d.document.kind))
  return {
    documents: new Map([...kept, ...put]),
    ofKind: (kind) => (accessKinds.has(kind) ? now : released).ofKind(kind),
    outgoing: (address) => released.outgoing(address),
    incoming: (address) => released.incoming(address),
  }
}

/** Hosts, people, roles and grants alone: what decides about access. */
export function accessAlone(graph: Graph): Graph {
  const wanted = (kind: string): boolean => kind === 'Host' || accessKinds.has(kind)
  return {
    documents: new Map([...graph.documents].filter(([, d]) => wanted(d.document.kind))),
    ofKind: (kind) => (wanted(kind) ? graph.ofKind(kind) : []),
    outgoing: (address) => graph.outgoing(address),
    incoming: (address) => graph.incoming(address),
  }
}
