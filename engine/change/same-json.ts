/** Compares without building texts: two commits may hold a hundred thousand documents each. */
export function sameJson(a: unknown, b: unknown): boolean {
  // Documents of an unchanged file come out of the cache as the same object.
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) !== Array.isArray(b)) return false
  const left = Object.entries(a)
  const right = new Map(Object.entries(b))
  return left.length === right.size && left.every(([key, value]) => right.has(key) && sameJson(value, right.get(key)))
}
