import type { Json, JsonObject } from '../model/document.ts'

/** The objects of JSON arrays that stand one after the other, each on a line of its own; undefined where one can't be read. */
export function jsonArrays(text: string): readonly JsonObject[] | undefined {
  const all: JsonObject[] = []
  for (const line of text.split(/\n(?=\[)/)) {
    if (line.trim() === '') continue
    const value = parsed(line)
    if (!Array.isArray(value)) return undefined
    all.push(...value.filter(isObject))
  }
  return all
}

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export function textIn(object: JsonObject, field: string): string | undefined {
  const value = object[field]
  return typeof value === 'string' ? value : undefined
}

export function numberIn(object: JsonObject, field: string): number | undefined {
  const value = object[field]
  return typeof value === 'number' ? value : undefined
}

export function objectsIn(object: JsonObject, field: string): readonly JsonObject[] {
  const value = object[field]
  return Array.isArray(value) ? value.filter(isObject) : []
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}
