import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { Graph } from '../model/graph.ts'
import { codes as planCodes } from '../plan/codes.ts'

const report = reporter(planCodes)

/** Names of all hosts, sorted, or those asked for, which must exist. */
export function hostsNamed(
  graph: Graph,
  only: readonly string[] | undefined,
): { readonly names: readonly string[] } | { readonly refused: readonly Diagnostic[] } {
  const all = graph.ofKind('Host').map((h) => h.document.metadata.name)
  const missing = only?.filter((host) => !all.includes(host)) ?? []
  if (missing.length > 0)
    return { refused: missing.map((host) => report('nothing-matched', { summary: `there is no host ${host}` })) }
  return { names: [...new Set(only ?? all)].sort() }
}
