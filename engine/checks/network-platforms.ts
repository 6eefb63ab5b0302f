import type { Json, JsonPath } from '../model/document.ts'
import { isObject } from '../schema/is-object.ts'
import { linearPattern } from '../schema/linear-pattern.ts'
import type { CheckInput, ValueFinding } from './check-input.ts'

/** Where a platform holds regular expressions; `*` is every item of a list. */
const places: readonly (readonly string[])[] = [
  ['prompt'],
  ['enable', 'passwordPrompt'],
  ['pagers', '*', 'prompt'],
  ['refused', '*'],
  ['lastLine'],
  ['ignore', '*'],
  ['order', 'within', '*'],
  ['order', 'lines', '*'],
]

/** Platforms of network devices: patterns that can be answered in linear time, for it is devices that say what they are tried on. */
export function platformFindings({ graph }: CheckInput): ValueFinding[] {
  return graph.ofKind('NetworkPlatform').flatMap((document) =>
    places.flatMap((place) =>
      textsAt(document.document.spec, place, ['spec']).flatMap(({ path, text }): ValueFinding[] => {
        const found = linearPattern(text)
        return 'refused' in found
          ? [{ document, path, what: 'value', summary: `the pattern is refused: ${found.refused}` }]
          : []
      }),
    ),
  )
}

function textsAt(
  value: Json | undefined,
  place: readonly string[],
  path: JsonPath,
): { readonly path: JsonPath; readonly text: string }[] {
  const [key, ...rest] = place
  if (key === undefined) return typeof value === 'string' ? [{ path, text: value }] : []
  if (key === '*')
    return Array.isArray(value)
      ? (value as readonly Json[]).flatMap((item, i) => textsAt(item, rest, [...path, i]))
      : []
  return isObject(value) ? textsAt(value[key], rest, [...path, key]) : []
}
