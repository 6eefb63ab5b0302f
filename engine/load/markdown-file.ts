import picomatch from 'picomatch'
import type { JsonObject } from '../model/document.ts'
import type { Finding } from './finding.ts'

/** What stands below the front matter, as fields of the document; offsets of findings count in the whole text. */
export type ReadMarkdown = (text: string) => { readonly fields: JsonObject; readonly findings: readonly Finding[] }

/** Where runbooks and articles stand, whatever else an estate says of its documents. */
const knowledgeFiles = { in: ['runbooks/**/*.md', 'articles/**/*.md'], not: ['**/README.md'] } as const

/** Whether a runbook or an article stands in a file. */
export const isKnowledge = picomatch([...knowledgeFiles.in], { ignore: [...knowledgeFiles.not] })

export const isMarkdown = (path: string): boolean => path.endsWith('.md')

/** The kind of a file of Markdown, by the folder at the root of the estate. */
export function kindOfMarkdown(path: string): 'Runbook' | 'Article' | undefined {
  if (path.startsWith('runbooks/')) return 'Runbook'
  return path.startsWith('articles/') ? 'Article' : undefined
}

/** Front matter, as CommonMark's readers know it: from a first line `---` up to the next line `---`, which is left out. */
export function frontMatterOf(text: string): string {
  if (!/^---[ \t]*\r?\n/.test(text)) return ''
  const end = /\r?\n---[ \t]*(?:\r?\n|$)/.exec(text.slice(3))
  return end === null ? '' : text.slice(0, 3 + end.index + 1)
}
