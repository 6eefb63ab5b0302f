import { addressOf } from '../model/address.ts'
import { compareText } from '../model/diagnostic.ts'
import type { Document, LoadedDocument } from '../model/document.ts'
import type { Graph } from '../model/graph.ts'
import { base64OfBytes } from '../model/ssh-key.ts'

/** A graph of documents as the cases write them; relations between them are not followed here. */
export function graphOf(documents: readonly Document[]): Graph {
  const loaded = documents.map(
    (document, index): LoadedDocument => ({
      address: addressOf(document.kind, document.metadata.name),
      document,
      file: 'case.yaml',
      index,
      line: 1,
    }),
  )
  const sorted = loaded.sort((a, b) => compareText(a.address, b.address))
  return {
    documents: new Map(sorted.map((d) => [d.address, d])),
    ofKind: (kind) => sorted.filter((d) => d.document.kind === kind),
    outgoing: () => [],
    incoming: () => [],
  }
}

/** A public key in a correct form, the same for the same name. Nobody has its other half. */
export function keyNamed(name: string): string {
  const type = new TextEncoder().encode('ssh-ed25519')
  const body = new TextEncoder().encode(name.padEnd(32, '.').slice(0, 32))
  return `ssh-ed25519 ${base64OfBytes(Uint8Array.from([0, 0, 0, type.length, ...type, 0, 0, 0, 32, ...body]))}`
}
