import { compile } from 'json-schema-to-typescript'
import type { Json, JsonObject } from '../../engine/model/document.ts'
import type { Inputs } from './read-inputs.ts'

/**
 * Text of `types.ts`: `HostSpec` for the kind Host, `FileResourceSpec` for the resource type file, `Selector` for the
 * fragment selector. All in one schema, so that what is shared is one type.
 */
export async function typesText({ schemas }: Inputs): Promise<string> {
  const definitions: Record<string, Json> = {}
  for (const [urn, schema] of schemas) {
    const { $id: _id, $schema: _schema, examples: _examples, ...body } = schema
    definitions[typeName(urn)] = { ...(forTypes(body) as JsonObject), title: typeName(urn) }
  }
  const root = { title: 'EveryType', type: 'object', additionalProperties: false, properties: {}, definitions }
  const text = await compile(root as Parameters<typeof compile>[0], 'EveryType', {
    bannerComment: '',
    format: false,
    ignoreMinAndMaxItems: true,
    unreachableDefinitions: true,
    unknownAny: true,
    additionalProperties: true,
  })
  return text
    .replace(
      /(\n \* *)?\n \* This interface was referenced by `EveryType`'s JSON-Schema\n \* via the `definition` "\w+"\./g,
      '',
    )
    .replace(/export interface EveryType \{\s*\}\s*/, '')
}

export function typeName(urn: string): string {
  const [first = '', second] = urn.slice('urn:plumbline:v1:'.length).split(':')
  if (second !== undefined) return `${capital(second)}ResourceSpec`
  if (first === 'resource') return 'AnyResource'
  return /^[A-Z]/.test(first) ? `${first}Spec` : capital(first)
}

const capital = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1)

/** References between definitions of one schema; our keywords say nothing about types. */
function forTypes(value: Json): Json {
  if (Array.isArray(value)) return value.map(forTypes)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      if (key === '$ref' && typeof item === 'string' && item.startsWith('urn:')) {
        return [key, `#/definitions/${typeName(item)}`]
      }
      return [key, forTypes(item)]
    }),
  )
}
