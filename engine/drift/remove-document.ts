import { parseAllDocuments } from 'yaml'
import { canonicalJson } from '../model/canonical.ts'
import type { Json } from '../model/document.ts'
import type { Edited } from './edit-yaml.ts'

/**
 * Takes one document out of a YAML file; the text of the others stays as people wrote it. An empty text is left where it was the
 * only one. The result is read again; where it is not exactly what was meant, nothing is changed.
 *
 * @param index which document of the file, from 0
 */
export function removeDocument(text: string, index: number): Edited {
  const before = valuesOf(text)
  if (before === undefined || !(index in before)) return { refused: 'the file can not be read' }
  const wanted = before.filter((_, i) => i !== index)
  if (wanted.length === 0) return { text: '' }
  const parts = text.split(/^(?=---(?:[ \t\r\n]|$))/m)
  // What stands before the first mark is a document where it is one, else comments on the file.
  const lead = parts.length - before.length
  const kept = parts.filter((_, i) => i !== index + lead)
  const [first = ''] = kept
  const now = (index + lead === 0 ? [first.replace(/^---[ \t]*\r?\n?/, ''), ...kept.slice(1)] : kept).join('')
  const after = lead < 0 || lead > 1 ? undefined : valuesOf(now)
  return after !== undefined && canonicalJson(after) === canonicalJson(wanted)
    ? { text: now }
    : { refused: 'it is written in a way that it can not be taken out of its file' }
}

function valuesOf(text: string): Json[] | undefined {
  const parsed = parseAllDocuments(text, { logLevel: 'silent' })
  const documents = Array.isArray(parsed) ? parsed : []
  if (documents.some((d) => d.errors.length > 0)) return undefined
  return documents.map((d) => d.toJS({ maxAliasCount: 1000 }) as Json)
}
