import { parseEvents, YAMLException } from 'js-yaml'
import type { RawDocument } from '../model/document-cache.ts'
import { nameOfCharacter, unsafeCharacterAt } from '../schema/unsafe-text.ts'
import { Composer } from './compose.ts'
import { decodeText, longLineAt } from './decode-text.ts'
import { findSecrets } from './find-secret.ts'
import type { Finding } from './finding.ts'
import { defaultLimits, type Limits } from './limits.ts'
import { Lines } from './offset-place.ts'

export interface ParsedFile {
  readonly documents: readonly RawDocument[]
  readonly findings: readonly Finding[]
  /** What the findings' offsets count in; absent where the bytes are no text. */
  readonly text?: string
}

/**
 * Bytes of one file to the documents in it and everything that is wrong with it as YAML. Never throws for what a file can hold.
 *
 * @param yamlOf the part at the beginning of the text that is YAML, where not all of it is
 */
export function parseFile(
  bytes: Uint8Array,
  limits: Limits,
  yamlOf: (text: string) => string = (text) => text,
): ParsedFile {
  const decoded = decodeText(bytes, limits)
  if ('finding' in decoded) return { documents: [], findings: [decoded.finding] }
  const { text } = decoded
  const long = longLineAt(text, limits.lineBytes)
  if (long !== -1) {
    const summary = `the line has more than ${limits.lineBytes} bytes`
    return { documents: [], findings: [{ code: 'size-limit', offset: long, summary }], text }
  }
  const findings: Finding[] = findSecrets(text).map(({ what, offset }) => ({
    code: 'secret-in-desired-state',
    offset,
    summary: `the file holds ${what}`,
  }))
  const unsafe = unsafeCharacterAt(text)
  if (unsafe !== -1) {
    findings.push({
      code: 'unsafe-character',
      offset: unsafe,
      summary: `the file holds ${nameOfCharacter(text, unsafe)}`,
    })
  }
  const composed = composeText(yamlOf(text), limits, findings, unsafe !== -1)
  return { documents: composed.documents, findings: composed.findings, text }
}

/** The documents of a file in which there is nothing to find; undefined for any other. */
export function cleanDocuments(bytes: Uint8Array, limits: Partial<Limits>): readonly RawDocument[] | undefined {
  const { documents, findings } = parseFile(bytes, { ...defaultLimits, ...limits })
  return findings.length === 0 ? documents : undefined
}

function composeText(text: string, limits: Limits, before: readonly Finding[], unsafe: boolean): ParsedFile {
  try {
    // The parser counts a scalar as a level of its own; our own count is the composer's.
    const composer = new Composer(text, parseEvents(text, { maxDepth: limits.depth + 2 }), limits)
    const composed = composer.documents()
    const documents: RawDocument[] = []
    const lines = composed.length > 1 || (composed[0]?.offset ?? 0) > 0 ? new Lines(text) : undefined
    composed.forEach(({ value, offset }, index) => {
      if (value !== null) documents.push({ value, index, line: lines?.placeOf(Math.max(0, offset)).line ?? 1 })
    })
    const findings = [...before, ...composer.findings]
    if (documents.length === 0 && findings.length === 0) {
      findings.push({ code: 'empty-document', offset: 0, summary: 'the file holds no document' })
    }
    return { documents, findings }
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error
    // A control character makes the parser fail as well: it has been told already.
    return { documents: [], findings: unsafe ? before : [...before, syntaxFinding(error, text, limits)] }
  }
}

/** The parser's error without its snippet: the line could hold a secret. */
function syntaxFinding(error: YAMLException, text: string, limits: Limits): Finding {
  const offset = Math.min(error.mark?.position ?? 0, text.length)
  if (error.reason.startsWith('nesting exceeded')) {
    return { code: 'too-deep', offset, summary: `nested deeper than ${limits.depth} levels` }
  }
  if (/directive|YAML version/.test(error.reason)) {
    return {
      code: 'yaml-directive-forbidden',
      offset: Math.max(0, text.search(/^%/m)),
      summary: 'directives are not allowed',
    }
  }
  return { code: 'yaml-syntax', offset, summary: error.reason }
}
