import { compareText } from '../model/diagnostic.ts'
import type { Document, Json, JsonPath } from '../model/document.ts'

/**
 * The fields of a document that a change makes, sets or removes: leaves (values that hold nothing further) that one side has
 * and the other has not, or has otherwise. Elements of lists are compared by their place, so that a new first one moves
 * all others: rather too much is named than too little. Sorted by `fieldText`.
 */
export function changedLeaves(before: Document | undefined, after: Document | undefined): readonly JsonPath[] {
  const found = new Map<string, JsonPath>()
  for (const part of ['metadata', 'spec'] as const)
    collect(jsonOf(before?.[part]), jsonOf(after?.[part]), [part], (path) => found.set(fieldText(path), path))
  return [...found].sort(([a], [b]) => compareText(a, b)).map(([, path]) => path)
}

/** `spec.sshKeys.0.key`; what is no plain word stands in brackets and quotes, `spec.values["net.ipv4.ip_forward"]`. */
export function fieldText(path: JsonPath): string {
  return path.map((key, i) => (plain.test(String(key)) ? `${i === 0 ? '' : '.'}${key}` : `["${key}"]`)).join('')
}

/** Whether a pattern as `fieldText` writes it, with `*` for any one step, names a field or what it stands in. */
export function fieldMatches(pattern: string, path: JsonPath): boolean {
  const steps = [...pattern.matchAll(/\["([^"]*)"\]|([^.[]+)/g)].map((m) => ({
    name: m[1] ?? m[2] ?? '',
    any: m[2] === '*',
  }))
  return steps.length <= path.length && steps.every(({ name, any }, i) => any || String(path[i]) === name)
}

const plain = /^[A-Za-z0-9_-]+$/

const jsonOf = (part: unknown): Json | undefined => part as Json | undefined

function collect(a: Json | undefined, b: Json | undefined, path: JsonPath, found: (path: JsonPath) => void): void {
  // Documents of an unchanged file come out of the cache as the same object.
  if (Object.is(a, b)) return
  const left = entriesOf(a)
  const right = entriesOf(b)
  if (left !== undefined && right !== undefined && Array.isArray(a) === Array.isArray(b)) {
    for (const key of new Set([...left.keys(), ...right.keys()]))
      collect(left.get(key), right.get(key), [...path, key], found)
    return
  }
  leaves(a, path, found)
  leaves(b, path, found)
}

function leaves(value: Json | undefined, path: JsonPath, found: (path: JsonPath) => void): void {
  if (value === undefined) return
  const entries = entriesOf(value)
  if (entries === undefined || entries.size === 0) found(path)
  else for (const [key, inner] of entries) leaves(inner, [...path, key], found)
}

function entriesOf(value: Json | undefined): ReadonlyMap<string | number, Json> | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  return Array.isArray(value) ? new Map(value.entries()) : new Map(Object.entries(value))
}
