import type { Json, JsonObject } from '../model/document.ts'
import { isObject } from './is-object.ts'

/** Schemas shared by kinds, by their `$id` (`urn:plumbline:v1:selector`). */
export type Fragments = ReadonlyMap<string, JsonObject>

/**
 * Makes a schema stand alone: every fragment it refers to by its urn is put under `$defs`, and the reference points there.
 * References that no fragment answers are left as they are.
 */
export function embedFragments(schema: JsonObject, fragments: Fragments): JsonObject {
  const definitions: Record<string, Json> = {}
  const embed = (urn: string): string => {
    const name = definitionName(urn)
    const fragment = fragments.get(urn)
    if (fragment === undefined || name in definitions) return name
    definitions[name] = {}
    const { $id: _id, $schema: _schema, $defs, ...body } = fragment
    const inside = (ref: string) => localRef(ref, name)
    definitions[name] = rewrite(body, fragments, embed, inside)
    for (const [key, value] of Object.entries(isObject($defs) ? $defs : {})) {
      definitions[`${name}.${key}`] = rewrite(value, fragments, embed, inside)
    }
    return name
  }
  const { $defs, ...body } = schema
  const own = isObject($defs) ? rewrite($defs, fragments, embed) : {}
  const rewritten = rewrite(body, fragments, embed)
  const all = { ...(own as JsonObject), ...definitions }
  return { ...(rewritten as JsonObject), ...(Object.keys(all).length === 0 ? {} : { $defs: all }) }
}

function rewrite(
  value: Json,
  fragments: Fragments,
  embed: (urn: string) => string,
  local: (ref: string) => string = (ref) => ref,
): Json {
  if (Array.isArray(value)) return value.map((item) => rewrite(item, fragments, embed, local))
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      if (key !== '$ref' || typeof item !== 'string') return [key, rewrite(item, fragments, embed, local)]
      return [key, fragments.has(item) ? `#/$defs/${embed(item)}` : local(item)]
    }),
  )
}

/** A reference inside a fragment, as it must read once the fragment stands under `$defs` of another schema. */
function localRef(ref: string, name: string): string {
  if (ref === '#') return `#/$defs/${name}`
  return ref.startsWith('#/$defs/') ? `#/$defs/${name}.${ref.slice('#/$defs/'.length)}` : ref
}

const definitionName = (urn: string): string => urn.slice('urn:plumbline:v1:'.length).replaceAll(':', '-')
