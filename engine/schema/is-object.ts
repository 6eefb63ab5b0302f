import type { Json, JsonObject } from '../model/document.ts'

/** Narrows a JSON value to a map. */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
