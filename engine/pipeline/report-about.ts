import type { Address } from '../model/address.ts'
import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { LoadedDocument } from '../model/document.ts'
import type { Graph } from '../model/graph.ts'
import type { Report } from '../model/practice.ts'
import { nearest } from '../schema/nearest.ts'
import { codes } from './codes.ts'

const report = reporter(codes)

export interface Meant {
  readonly documents: readonly LoadedDocument[]
  /** Parts of documents that were named behind them, `db-01/lan1`. */
  readonly parts: ReadonlyMap<Address, ReadonlySet<string>>
}

/** What a report is narrowed to: documents by name or address, and their parts where it knows such. All where nothing is named. */
export function documentsMeant(
  { about, also = [], parts: hasParts }: Report,
  graph: Graph,
  wanted: readonly string[],
): Meant | { readonly refused: readonly Diagnostic[] } {
  const all = [...(about === undefined ? [] : [about]), ...also].flatMap((kind) => graph.ofKind(kind))
  const parts = new Map<Address, Set<string>>()
  if (wanted.length === 0) return { documents: all, parts }
  const known = new Map<string, LoadedDocument>()
  for (const document of [...all].reverse()) known.set(document.document.metadata.name, document)
  for (const document of all) known.set(document.address, document)
  const refused: Diagnostic[] = []
  const chosen = wanted.flatMap((text): readonly LoadedDocument[] => {
    const whole = known.get(text)
    if (whole !== undefined) return [whole]
    for (const { index } of hasParts === true ? text.matchAll(/\//g) : []) {
      const document = known.get(text.slice(0, index))
      if (document === undefined) continue
      parts.set(document.address, (parts.get(document.address) ?? new Set()).add(text.slice(index + 1)))
      return [document]
    }
    const near = nearest(
      text,
      all.map((d) => d.document.metadata.name),
    )
    refused.push(
      report('document-unknown', {
        summary: `there is no ${about ?? 'document'} ${text.slice(0, 80)}`,
        ...(near !== undefined && { hint: `did you mean ${near}?` }),
      }),
    )
    return []
  })
  return refused.length > 0 ? { refused } : { documents: chosen, parts }
}
