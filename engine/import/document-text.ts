import { Document, isMap, parse, type YAMLMap } from 'yaml'
import { canonicalJson } from '../model/canonical.ts'
import type { Json, JsonObject } from '../model/document.ts'
import type { Chosen } from './choose-resources.ts'
import { headingOf } from './sections.ts'

/** The longest line on which a map is written as `{ … }`. */
const width = 110
const format = { lineWidth: 0, blockQuote: 'literal', flowCollectionPadding: true } as const

export interface ProfileParts {
  readonly name: string
  /** Lines above the document; may be of a host's words. */
  readonly about: readonly string[]
  readonly selector: JsonObject
  readonly resources: readonly Chosen[]
}

/** A profile as a person would write it: sections with headings, short resources on one line, texts as blocks. */
export function profileText({ name, about, selector, resources }: ProfileParts): string {
  const parts: string[] = [
    ...about.map(comment),
    'apiVersion: plumbline/v1\nkind: Profile\n',
    `metadata: ${oneLine({ name })}spec:\n  selector: ${oneLine(selector)}`,
    resources.length === 0 ? '  resources: []\n' : '  resources:\n',
  ]
  let section: string | undefined
  for (const { type, spec } of resources) {
    if (section !== type) parts.push(`${section === undefined ? '' : '\n'}    ${comment(headingOf(type))}`)
    section = type
    parts.push(itemText({ [type]: spec }))
  }
  const text = parts.join('')
  checked(text, { selector, resources: resources.map(({ type, spec }) => ({ [type]: spec })) })
  return text
}

export interface HostParts {
  readonly name: string
  readonly about: readonly string[]
  readonly labels?: Readonly<Record<string, string>>
  readonly spec: JsonObject
}

export function hostText({ name, about, labels, spec }: HostParts): string {
  const metadata = { name, ...(labels !== undefined && { labels }) }
  const fields = Object.entries(spec).map(([key, value]) => indented(blockOf({ [key]: value }), 2))
  const text = [
    ...about.map(comment),
    `apiVersion: plumbline/v1\nkind: Host\nmetadata: ${oneLine(metadata)}spec:\n`,
    ...fields,
  ].join('')
  checked(text, spec)
  return text
}

/** One resource as an item of a profile's list. */
export function itemText(item: JsonObject): string {
  return indented(blockOf([item]), 4)
}

/** Whatever a host calls itself, a comment ends with its line. */
function comment(text: string): string {
  const plain = text.replaceAll(/[^\x20-\x7e\u00a0-\u024f]+/g, ' ').trim()
  return plain === '' ? '#\n' : `# ${plain}\n`
}

function oneLine(value: JsonObject): string {
  const document = new Document(value)
  if (isMap(document.contents)) document.contents.flow = true
  return document.toString(format)
}

/** In block form, the maps inside on one line each where they are short. */
function blockOf(value: Json): string {
  const document = new Document(value)
  shorten(document.contents, document)
  return document.toString(format)
}

function shorten(node: unknown, document: Document, depth = 0): void {
  if (typeof node !== 'object' || node === null || !('items' in node)) return
  const collection = node as YAMLMap
  if (depth > 0 && fitsOneLine(collection, document)) {
    collection.flow = true
    return
  }
  for (const item of collection.items as unknown[]) {
    // An item of a list, or the value of a key.
    const value = typeof item === 'object' && item !== null && 'value' in item && 'key' in item ? item.value : item
    const isResource = depth === 0 && isMap(item) && item.items.length === 1
    shorten(value, document, isResource ? 0 : depth + 1)
  }
}

function fitsOneLine(collection: YAMLMap, document: Document): boolean {
  const json = JSON.stringify(collection.toJS(document))
  return json.length <= width && !json.includes('\\n')
}

function indented(text: string, by: number): string {
  const space = ' '.repeat(by)
  return text
    .split('\n')
    .map((line) => (line === '' ? '' : space + line))
    .join('\n')
}

/** What was written has to be read as what was meant; anything else is a mistake of ours. */
function checked(text: string, spec: JsonObject): void {
  const read = (parse(text) as { readonly spec?: Json } | null)?.spec
  if (canonicalJson(read) !== canonicalJson(spec)) throw new Error('a document was not written as it was meant')
}
