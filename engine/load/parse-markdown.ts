import type { JsonObject } from '../model/document.ts'
import { isObject } from '../schema/is-object.ts'
import type { Finding } from './finding.ts'
import type { Limits } from './limits.ts'
import { frontMatterOf, type ReadMarkdown } from './markdown-file.ts'
import { type ParsedFile, parseFile } from './parse-file.ts'

/** Larger ones are no text that somebody reads. */
const mostBytes = 128 * 1024

/**
 * A file of Markdown as one document: its front matter, and what `markdown` reads from the rest. Never throws for what a file can
 * hold.
 */
export function parseMarkdown(bytes: Uint8Array, limits: Limits, markdown: ReadMarkdown | undefined): ParsedFile {
  const parsed = parseFile(bytes, { ...limits, fileBytes: Math.min(limits.fileBytes, mostBytes) }, frontMatterOf)
  const { text } = parsed
  if (text === undefined) return parsed
  const refuse = (summary: string): ParsedFile => ({
    documents: [],
    findings: [
      ...parsed.findings.filter((f) => f.code !== 'empty-document'),
      { code: 'front-matter', offset: 0, summary },
    ],
    text,
  })
  if (frontMatterOf(text) === '') return refuse('it does not begin with front matter between two lines ---')
  const [document] = parsed.documents
  if (document === undefined)
    return parsed.findings.some((f) => f.code !== 'empty-document') ? parsed : refuse('its front matter is empty')
  const { value } = document
  if (!isObject(value)) return refuse('its front matter is no map')
  const { fields, findings } = markdown?.(text) ?? { fields: {}, findings: [] }
  const ours = Object.keys(fields).filter((name) => Object.hasOwn(value, name))
  const doubled = ours.map(
    (name): Finding => ({
      code: 'front-matter',
      offset: 0,
      summary: `${name} is read from its text, and can't be given`,
    }),
  )
  const whole: JsonObject = { ...value, ...fields }
  return {
    documents: [{ ...document, value: whole }],
    findings: [...parsed.findings, ...doubled, ...findings],
    text,
  }
}
