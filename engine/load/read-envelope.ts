import { addressOf, namePattern } from '../model/address.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import type { Document, JsonObject, JsonPath, LoadedDocument } from '../model/document.ts'
import type { RawDocument } from '../model/document-cache.ts'
import type { Kinds } from '../model/kind.ts'
import { apiVersion } from '../schema/document-schema.ts'
import { nearest } from '../schema/nearest.ts'
import { report } from './finding.ts'
import { foreignDocument, knowledgeDocument } from './foreign-document.ts'
import { isMarkdown } from './markdown-file.ts'

/** A mistake in the envelope, to be placed at a path of the document. */
interface Mistake {
  readonly code: 'envelope' | 'unknown-kind'
  readonly summary: string
  readonly path: JsonPath
}

export type ReadDocument =
  | { readonly document: LoadedDocument }
  | { readonly code: Mistake['code']; readonly summary: string; readonly path: JsonPath; readonly hint?: string }

const fileNameRule = 'the name of the file, without .md, must be lower-case letters, digits, . and -, at most 63'

/** Takes a raw document for one of ours, or says what its envelope lacks. */
export function readEnvelope(raw: RawDocument, file: string, kinds: Kinds): ReadDocument {
  const { value, index, line } = raw
  if (!isObject(value)) return { code: 'envelope', summary: 'a document must be a map', path: [] }
  const foreign = isMarkdown(file) ? knowledgeDocument(value, file) : foreignDocument(value)
  if (foreign !== undefined && kinds.has(foreign.kind)) {
    if (!namePattern.test(foreign.metadata.name)) return { code: 'envelope', summary: fileNameRule, path: [] }
    const address = addressOf(foreign.kind, foreign.metadata.name)
    return { document: { address, document: foreign, file, index, line, bare: true } }
  }
  const mistake = mistakeIn(value, kinds)
  if (mistake !== undefined) return mistake
  const document = value as unknown as Document
  return { document: { address: addressOf(document.kind, document.metadata.name), document, file, index, line } }
}

export function mistakeDiagnostic(
  mistake: Exclude<ReadDocument, { document: LoadedDocument }>,
  place: {
    file: string
    line: number
    column: number
  },
): Diagnostic {
  const { code, summary, hint } = mistake
  return report(code, { summary, ...place, ...(hint === undefined ? {} : { hint }) })
}

function mistakeIn(value: JsonObject, kinds: Kinds): (Mistake & { hint?: string }) | undefined {
  const { apiVersion: version, kind, metadata } = value
  if (version !== apiVersion) {
    const summary = version === undefined ? 'apiVersion is missing' : `apiVersion must be ${apiVersion}`
    return { code: 'envelope', summary, path: ['apiVersion'] }
  }
  if (typeof kind !== 'string') {
    const summary = kind === undefined ? 'kind is missing' : 'kind must be text'
    return { code: 'envelope', summary, path: ['kind'] }
  }
  if (!kinds.has(kind)) {
    const near = nearest(kind, kinds.keys())
    const hint = near === undefined ? {} : { hint: `Did you mean ${near}?` }
    return {
      code: 'unknown-kind',
      summary: `there is no kind ${JSON.stringify(kind.slice(0, 80))}`,
      path: ['kind'],
      ...hint,
    }
  }
  return mistakeInMetadata(metadata) ?? mistakeInSpec(value['spec'])
}

function mistakeInSpec(spec: JsonObject[string] | undefined): Mistake | undefined {
  if (isObject(spec)) return undefined
  return { code: 'envelope', summary: spec === undefined ? 'spec is missing' : 'spec must be a map', path: ['spec'] }
}

function mistakeInMetadata(metadata: JsonObject[string] | undefined): Mistake | undefined {
  const mistake = (summary: string, path: JsonPath): Mistake => ({ code: 'envelope', summary, path })
  if (metadata === undefined) return mistake('metadata is missing', ['metadata'])
  if (!isObject(metadata)) return mistake('metadata must be a map', ['metadata'])
  const { name } = metadata
  if (name === undefined) return mistake('metadata.name is missing', ['metadata', 'name'])
  if (typeof name !== 'string') return mistake('metadata.name must be text: quote it', ['metadata', 'name'])
  if (namePattern.test(name)) return undefined
  const rule = 'lower-case letters, digits, . and -, at most 63, starting with a letter or digit'
  return mistake(`metadata.name must be ${rule}`, ['metadata', 'name'])
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
