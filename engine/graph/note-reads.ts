import type { Address } from '../model/address.ts'
import type { Document, LoadedDocument } from '../model/document.ts'
import type { Graph } from '../model/graph.ts'

/** Fields of documents, by kind: `metadata.labels`, `spec.address`; `spec.*` where somebody went through all of a part. */
export type Reads = ReadonlyMap<string, ReadonlySet<string>>

/**
 * The same documents, which note what is read of them: what nobody read can change without anything following from it. Edges are
 * not noted, and neither is a name: whoever goes by the notes has to see that both are as they were.
 */
export function noteReads(graph: Graph): { readonly graph: Graph; readonly reads: Reads } {
  const reads = new Map<string, Set<string>>()
  const noterOf = new Map<string, (document: Document) => Document>()
  const noted = (loaded: LoadedDocument): LoadedDocument => {
    const { kind } = loaded.document
    const read = reads.get(kind) ?? new Set()
    const note = noterOf.get(kind) ?? noter(read)
    reads.set(kind, read)
    noterOf.set(kind, note)
    return { ...loaded, document: note(loaded.document) }
  }
  const documents = new Map([...graph.documents].map(([address, loaded]) => [address, noted(loaded)] as const))
  const kinds = new Map<string, readonly LoadedDocument[]>()
  const ofKind = (kind: string): readonly LoadedDocument[] => {
    const known =
      kinds.get(kind) ?? graph.ofKind(kind).flatMap(({ address }: { address: Address }) => documents.get(address) ?? [])
    kinds.set(kind, known)
    return known
  }
  return {
    graph: {
      documents,
      ofKind,
      outgoing: (address) => graph.outgoing(address),
      incoming: (address) => graph.incoming(address),
    },
    reads,
  }
}

/** Fields of a document whose values are not those that it had. */
export function changedFields(before: Document, after: Document): ReadonlySet<string> {
  return new Set([
    ...changedKeys('metadata', { ...before.metadata }, { ...after.metadata }),
    ...changedKeys('spec', before.spec, after.spec),
  ])
}

/** Whether somebody read one of these fields of a kind. */
export function wereRead(reads: Reads, kind: string, fields: ReadonlySet<string>): boolean {
  const read = reads.get(kind)
  if (read === undefined) return false
  return [...fields].some((field) => read.has(field) || read.has(`${field.slice(0, field.indexOf('.'))}.*`))
}

function changedKeys(
  part: 'metadata' | 'spec',
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): string[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)])
  const changed = [...keys].filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]))
  const isReordered = Object.keys(before).join('\0') !== Object.keys(after).join('\0')
  return [...changed, ...(isReordered ? ['*'] : [])].map((key) => `${part}.${key}`)
}

function noter(read: Set<string>): (document: Document) => Document {
  const metadata = handler<Document['metadata']>('metadata', read)
  const spec = handler<Document['spec']>('spec', read)
  return (document) => ({
    ...document,
    metadata: new Proxy(document.metadata, metadata),
    // What its schema refuses can be anything.
    spec: typeof document.spec === 'object' && document.spec !== null ? new Proxy(document.spec, spec) : document.spec,
  })
}

function handler<Part extends object>(part: 'metadata' | 'spec', read: Set<string>): ProxyHandler<Part> {
  // Most of what is read was read before.
  const known = new Set<string | symbol>(part === 'metadata' ? ['name'] : [])
  const note = (key: string | symbol): void => {
    if (known.has(key)) return
    known.add(key)
    if (typeof key === 'string') read.add(`${part}.${key}`)
  }
  return {
    get(target, key) {
      note(key)
      return Reflect.get(target, key)
    },
    has(target, key) {
      note(key)
      return Reflect.has(target, key)
    },
    getOwnPropertyDescriptor(target, key) {
      note(key)
      return Reflect.getOwnPropertyDescriptor(target, key)
    },
    ownKeys(target) {
      read.add(`${part}.*`)
      return Reflect.ownKeys(target)
    },
  }
}
