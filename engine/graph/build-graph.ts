import { type Address, nameOf } from '../model/address.ts'
import { compareDiagnostics, compareText, type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { LoadedDocument, Locate } from '../model/document.ts'
import type { Edge, Graph } from '../model/graph.ts'
import type { Kinds } from '../model/kind.ts'
import { nearest } from '../schema/nearest.ts'
import { append } from './append.ts'
import { codes } from './codes.ts'
import { cycles } from './cycles.ts'
import { type Reference, referenceReader, targetOf } from './references.ts'

const report = reporter(codes)

/** Looking for what was meant costs a walk over all names: so many findings get it. */
const maxSuggestions = 100

/** So many dangling references of one document are told. */
const maxMissing = 20

/** Documents to the graph of their references. Dangling references, doubled addresses and forbidden loops are told. */
export function buildGraph(
  loaded: readonly LoadedDocument[],
  kinds: Kinds,
  locate: Locate,
): { readonly graph: Graph; readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = []
  const documents = new Map<Address, LoadedDocument>()
  for (const document of [...loaded].sort((a, b) => compareText(a.address, b.address))) {
    const first = documents.get(document.address)
    if (first === undefined) documents.set(document.address, document)
    else diagnostics.push(duplicate(first, document, locate))
  }
  const graph = new DocumentGraph(documents)
  const read = referenceReader(kinds)
  const edge = edgeMaker()
  for (const document of documents.values()) {
    let missing = 0
    const edges: Edge[] = []
    for (const reference of read(document)) {
      const to = targetOf(reference)
      const target = to === undefined ? undefined : documents.get(to)
      if (target !== undefined) edges.push(edge(document, reference, target.address))
      else if (missing++ < maxMissing)
        diagnostics.push(dangling(document, reference, to, graph, locate, diagnostics.length < maxSuggestions))
    }
    graph.add(document.address, edges)
  }
  graph.trim()
  for (const loop of cycles(graph)) diagnostics.push(loopFinding(loop, graph, locate))
  return { graph, diagnostics: diagnostics.sort(compareDiagnostics) }
}

class DocumentGraph implements Graph {
  readonly documents: ReadonlyMap<Address, LoadedDocument>
  private readonly kinds = new Map<string, LoadedDocument[]>()
  private readonly from = new Map<Address, Edge[]>()
  private readonly to = new Map<Address, Edge[]>()

  constructor(documents: ReadonlyMap<Address, LoadedDocument>) {
    this.documents = documents
    for (const document of documents.values()) append(this.kinds, document.document.kind, document)
  }

  ofKind(kind: string): readonly LoadedDocument[] {
    return this.kinds.get(kind) ?? []
  }

  outgoing(address: Address): readonly Edge[] {
    return this.from.get(address) ?? []
  }

  incoming(address: Address): readonly Edge[] {
    return this.to.get(address) ?? []
  }

  add(from: Address, edges: readonly Edge[]): void {
    if (edges.length > 0) this.from.set(from, [...edges])
    for (const edge of edges) append(this.to, edge.to, edge)
  }

  /** Gives back the room that lists keep for growing: most hold a few edges, and there are many. */
  trim(): void {
    for (const [address, edges] of this.to) this.to.set(address, [...edges])
  }
}

/** Makes edges that share what they have in common: an estate has few labels and many edges. */
function edgeMaker(): (document: LoadedDocument, reference: Reference, to: Address) => Edge {
  const labels = new Map<string, string>()
  return (document, { path, acyclic }, to) => {
    const text = path.filter((step) => typeof step === 'string').join('.')
    const label = labels.get(text) ?? text
    labels.set(text, label)
    return { from: document.address, to, path, label, acyclic }
  }
}

function duplicate(first: LoadedDocument, second: LoadedDocument, locate: Locate): Diagnostic {
  return report('duplicate-address', {
    summary: `${second.address} is there twice`,
    detail: `first in ${first.file}:${first.line}`,
    subject: second.address,
    ...locate(second, ['metadata', 'name']),
  })
}

function dangling(
  document: LoadedDocument,
  reference: Reference,
  to: Address | undefined,
  graph: Graph,
  locate: Locate,
  suggest: boolean,
): Diagnostic {
  const { text, path, kinds } = reference
  const hint = suggest ? suggestion(reference, graph) : undefined
  return report('dangling-reference', {
    summary: to === undefined ? `${shown(text)} does not name any ${kinds.join(' or ')}` : `there is no ${shown(to)}`,
    subject: document.address,
    ...locate(document, path),
    ...(hint === undefined ? {} : { hint: `Did you mean ${hint}?` }),
  })
}

const shown = (text: string): string => (text.length > 100 ? `${text.slice(0, 100)}…` : text)

/** What was probably meant, written as it must stand there. */
function suggestion({ text, kinds }: Reference, graph: Graph): string | undefined {
  const name = nameOf(text)
  const form = (kind: string, found: string) => (kinds.length === 1 ? found : `${kind.toLowerCase()}/${found}`)
  for (const kind of kinds) if (graph.documents.has(`${kind}/${name}`)) return form(kind, name)
  for (const kind of kinds) {
    const found = nearest(
      name,
      graph.ofKind(kind).map((d) => d.document.metadata.name),
    )
    if (found !== undefined) return form(kind, found)
  }
  return undefined
}

function loopFinding(loop: readonly Edge[], graph: Graph, locate: Locate): Diagnostic {
  const [first] = loop
  const document = first === undefined ? undefined : graph.documents.get(first.from)
  const names = [...loop.map((e) => e.from), ...(first === undefined ? [] : [first.from])]
  return report('cycle', {
    summary: `${first?.label ?? 'references'} comes back: ${names.join(' → ')}`,
    ...(first === undefined || document === undefined ? {} : { subject: first.from, ...locate(document, first.path) }),
  })
}
