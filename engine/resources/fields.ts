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

/** Sorted, each once. */
export const asSet = (values: readonly string[]): string[] => [...new Set(values)].sort()
