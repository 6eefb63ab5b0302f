import type { Json, JsonObject } from '../model/document.ts'
import { isObject } from '../schema/is-object.ts'

/** Fills one text; what is wrong with it is said. */
export type FillText = (
  template: string,
  variables: JsonObject,
) => { readonly text: string } | { readonly error: string }

export type Filled = { readonly value: Json } | { readonly error: string }

/** A text that is nothing but one variable: `{{ form.hours }}`. */
const alone = /^\{\{\s*([a-zA-Z][\w]*(?:\.[a-zA-Z]\w*)*)\s*\}\}$/

/**
 * Fills every text in a value, keys apart: what somebody answered becomes part of a text and never of the structure around it.
 * A text that is nothing but a variable keeps its type.
 */
export function filled(value: Json, variables: JsonObject, fill: FillText): Filled {
  if (typeof value === 'string') {
    const path = alone.exec(value)?.[1]?.split('.')
    const found = path === undefined ? undefined : at(variables, path)
    if (found !== undefined) return { value: found }
    const made = fill(value, variables)
    return 'error' in made ? { error: `${value}: ${made.error}` } : { value: made.text }
  }
  if (Array.isArray(value)) return all(value.map((item: Json) => filled(item, variables, fill)))
  if (!isObject(value)) return { value }
  const names = Object.keys(value)
  const parts = all(Object.values(value).map((item) => filled(item, variables, fill)))
  if ('error' in parts) return parts
  return { value: Object.fromEntries(names.map((name, i) => [name, (parts.value as readonly Json[])[i] ?? null])) }
}

function all(parts: readonly Filled[]): Filled {
  const broken = parts.find((p) => 'error' in p)
  return broken ?? { value: parts.map((p) => ('value' in p ? p.value : null)) }
}

function at(value: Json, path: readonly string[]): Json | undefined {
  let found: Json | undefined = value
  for (const step of path) found = isObject(found) && Object.hasOwn(found, step) ? found[step] : undefined
  return found
}
