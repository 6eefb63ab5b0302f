import type { Document, Json, JsonObject, JsonPath } from '../model/document.ts'

/**
 * Where a document differs, as deep as one can say that nothing else does: unlike `changedFields`, lists of another length differ as a
 * whole, since more of the same is another thing than the same in other words. A side that is not there is taken for one with kind and name only.
 */
export function changedNodes(before: Document | undefined, after: Document | undefined): readonly JsonPath[] {
  const [a, b] = [before, after].map((side) => (side === undefined ? undefined : (side as unknown as JsonObject)))
  return differences(a ?? bare(after), b ?? bare(before), [])
}

/** A document with nothing in it but what it is called. */
function bare(side: Document | undefined): JsonObject {
  if (side === undefined) return {}
  const { apiVersion, kind, metadata } = side
  return { apiVersion, kind, metadata: { name: metadata.name } }
}

function differences(a: Json | undefined, b: Json | undefined, path: JsonPath): readonly JsonPath[] {
  // Documents of an unchanged file come out of the cache as the same object.
  if (Object.is(a, b)) return []
  if (Array.isArray(a) && Array.isArray(b) && a.length === b.length)
    return a.flatMap((item, i) => differences(item, b[i], [...path, i]))
  // What comes or goes is named field by field, where it has any.
  const left = a === undefined && isObject(b) && Object.keys(b).length > 0 ? {} : a
  const right = b === undefined && isObject(a) && Object.keys(a).length > 0 ? {} : b
  if (!isObject(left) || !isObject(right)) return [path]
  const keys = [...new Set([...Object.keys(left), ...Object.keys(right)])]
  return keys.flatMap((key) => differences(own(left, key), own(right, key), [...path, key]))
}

const own = (object: JsonObject, key: string): Json | undefined =>
  Object.hasOwn(object, key) ? object[key] : undefined

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
