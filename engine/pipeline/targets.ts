import type { HostSpec } from '../generated/types.ts'
import { canonicalJson } from '../model/canonical.ts'
import type { LoadedDocument } from '../model/document.ts'
import type { Graph } from '../model/graph.ts'
import type { Target } from '../ports/host-session.ts'

/** How to reach each host of the graph, by name. Jump hosts are followed; the graph has checked that they form no circle. */
export function targetsOf(graph: Graph): ReadonlyMap<string, Target> {
  const targets = new Map<string, Target>()
  for (const document of graph.ofKind('Host')) targets.set(document.document.metadata.name, targetOf(document, graph))
  return targets
}

/** The same, with a mark on each host that is reached in another way than the base says, or that the base does not have. */
export function proposedTargets(desired: Graph, base: Graph): ReadonlyMap<string, Target> {
  const known = targetsOf(base)
  return new Map(
    [...targetsOf(desired)].map(([host, target]) => {
      const before = known.get(host)
      const same = before !== undefined && canonicalJson(before) === canonicalJson(target)
      return [host, same ? target : { ...target, proposed: true as const }]
    }),
  )
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
