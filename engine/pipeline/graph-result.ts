import type { GraphView } from '../graph/graph-view.ts'
import { graphJson } from '../graph/render.ts'
import { type Address, kindOf, nameOf } from '../model/address.ts'
import { count } from '../model/count.ts'
import type { GraphEdge } from '../model/drawing.ts'
import type { ReportResult } from '../model/practice.ts'

/** What a graph is asked about; the whole estate where it is nothing. */
export interface GraphSubject {
  readonly about: Address | undefined
  /** What refers to it, instead of what it refers to. */
  readonly reach: boolean
}

/** Documents and their references, as a table and a picture. */
export function graphResult(view: GraphView, { about, reach }: GraphSubject): ReportResult {
  const what = about === undefined ? 'The estate' : reach ? `What ${about} reaches` : `What ${about} stands on`
  return {
    title: what,
    tables: [
      {
        caption: 'References',
        head: ['from', 'relation', 'to'],
        rows: view.edges.map(({ from, to, label }) => [from, relation(label), to]),
        empty: 'nothing refers to anything here',
      },
    ],
    drawings: [
      {
        name: about === undefined ? 'graph' : `graph-${about.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`,
        title: `${what}: ${count(view.nodes.length, 'document')}`,
        meaning: 'An arrow leads from a document to one that it refers to.',
        nodes: view.nodes.map((address) => ({
          ...{ id: address, label: nameOf(address), note: kindOf(address), title: address },
          ...(address === about && { heavy: true as const }),
        })),
        edges: edgesOf(view),
      },
    ],
    data: JSON.parse(JSON.stringify(graphJson(view))) as ReportResult['data'],
  }
}

/** One connection for two documents, whatever the number of fields that refer. */
function edgesOf({ edges }: GraphView): readonly GraphEdge[] {
  const labels = new Map<string, { readonly from: Address; readonly to: Address; readonly labels: string[] }>()
  for (const { from, to, label } of edges) {
    const key = `${from} ${to}`
    const known = labels.get(key) ?? { from, to, labels: [] }
    known.labels.push(relation(label))
    labels.set(key, known)
  }
  return [...labels.values()].map(({ from, to, labels: all }) => ({ from, to, label: all.join(', ') }))
}

const relation = (label: string): string => label.replace(/^spec\./, '')
