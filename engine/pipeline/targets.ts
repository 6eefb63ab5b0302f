import type { HostSpec } from '../generated/types.ts'
import type { LoadedDocument } from '../model/document.ts'
import type { Graph } from '../model/graph.ts'
import type { Target } from '../ports/host-session.ts'

/** How to reach each host of the graph, by name. Jump hosts are followed; the graph has checked that they form no circle. */
export function targetsOf(graph: Graph): ReadonlyMap<string, Target> {
  const targets = new Map<string, Target>()
  for (const document of graph.ofKind('Host')) targets.set(document.document.metadata.name, targetOf(document, graph))
  return targets
}

function targetOf(loaded: LoadedDocument, graph: Graph, depth = 0): Target {
  const spec = loaded.document.spec as unknown as HostSpec
  const jump = spec.ssh?.jump === undefined || depth > 8 ? undefined : graph.documents.get(`Host/${spec.ssh.jump}`)
  const user = spec.ssh?.user ?? 'plumbline'
  return {
    host: loaded.document.metadata.name,
    address: spec.address,
    port: spec.ssh?.port ?? 22,
    user,
    hostKeys: spec.hostKeys ?? [],
    ...(jump !== undefined && { jump: targetOf(jump, graph, depth + 1) }),
    sudo: spec.ssh?.sudo ?? user !== 'root',
    root: spec.root ?? '',
    transport: spec.ssh?.transport ?? 'ssh',
  }
}
