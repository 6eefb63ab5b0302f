import { namePattern } from '../model/address.ts'
import type { Document, JsonObject } from '../model/document.ts'
import { apiVersion } from '../schema/document-schema.ts'
import { kindOfMarkdown } from './markdown-file.ts'

/**
 * Takes a document in a form that others made for one of ours, where it says so little of itself that it can be nothing else:
 * a device type as NetBox's library has them (manufacturer, model and slug at its root, no apiVersion, no kind).
 */
export function foreignDocument(value: JsonObject): Document | undefined {
  if (value['apiVersion'] !== undefined || value['kind'] !== undefined) return undefined
  const { manufacturer, model, slug } = value
  if (typeof manufacturer !== 'string' || typeof model !== 'string' || typeof slug !== 'string') return undefined
  const name = slug.toLowerCase().replaceAll('_', '-')
  return namePattern.test(name) ? { apiVersion, kind: 'DeviceType', metadata: { name }, spec: value } : undefined
}

/**
 * Takes the front matter of a file of Markdown, and what was read from its text, for a document: its folder says what it is, its
 * file how it is called, `owner` who answers for it.
 */
export function knowledgeDocument(value: JsonObject, file: string): Document {
  const { owner, ...spec } = value
  const kind = kindOfMarkdown(file) ?? 'Article'
  const name = file.slice(file.lastIndexOf('/') + 1, -'.md'.length)
  return { apiVersion, kind, metadata: { name, ...(owner !== undefined && { owner: owner as string }) }, spec }
}
