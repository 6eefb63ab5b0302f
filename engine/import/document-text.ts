import { Document, isSeq, parse } from 'yaml'
import { canonicalJson } from '../model/canonical.ts'
import type { Json, JsonObject } from '../model/document.ts'
import type { Chosen } from './choose-resources.ts'
import { headingOf } from './sections.ts'

/** The longest line on which a map or list is written, its line feed included. */
const width = 121
const format = { lineWidth: 0, blockQuote: 'literal' } as const

export interface ProfileParts {
  readonly name: string
  /** Who answers for it, as documents write it: `team/platform`. */
  readonly owner?: string
  /** Lines above the document; may be of a host's words. */
  readonly about: readonly string[]
  readonly selector: JsonObject
  readonly resources: readonly Chosen[]
}

/** A profile as a person would write it: sections with headings, short resources on one line, texts as blocks. */
export function profileText({ name, owner, about, selector, resources }: ProfileParts): string {
  const parts: string[] = [
    ...about.map(comment),
    'apiVersion: plumbline/v1\nkind: Profile\n',
    `metadata: ${oneLine({ name, ...(owner !== undefined && { owner }) })}spec:\n  selector: ${oneLine(selector)}`,
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
  readonly owner?: string
  readonly about: readonly string[]
  readonly labels?: Readonly<Record<string, string>>
  readonly spec: JsonObject
}

export function hostText({ name, owner, about, labels, spec }: HostParts): string {
  const metadata = { name, ...(owner !== undefined && { owner }), ...(labels !== undefined && { labels }) }
  const text = [
    ...about.map(comment),
    `apiVersion: plumbline/v1\nkind: Host\nmetadata: ${oneLine(metadata)}spec:\n`,
    mapText(spec, 2),
  ].join('')
  checked(text, spec)
  return text
}

/** One resource as an item of a profile's list. */
export function itemText(item: JsonObject): string {
  const [type = '', spec = {}] = Object.entries(item)[0] ?? []
  const start = `    - ${type}:`
  const short = `${start} ${flowText(spec as Json)}\n`
  if (short.length <= width && !hasLines(spec as Json)) return short
  return `${start}\n${mapText(spec as JsonObject, 8)}`
}

/** Whatever a host calls itself, a comment ends with its line. */
function comment(text: string): string {
  const plain = text.replaceAll(/[^\x20-\x7e\u00a0-\u024f]+/g, ' ').trim()
  return plain === '' ? '#\n' : `# ${plain}\n`
}

function oneLine(value: JsonObject): string {
  return `${flowText(value)}\n`
}

/** On one line: `{ name: nginx, groups: [sudo] }`. */
function flowText(value: Json): string {
  // JSON's strings are YAML's, and never go on to the next line.
  if (typeof value === 'string' && /[^\x20-\x7e]/.test(value)) return JSON.stringify(value)
  if (typeof value !== 'object' || value === null) {
    const list = new Document([value])
    if (isSeq(list.contents)) list.contents.flow = true
    // Between the brackets stands the value, quoted as it has to be inside of a list or map.
    return list
      .toString({ ...format, flowCollectionPadding: false })
      .trim()
      .slice(1, -1)
  }
  if (Array.isArray(value)) return `[${value.map(flowText).join(', ')}]`
  const pairs = Object.entries(value).map(([key, item]) => `${flowText(key)}: ${flowText(item as Json)}`)
  return pairs.length === 0 ? '{}' : `{ ${pairs.join(', ')} }`
}

/** A map over several lines, those inside of it on one line each where they are short. */
function mapText(map: JsonObject, indent: number): string {
  return Object.entries(map)
    .map(([key, value]) => fieldText(key, value, indent))
    .join('')
}

function fieldText(key: string, value: Json, indent: number): string {
  if (typeof value !== 'object' || value === null)
    return isPlain(value)
      ? indented(new Document({ [key]: value }).toString(format), indent)
      : `${' '.repeat(indent)}${flowText(key)}: ${flowText(value)}\n`
  const start = `${' '.repeat(indent)}${flowText(key)}:`
  const short = `${start} ${flowText(value)}\n`
  if (short.length <= width && !hasLines(value)) return short
  if (!Array.isArray(value)) return `${start}\n${mapText(value as JsonObject, indent + 2)}`
  return `${start}\n${value.map((item: Json) => listItemText(item, indent + 2)).join('')}`
}

function listItemText(item: Json, indent: number): string {
  if (typeof item !== 'object' || item === null)
    return isPlain(item)
      ? indented(new Document([item]).toString(format), indent)
      : `${' '.repeat(indent)}- ${flowText(item)}\n`
  if (Array.isArray(item)) return `${' '.repeat(indent)}- ${flowText(item)}\n`
  const start = `${' '.repeat(indent)}- `
  const short = `${start}${flowText(item)}\n`
  if (short.length <= width && !hasLines(item)) return short
  const text = mapText(item as JsonObject, indent + 2)
  return start + text.slice(indent + 2)
}

/**
 * Whether a block of lines shows a text as it is. One that begins or ends a line with blanks alone is quoted, and one that ends
 * with an empty line: the block would take the empty line after it for its own.
 */
const isPlain = (value: Json): boolean =>
  typeof value !== 'string' ||
  (/^[\t\n\x20-\x7e\u00a1-\u024f]*$/.test(value) &&
    (!value.includes('\n') || (/^\S/.test(value) && !/\n[ \t]+(\n|$)|\n\n$/.test(value))))

const hasLines = (value: Json): boolean => JSON.stringify(value).includes('\\n')

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
