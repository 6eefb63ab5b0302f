import { loadAll } from 'js-yaml'
import type { Document, LoadedDocument } from '../model/document.ts'
import type { Graph } from '../model/graph.ts'

/** For tests: the documents of a text, all in one file. */
export function documentsIn(text: string): LoadedDocument[] {
  return (loadAll(text) as Document[]).map((document, index) => ({
    address: `${document.kind}/${document.metadata.name}`,
    document: { ...document, apiVersion: 'plumbline/v1' },
    file: 'test.yaml',
    index,
    line: 1,
  }))
}

/** For tests: a graph without edges, which compiling does not use. */
export function graphOf(documents: readonly LoadedDocument[]): Graph {
  const sorted = [...documents].sort((a, b) => (a.address < b.address ? -1 : 1))
  return {
    documents: new Map(sorted.map((d) => [d.address, d])),
    ofKind: (kind) => sorted.filter((d) => d.document.kind === kind),
    outgoing: () => [],
    incoming: () => [],
  }
}
