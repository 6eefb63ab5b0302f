import type { LoadedDocument } from '../../model/document.ts'
import type { Graph } from '../../model/graph.ts'
import { column, type Row, type Table } from '../table.ts'

export const documentColumns = [
  column('name', 'text', 'name of the document'),
  column('kind', 'text', 'kind of the document'),
  column('labels', 'map', 'its labels'),
  column('owner', 'text', 'who answers for it'),
  column('description', 'text', 'what it says of itself'),
  column('spec', 'map', 'all that it says, as plumbline explain KIND tells'),
  column('place', 'text', 'file and line'),
]

export function documentRow({ document, file, line }: LoadedDocument): Row {
  const { name, labels = {}, owner = null, description = null } = document.metadata
  return { name, kind: document.kind, labels, owner, description, spec: document.spec, place: `${file}:${line}` }
}

export const documents: Table = {
  name: 'documents',
  about: 'every document of the estate',
  columns: documentColumns,
  shown: ['kind', 'name', 'owner', 'labels', 'place'],
  observed: false,
  rows: ({ graph }) => [...graph.documents.values()].map(documentRow),
}

/** A table for each kind that has documents or could have. */
export function kindTable(kind: string, description: string): Table {
  return {
    name: kind,
    about: description,
    columns: documentColumns,
    shown: ['name', 'owner', 'labels', 'place'],
    observed: false,
    rows: ({ graph }: { readonly graph: Graph }) => graph.ofKind(kind).map(documentRow),
  }
}
