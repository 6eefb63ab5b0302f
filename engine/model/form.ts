import type { RecordType } from './declared-record.ts'
import type { Json, JsonObject } from './document.ts'

/** What schemas of fields say where nothing is said. */
export function defaultsOf({ spec }: Pick<RecordType, 'spec'>): JsonObject {
  const fields: Record<string, Json> = {}
  for (const [name, schema] of Object.entries(spec.fields.properties)) {
    const usual = (schema as { readonly default?: Json } | null)?.default
    if (usual !== undefined) fields[name] = usual
  }
  return fields
}

/** The schema of a field; undefined where there is none. */
export function schemaOf(properties: JsonObject, name: string): JsonObject | undefined {
  const schema = Object.hasOwn(properties, name) ? properties[name] : undefined
  return typeof schema === 'object' && schema !== null && !Array.isArray(schema) ? (schema as JsonObject) : undefined
}
