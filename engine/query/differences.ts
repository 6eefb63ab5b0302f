import { canonicalJson } from '../model/canonical.ts'
import { compareText } from '../model/diagnostic.ts'
import type { Json } from '../model/document.ts'

/** One value that differs, by the way to it. Absent `before`: it was not there. */
export interface Difference {
  readonly path: string
  readonly before?: Json
  readonly after?: Json
}

type JsonMap = { readonly [key: string]: Json }

/** Names by which things in a list are known, best first. */
const nameKeys = ['name', 'id', 'path', 'login', 'key']

/**
 * What differs between two values, as deep as both go. Lists of texts are sets; in lists of things that have names, the same name
 * is the same thing; other lists differ as a whole.
 */
export function differences(before: Json | undefined, after: Json | undefined, path = ''): readonly Difference[] {
  if (before === undefined || after === undefined || !sameSort(before, after)) return different(before, after, path)
  if (isMap(before) && isMap(after)) return mapDifferences(before, after, path)
  if (Array.isArray(before) && Array.isArray(after)) {
    const named = [byName(before), byName(after)] as const
    if (named[0] !== undefined && named[1] !== undefined) return mapDifferences(named[0], named[1], path, true)
    return different(sortedTexts(before), sortedTexts(after), path)
  }
  return different(before, after, path)
}

function mapDifferences(before: JsonMap, after: JsonMap, path: string, list = false): readonly Difference[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort(compareText)
  return keys.flatMap((key) => {
    const at = list ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`
    return differences(own(before, key), own(after, key), at)
  })
}

function different(before: Json | undefined, after: Json | undefined, path: string): readonly Difference[] {
  if (before !== undefined && after !== undefined && canonicalJson(before) === canonicalJson(after)) return []
  if (before === undefined && after === undefined) return []
  return [{ path, ...(before !== undefined && { before }), ...(after !== undefined && { after }) }]
}

const own = (map: JsonMap, key: string): Json | undefined => (Object.hasOwn(map, key) ? map[key] : undefined)

const isMap = (value: Json): value is JsonMap => typeof value === 'object' && value !== null && !Array.isArray(value)

const sameSort = (a: Json, b: Json): boolean => Array.isArray(a) === Array.isArray(b) && isMap(a) === isMap(b)

/** A list of things that have names, none twice, as a map; undefined where it is no such list. */
function byName(list: readonly Json[]): JsonMap | undefined {
  const key = nameKeys.find((name) => list.every((item) => isMap(item) && typeof own(item, name) === 'string'))
  if (key === undefined || list.length === 0) return list.length === 0 ? {} : undefined
  const entries = list.map((item) => [isMap(item) ? String(own(item, key)) : '', item] as const)
  const map = Object.fromEntries(entries)
  return Object.keys(map).length === list.length ? map : undefined
}

function sortedTexts(list: readonly Json[]): Json {
  return list.every((item) => typeof item === 'string') ? [...(list as readonly string[])].sort(compareText) : list
}
