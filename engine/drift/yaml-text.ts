import { Scalar } from 'yaml'
import type { Json } from '../model/document.ts'

/** Text that means nothing but itself without quotes, in lists and maps of one line too. */
const plain = /^[A-Za-z_/][A-Za-z0-9_./@+-]*$/
const words = /^(?:true|false|null|yes|no|on|off|y|n)$/i
/** What a block of lines can hold: printable, and no line break but line feeds. */
const blockable = /^[\n\t\x20-\x7e\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]*$/u

/** A value on one line, as it may stand anywhere. */
export function flowText(value: Json): string {
  if (typeof value === 'string') return plain.test(value) && !words.test(value) ? value : JSON.stringify(value)
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(flowText).join(', ')}]`
  const entries = Object.entries(value).map(([key, item]) => `${flowText(key)}: ${flowText(item)}`)
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`
}

/** `alike`: as the text it takes the place of; `quoted`: in double quotes, which can hold anything. */
export type Style = 'alike' | 'quoted'

/** A scalar in the style of the one it takes the place of, where that style can hold it. */
export function scalarText(
  text: string,
  node: Scalar & { readonly range: readonly [number, number, number] },
  value: Json,
  style: Style,
): string {
  const [start, end] = node.range
  if (typeof value !== 'string') return withBreak(flowText(value), text.slice(start, end))
  if (style === 'quoted') return withBreak(JSON.stringify(value), text.slice(start, end))
  if (node.type === Scalar.BLOCK_LITERAL || node.type === Scalar.BLOCK_FOLDED) {
    const [from, to] = node.range
    return blockText(text, from, to, value) ?? withBreak(JSON.stringify(value), text.slice(from, to))
  }
  if (node.type === Scalar.QUOTE_DOUBLE) return JSON.stringify(value)
  if (node.type === Scalar.QUOTE_SINGLE && /^[\x20-\x7e\u00a0-\u2027]*$/.test(value))
    return `'${value.replaceAll("'", "''")}'`
  return flowText(value)
}

/** A block of lines with the indentation and the comment of the one before; undefined where a block can't hold the text. */
function blockText(text: string, from: number, to: number, value: string): string | undefined {
  const old = text.slice(from, to)
  const body = old.slice(old.indexOf('\n') + 1)
  const indent = /^( +)\S/m.exec(body)?.[1]
  if (indent === undefined || value.trim() === '' || /^[ \t\n]/.test(value) || !blockable.test(value)) return undefined
  // Empty lines that stand below it anyway would become part of it.
  if (value.endsWith('\n\n') && /^[ \t]*\n/.test(text.slice(to))) return undefined
  const comment = /^[|>][0-9+-]*([ \t]+#[^\n]*)?/.exec(old)?.[1] ?? ''
  const chomp = !value.endsWith('\n') ? '-' : value.endsWith('\n\n') ? '+' : ''
  const lines = value.replace(/\n$/, '').split('\n')
  const block = `|${chomp}${comment}\n${lines.map((line) => (line === '' ? '' : `${indent}${line}`)).join('\n')}\n`
  // Empty lines below it are layout, unless the block keeps what ends it.
  const below = chomp === '+' ? '' : (/\n((?:[ \t]*\n)*)$/.exec(old)?.[1] ?? '')
  return old.endsWith('\n') || old === '' ? `${block}${below}` : block.replace(/\n$/, '')
}

const withBreak = (put: string, old: string): string => `${put}${/(?:\n[ \t]*)*$/.exec(old)?.[0] ?? ''}`
