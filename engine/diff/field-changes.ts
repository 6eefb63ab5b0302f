import { canonicalJson } from '../model/canonical.ts'
import type { Json, JsonObject } from '../model/document.ts'

/** One place where two JSON values differ. */
export interface JsonChange {
  /** Keys and indexes joined by dots; empty for the value as a whole. */
  readonly path: string
  readonly before?: Json
  readonly after?: Json
}

/**
 * What differs between two JSON values, sorted by path. Objects are compared key by key and lists of strings as sets of
 * what came and went; other lists as wholes. Linear in the size of the values.
 */
export function jsonChanges(before: Json | undefined, after: Json | undefined, path = ''): readonly JsonChange[] {
  if (before !== undefined && after !== undefined) {
    if (canonicalJson(before) === canonicalJson(after)) return []
    if (isObject(before) && isObject(after)) {
      const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()
      return keys.flatMap((key) => jsonChanges(before[key], after[key], path === '' ? key : `${path}.${key}`))
    }
  }
  return [{ path, ...(before !== undefined && { before }), ...(after !== undefined && { after }) }]
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
