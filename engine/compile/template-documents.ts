import type { Json, JsonObject } from '../model/document.ts'
import type { Graph } from '../model/graph.ts'

/**
 * All documents for templates: `documents.Service.checkout.spec.tier`. Each kind is put together when a template first
 * asks for it, so that estates whose templates don't pay nothing.
 */
export function templateDocuments(graph: Graph): JsonObject {
  const all: Record<string, Json> = {}
  for (const kind of new Set([...graph.documents.values()].map((d) => d.document.kind))) {
    let made: JsonObject | undefined
    Object.defineProperty(all, kind, {
      enumerable: true,
      get: () => {
        made ??= Object.fromEntries(
          graph
            .ofKind(kind)
            .map(({ document: { metadata, spec } }) => [metadata.name, { metadata, spec } as unknown as JsonObject]),
        )
        return made
      },
    })
  }
  return all
}

/** Kinds whose documents a template may read: those it names after `documents`, or all where it doesn't name them plainly. */
export function kindsRead(template: string): readonly string[] | 'all' {
  const uses = [...template.matchAll(/\bdocuments\b(?:\.([A-Za-z]+)|\[\s*(?:'([A-Za-z]+)'|"([A-Za-z]+)")\s*\])?/g)]
  const kinds = uses.map(([, dotted, single, double]) => dotted ?? single ?? double)
  return kinds.includes(undefined) ? 'all' : [...new Set(kinds.filter((k) => k !== undefined))]
}
