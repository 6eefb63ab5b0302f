import { isMap, isPair, isScalar, isSeq, type Pair, type YAMLMap, type YAMLSeq } from 'yaml'
import type { Json } from '../model/document.ts'
import { flowText } from './yaml-text.ts'

/** Text that takes the place of what stands between two offsets. */
export interface Splice {
  readonly from: number
  readonly to: number
  readonly text: string
}

interface Span {
  readonly from: number
  readonly to: number
}

/** Adds a key behind the last one of a map, on a line of its own where the map has lines. */
export function insertInMap(text: string, map: YAMLMap, key: string, value: Json): Splice {
  const last = map.items.at(-1)
  const pair = `${flowText(key)}: ${flowText(value)}`
  const [from = 0, to = 0] = map.range ?? []
  if (last === undefined) return { from, to, text: `{ ${pair} }` }
  const { to: end } = spanOf(last)
  if (map.flow === true) return { from: end, to: end, text: `, ${pair}` }
  const first = map.items[0]
  const column = first === undefined ? 0 : columnOf(text, spanOf(first).from)
  const at = lineEnd(text, end)
  const open = at > 0 && text[at - 1] !== '\n'
  return { from: at, to: at, text: `${open ? '\n' : ''}${' '.repeat(column)}${pair}${open ? '' : '\n'}` }
}

/** Adds an item behind the last one of a list. */
export function insertInSequence(text: string, list: YAMLSeq, value: Json): Splice {
  const last = list.items.at(-1)
  const [from = 0, to = 0] = list.range ?? []
  if (last === undefined) return { from, to, text: `[${flowText(value)}]` }
  const { to: end } = spanOf(last)
  if (list.flow === true) return { from: end, to: end, text: `, ${flowText(value)}` }
  const dash = dashOf(list, 0) ?? from
  const at = lineEnd(text, end)
  const open = at > 0 && text[at - 1] !== '\n'
  const item = `${' '.repeat(columnOf(text, dash))}- ${flowText(value)}`
  return { from: at, to: at, text: `${open ? '\n' : ''}${item}${open ? '' : '\n'}` }
}

/** Takes out a key with its value, and its line where it has one of its own. */
export function removeFromMap(text: string, map: YAMLMap, key: string): Splice | undefined {
  const at = map.items.findIndex((item) => isPair(item) && isScalar(item.key) && String(item.key.value) === key)
  const pair = map.items[at]
  if (pair === undefined) return undefined
  const spans = map.items.map(spanOf)
  const own = spanOf(pair)
  if (spans.length === 1) return { from: map.range?.[0] ?? own.from, to: trimmed(text, own).to, text: '{}' }
  if (map.flow === true) return fromFlow(spans, at)
  if (startsLine(text, own.from)) return { from: lineStart(text, own.from), to: lineEnd(text, own.to), text: '' }
  const next = spans[at + 1]
  return next === undefined ? undefined : { from: own.from, to: next.from, text: '' }
}

/** Takes out an item of a list, with the lines it stands on. Comments above it stay: nobody but their author knows what they are about. */
export function removeFromSequence(text: string, list: YAMLSeq, at: number): Splice | undefined {
  const spans = list.items.map(spanOf)
  const own = spans[at]
  if (own === undefined) return undefined
  if (list.flow === true) return spans.length === 1 ? { from: own.from, to: own.to, text: '' } : fromFlow(spans, at)
  const dash = dashOf(list, at)
  if (dash === undefined) return undefined
  if (spans.length === 1) return { from: dash, to: trimmed(text, own).to, text: '[]' }
  if (!startsLine(text, dash)) return undefined
  return { from: lineStart(text, dash), to: lineEnd(text, own.to), text: '' }
}

/** Between commas: with the one before, or with the one behind where it is the first. */
function fromFlow(spans: readonly Span[], at: number): Splice | undefined {
  const [before, own, after] = [spans[at - 1], spans[at], spans[at + 1]]
  if (own === undefined) return undefined
  if (before !== undefined) return { from: before.to, to: own.to, text: '' }
  return after === undefined ? undefined : { from: own.from, to: after.from, text: '' }
}

/** From the first character of a node to behind the last one of what is in it. */
function spanOf(item: unknown): Span {
  if (isPair(item)) {
    const key = rangeOf((item as Pair).key)
    const value = (item as Pair).value === null ? undefined : spanOf((item as Pair).value)
    return { from: key[0], to: Math.max(key[1], value?.to ?? 0) }
  }
  const [from, to] = rangeOf(item)
  if (!(isMap(item) || isSeq(item)) || item.flow === true) return { from, to }
  const last = item.items.at(-1)
  return { from, to: last === undefined ? to : spanOf(last).to }
}

function rangeOf(node: unknown): readonly [number, number] {
  const range =
    typeof node === 'object' && node !== null && 'range' in node ? (node.range as readonly number[] | null) : null
  return [range?.[0] ?? 0, range?.[1] ?? 0]
}

/** Where the dash of an item stands. */
function dashOf(list: YAMLSeq, at: number): number | undefined {
  const token = list.srcToken
  if (token === undefined || token.type !== 'block-seq') return undefined
  return token.items[at]?.start.find((t) => t.type === 'seq-item-ind')?.offset
}

const lineStart = (text: string, at: number): number => text.lastIndexOf('\n', at - 1) + 1
const columnOf = (text: string, at: number): number => at - lineStart(text, at)
const startsLine = (text: string, at: number): boolean => text.slice(lineStart(text, at), at).trim() === ''

/** Behind the line on which a value ends, comment and line feed included. A block of lines ends with its last line of text. */
function lineEnd(text: string, end: number): number {
  let at = end
  while (text.slice(0, at).endsWith('\n\n')) at--
  if (at > 0 && text[at - 1] === '\n') return at
  const next = text.indexOf('\n', at)
  return next === -1 ? text.length : next + 1
}

function trimmed(text: string, { from, to }: Span): Span {
  let end = to
  while (end > from && /\s/.test(text[end - 1] ?? '')) end--
  return { from, to: end }
}
