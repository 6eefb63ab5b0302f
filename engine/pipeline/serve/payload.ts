import type { Json } from '../../model/document.ts'

/** What stands at a place of a hook's payload; undefined where nothing does. */
export function at(value: Json | undefined, ...path: readonly string[]): Json | undefined {
  let found = value
  for (const key of path) {
    if (typeof found !== 'object' || found === null || Array.isArray(found) || !Object.hasOwn(found, key))
      return undefined
    found = (found as { readonly [key: string]: Json })[key]
  }
  return found
}

/** A number by which a forge knows something. */
export const isNumber = (value: Json | undefined): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value > 0
