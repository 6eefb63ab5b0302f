import type { Liquid } from 'liquidjs'
import { holdsMark, tokenInForm, withoutTokens } from '../model/secret-ref.ts'

/** Filters that hand texts on as they are, or put others beside them. */
const harmless = new Set([
  ...['default', 'append', 'prepend', 'first', 'last', 'join', 'concat', 'push', 'unshift', 'pop', 'shift'],
  ...['reverse', 'map', 'where', 'reject', 'find', 'compact', 'values', 'raw', 'array_to_sentence_string'],
])

/** Filters that are carried out when the value is known. */
const later: Readonly<Record<string, string>> = {
  json: 'json',
  jsonify: 'json',
  url_encode: 'url',
  base64_encode: 'base64',
  escape: 'html',
  xml_escape: 'html',
}

/**
 * Templates are filled where the values of secrets are not known. A filter that would work on a value refuses then, rather
 * than work on what stands for it.
 */
export function guardFilters(engine: Liquid): void {
  for (const [name, filter] of Object.entries(engine.filters)) {
    if (typeof filter !== 'function' || harmless.has(name)) continue
    engine.registerFilter(name, function (this: unknown, value: unknown, ...rest: unknown[]) {
      const form = later[name]
      const written = form !== undefined && typeof value === 'string' ? tokenInForm(value, form) : undefined
      if (written !== undefined) return written
      if ([value, ...rest].some((v) => deepHoldsMark(v, 0)))
        throw new Error(`the filter ${name} can't work on a secret: its value is not known before it is applied`)
      return (filter as (this: unknown, ...args: unknown[]) => unknown).call(this, value, ...rest)
    })
  }
}

/** Whether a filled template holds what was a token and is none any more. */
export const isBroken = (text: string): boolean => holdsMark(text) && holdsMark(withoutTokens(text))

function deepHoldsMark(value: unknown, depth: number): boolean {
  if (typeof value === 'string') return holdsMark(value)
  if (!Array.isArray(value) || depth > 3) return false
  return value.some((item) => deepHoldsMark(item, depth + 1))
}
