import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { LoadedDocument } from '../model/document.ts'
import type { Graph } from '../model/graph.ts'
import { nearest } from '../schema/nearest.ts'
import { codes } from './codes.ts'

const report = reporter(codes)

/** Change policies by name or address (case does not count in the kind); all where no name is given. */
export function policiesNamed(
  graph: Graph,
  names: readonly string[],
): { readonly policies: readonly LoadedDocument[] } | { readonly refused: readonly Diagnostic[] } {
  const all = graph.ofKind('ChangePolicy')
  if (names.length === 0) return { policies: all }
  const known = new Map(all.map((p) => [p.document.metadata.name, p]))
  const bare = names.map((name) => name.replace(/^changepolicy\//i, ''))
  const refused = bare.flatMap((name) => {
    if (known.has(name)) return []
    const near = nearest(name, known.keys())
    const hint = near === undefined ? {} : { hint: `did you mean ${near}?` }
    return [report('policy-unknown', { summary: `there is no ChangePolicy/${name}`, ...hint })]
  })
  if (refused.length > 0) return { refused }
  return { policies: [...new Set(bare)].flatMap((name) => known.get(name) ?? []) }
}
