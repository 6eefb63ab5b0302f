import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { Graph } from '../model/graph.ts'
import { codes as planCodes } from '../plan/codes.ts'

const report = reporter(planCodes)

/** Names of all hosts, sorted, or those asked for, which must exist. */
export function hostsNamed(
  graph: Graph,
  only: readonly string[] | undefined,
): { readonly names: readonly string[] } | { readonly refused: readonly Diagnostic[] } {
  const all = hostNames(graph)
  const refused = unknownHosts(all, only ?? [])
  return refused.length > 0 ? { refused } : { names: [...new Set(only ?? all)].sort() }
}

/** Names of all hosts of an estate. */
export const hostNames = (graph: Graph): ReadonlySet<string> =>
  new Set(graph.ofKind('Host').map((h) => h.document.metadata.name))

/** One finding for each host that is asked for and is not there. */
export function unknownHosts(known: ReadonlySet<string>, asked: readonly string[]): readonly Diagnostic[] {
  return asked
    .filter((host) => !known.has(host))
    .map((host) => report('nothing-matched', { summary: `there is no host ${host}` }))
}
