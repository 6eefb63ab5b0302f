import { compareDiagnostics, compareText, type Diagnostic } from '../model/diagnostic.ts'
import type { LoadedDocument, Locate } from '../model/document.ts'
import type { DocumentCache, RawDocument } from '../model/document-cache.ts'
import type { Kinds } from '../model/kind.ts'
import { checkPath, pathCollisions } from './check-paths.ts'
import { decodeText } from './decode-text.ts'
import { maxFindings, report, toDiagnostic } from './finding.ts'
import { defaultLimits, type Limits } from './limits.ts'
import { locator } from './locate.ts'
import { frontMatterOf, isMarkdown, type ReadMarkdown } from './markdown-file.ts'
import { placeOf } from './offset-place.ts'
import { parseFile } from './parse-file.ts'
import { parseMarkdown } from './parse-markdown.ts'
import { mistakeDiagnostic, readEnvelope } from './read-envelope.ts'

/** A file to load, however it was come by. */
export interface SourceFile {
  /** Inside the estate, with forward slashes. */
  readonly path: string
  /** git's mode; links (120000) and submodules (160000) are refused. */
  readonly mode?: string
  /** The content, or a way to it: asked for only where the cache does not hold the file, and for places in it. */
  readonly bytes: Uint8Array | (() => Uint8Array)
  /** Size where it is known: a file that is too large is then not even read. */
  readonly size?: number
  /** Object id of the content, where it is known: what the cache goes by. */
  readonly blob?: string
}

export interface LoadOptions {
  readonly kinds: Kinds
  readonly limits?: Partial<Limits>
  readonly cache?: DocumentCache
  /** Reads what stands below the front matter of a file of Markdown; wanted only where there is one that the cache does not hold. */
  readonly markdown?: ReadMarkdown
}

export interface Loaded {
  /** In the order of their files' paths, and in a file as they stand. Documents with a finding inside are here as well. */
  readonly documents: readonly LoadedDocument[]
  readonly diagnostics: readonly Diagnostic[]
  readonly locate: Locate
  /** Files that could not be read as YAML: what they were to hold is not known. */
  readonly unreadable: readonly string[]
}

/** Bytes to documents. Every file is looked at, whatever is wrong with others. */
export function loadDocuments(files: readonly SourceFile[], options: LoadOptions): Loaded {
  const limits: Limits = { ...defaultLimits, ...options.limits }
  const sorted = [...files].sort((a, b) => compareText(a.path, b.path))
  const byPath = new Map(sorted.map((file) => [file.path, file]))
  const locate = locator((path) => {
    const text = textOf(byPath.get(path), limits)
    return text !== undefined && isMarkdown(path) ? frontMatterOf(text) : text
  })
  const diagnostics: Diagnostic[] = [...pathCollisions(sorted.map((f) => f.path))]
  const documents: LoadedDocument[] = []
  const unreadable: string[] = []
  if (sorted.length > limits.files) {
    const summary = `there are ${sorted.length} files, more than ${limits.files}`
    return { documents, diagnostics: [report('size-limit', { summary })], locate, unreadable }
  }
  for (const file of sorted) {
    const refused = checkPath(file.path, file.mode)
    if (refused !== undefined) {
      diagnostics.push(refused)
      continue
    }
    const read = readFile(file, limits, options)
    diagnostics.push(...read.diagnostics)
    if (read.documents.length === 0) unreadable.push(file.path)
    let mistakes = 0
    for (const raw of read.documents) {
      const result = readEnvelope(raw, file.path, options.kinds)
      if ('document' in result) documents.push(result.document)
      else if (mistakes++ < maxFindings)
        diagnostics.push(mistakeDiagnostic(result, locate(placeholder(raw, file.path), result.path)))
    }
  }
  return { documents, diagnostics: diagnostics.sort(compareDiagnostics), locate, unreadable }
}

interface ReadFile {
  readonly documents: readonly RawDocument[]
  readonly diagnostics: readonly Diagnostic[]
}

function readFile(file: SourceFile, limits: Limits, { cache, markdown }: LoadOptions): ReadFile {
  const blob = cacheKey(file)
  const cached = blob === undefined ? undefined : cache?.get(blob)
  if (cached !== undefined) return { documents: cached, diagnostics: [] }
  if (file.size !== undefined && file.size > limits.fileBytes)
    return { documents: [], diagnostics: [tooLarge(file.path, file.size, limits)] }
  const { documents, findings, text } = isMarkdown(file.path)
    ? parseMarkdown(bytesOf(file), limits, markdown)
    : parseFile(bytesOf(file), limits)
  if (findings.length === 0 && blob !== undefined && cache !== undefined) {
    cache.set(blob, documents)
    return { documents: cache.get(blob) ?? documents, diagnostics: [] }
  }
  const diagnostics = findings.map((finding) =>
    toDiagnostic(finding, file.path, text === undefined ? { line: 1, column: 1 } : placeOf(text, finding.offset)),
  )
  return { documents, diagnostics }
}

function tooLarge(path: string, size: number, limits: Limits): Diagnostic {
  return report('size-limit', {
    summary: `the file has ${size} bytes, more than ${limits.fileBytes}`,
    file: path,
    line: 1,
    column: 1,
  })
}

/** What the cache knows a file by: the same bytes are another document where they are Markdown. */
export const cacheKey = ({ path, blob }: Pick<SourceFile, 'path' | 'blob'>): string | undefined =>
  blob !== undefined && isMarkdown(path) ? `markdown:${blob}` : blob

/** Asked for once: getting them may read the file. */
function bytesOf({ bytes }: SourceFile): Uint8Array {
  return typeof bytes === 'function' ? bytes() : bytes
}

function textOf(file: SourceFile | undefined, limits: Limits): string | undefined {
  if (file === undefined) return undefined
  const decoded = decodeText(bytesOf(file), limits)
  return 'text' in decoded ? decoded.text : undefined
}

/** Stands for a document that has no address, to find places in it. */
function placeholder(raw: RawDocument, file: string): LoadedDocument {
  const document = { apiVersion: '', kind: '', metadata: { name: '' }, spec: {} }
  return { address: '/', document, file, index: raw.index, line: raw.line }
}
