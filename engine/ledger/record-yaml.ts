import { dump, load } from 'js-yaml'

/**
 * YAML of records. Most of a record is names, digests and times, one to a line: those are written and read here, many times
 * faster, and everything else by js-yaml. The text is js-yaml's in any case.
 */

const options = { noRefs: true, lineWidth: -1 }

/** Strings that stand as they are: words that begin with a letter, and no colon or hash sign that would mean something. */
const plain = /^[A-Za-z][\w./@+-]*(?::[\w./@+-]+)*(?: [A-Za-z0-9][\w./@+-]*(?::[\w./@+-]+)*)*$/
/** Words that mean something else to some reader of YAML. */
const reserved = /^(?:y|n|yes|no|on|off|true|false|null)$/i
/** Commits, digests and UUIDs that begin with a digit, as long as no reader takes them for a number. */
const hexadecimal = /^\d(?=[0-9be]*[acdf])[0-9a-f]{39,63}$|^\d[0-9a-f]{7}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
/** Times of day in UTC, which some readers take for dates. */
const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/

/** Keeps the order of keys. */
export function recordYaml(value: unknown): string {
  const lines: string[] = []
  return isMap(value) && writeMap(value, '', '', lines) ? `${lines.join('\n')}\n` : dump(value, options)
}

/** Throws where the text is no YAML. */
export function readRecordYaml(text: string): unknown {
  const lines = text.split('\n')
  const reader = { lines, at: 0 }
  const value = readMap(reader, 0)
  // What is written as the very same text is the value, however it was found.
  if (value !== undefined && reader.at === lines.length - 1 && recordYaml(value) === text) return value
  return load(text)
}

type YamlMap = Readonly<Record<string, unknown>>

const isMap = (value: unknown): value is YamlMap =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0

/** False where something in it is not for us. */
function writeMap(map: YamlMap, first: string, indent: string, lines: string[]): boolean {
  let lead = first
  for (const [key, value] of Object.entries(map)) {
    const name = scalar(key)
    if (name === undefined || !writeField(name, value, lead, indent, lines)) return false
    lead = indent
  }
  return true
}

function writeField(name: string, value: unknown, lead: string, indent: string, lines: string[]): boolean {
  if (isMap(value)) {
    lines.push(`${lead}${name}:`)
    return writeMap(value, `${indent}  `, `${indent}  `, lines)
  }
  if (!Array.isArray(value) || value.length === 0) {
    const text = scalar(value)
    if (text !== undefined) lines.push(`${lead}${name}: ${text}`)
    return text !== undefined
  }
  lines.push(`${lead}${name}:`)
  return value.every((item: unknown) => {
    if (isMap(item)) return writeMap(item, `${indent}  - `, `${indent}    `, lines)
    const text = scalar(item)
    if (text !== undefined) lines.push(`${indent}  - ${text}`)
    return text !== undefined
  })
}

function scalar(value: unknown): string | undefined {
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isSafeInteger(value) && !Object.is(value, -0)))
    return String(value)
  if (typeof value === 'string') {
    if ((plain.test(value) && !reserved.test(value)) || hexadecimal.test(value)) return value
    if (moment.test(value)) return `'${value}'`
    const text = dump(value, options)
    // A text of several lines depends on how far it is indented.
    return text.indexOf('\n') === text.length - 1 ? text.slice(0, -1) : undefined
  }
  if (Array.isArray(value) && value.length === 0) return '[]'
  if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype)
    return Object.keys(value).length === 0 ? '{}' : undefined
  return undefined
}

interface Reader {
  readonly lines: readonly string[]
  at: number
}

const field = /^( *)((?:- )?)([A-Za-z][\w-]*):(?: (.+))?$/
const item = /^( *)- (.+)$/

/** A map whose keys are so far in. Undefined where something in it is not for us. */
function readMap(reader: Reader, depth: number, within = false): Record<string, unknown> | undefined {
  const map: Record<string, unknown> = {}
  for (let first = within; reader.at < reader.lines.length; first = false) {
    const match = field.exec(reader.lines[reader.at] ?? '')
    const dash = match?.[2] !== ''
    if (match === null || (match[1] ?? '').length + (dash ? 2 : 0) !== depth || dash !== first) return map
    const [, , , key = '', text] = match
    if (key === '__proto__' || Object.hasOwn(map, key)) return undefined
    reader.at += 1
    const value = text === undefined ? readBelow(reader, depth + 2) : readScalar(text)
    if (value === undefined) return undefined
    map[key] = value
  }
  return map
}

function readBelow(reader: Reader, depth: number): unknown {
  const lead = ' '.repeat(depth)
  if (!(reader.lines[reader.at] ?? '').startsWith(`${lead}- `)) return readMap(reader, depth)
  const list: unknown[] = []
  for (let line = reader.lines[reader.at] ?? ''; line.startsWith(`${lead}- `); line = reader.lines[reader.at] ?? '') {
    const begins = field.test(line)
    if (!begins) reader.at += 1
    const value = begins ? readMap(reader, depth + 2, true) : readScalar(item.exec(line)?.[2] ?? '')
    if (value === undefined) return undefined
    list.push(value)
  }
  return list
}

function readScalar(text: string): unknown {
  if (text.startsWith("'") && text.endsWith("'") && text.length > 1) return text.slice(1, -1).replaceAll("''", "'")
  if (text === 'true' || text === 'false') return text === 'true'
  if (text === '[]') return []
  if (text === '{}') return {}
  if (/^-?\d+$/.test(text)) return Number(text)
  return /^["|>&*!{[]/.test(text) ? undefined : text
}
