import { canonicalJson } from '../model/canonical.ts'
import type { Json, JsonObject } from '../model/document.ts'
import type { FieldChange } from '../model/resource.ts'

/**
 * Compares the named fields; one that `want` leaves out is not compared.
 *
 * @param have null: the resource is not there, so every wanted field is a change
 */
export function compareFields(want: JsonObject, have: JsonObject | null, names: readonly string[]): FieldChange[] {
  return names.flatMap((name) => {
    const after = want[name]
    if (after === undefined) return []
    const before: Json | undefined = have?.[name]
    if (before !== undefined && canonicalJson(before) === canonicalJson(after)) return []
    return [{ path: name, ...(before !== undefined && before !== null && { before }), after }]
  })
}

/** Values without the keys that are undefined, for specs and states with optional fields. */
export function given<T extends Record<string, Json | undefined>>(
  values: T,
): { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>
} {
  return Object.fromEntries(Object.entries(values).filter(([, v]) => v !== undefined)) as never
}

/** Sorted, each once. */
export const asSet = (values: readonly string[]): string[] => [...new Set(values)].sort()
