import type { Json, JsonObject, JsonPath } from '../model/document.ts'
import { isObject } from './is-object.ts'
import { resolveLocal } from './marks.ts'

/**
 * The schemas that speak about the value at a path: several where a schema leaves a choice. A step is a key or an index; a
 * key may also be a list's, then the list is passed through (`sudo.commands` for `sudo[].commands[]`).
 */
export function schemasAt(root: JsonObject, path: JsonPath): JsonObject[] {
  let current = expand([root], root)
  for (const step of path)
    current = expand(
      current.flatMap((schema) => childrenOf(schema, step)),
      root,
    )
  return current
}

function childrenOf(schema: JsonObject, step: string | number): Json[] {
  const items = schema['items']
  if (typeof step === 'number') return items === undefined ? [] : [items]
  const properties = schema['properties']
  const own = isObject(properties) && Object.hasOwn(properties, step) ? properties[step] : undefined
  if (own !== undefined) return [own]
  const rest = schema['additionalProperties']
  return isObject(rest) ? [rest] : []
}

/** A schema with everything it refers to and every choice it leaves, each once. */
function expand(schemas: readonly Json[], root: JsonObject): JsonObject[] {
  const found = new Set<JsonObject>()
  const add = (schema: Json | undefined): void => {
    if (!isObject(schema) || found.has(schema)) return
    found.add(schema)
    add(resolveLocal(schema['$ref'], root))
    for (const key of ['oneOf', 'anyOf', 'allOf']) {
      const list = schema[key]
      if (Array.isArray(list)) list.forEach(add)
    }
    add(schema['then'])
    add(schema['else'])
  }
  schemas.forEach(add)
  return [...found]
}
