import { compareText } from './diagnostic.ts'

/** Hex digest. Pure folders get it handed in. */
export type Sha256 = (data: string | Uint8Array) => string

/** `sha256:` and 64 hex digits. */
export type Digest = `sha256:${string}`

/**
 * One text for one value: keys sorted by code units, no white space, undefined left out (after RFC 8785, for the values
 * that occur in documents: no exotic numbers).
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((v) => canonicalJson(v ?? null)).join(',')}]`
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value)
      .filter(([, v]) => v !== undefined)
      .sort(([a], [b]) => compareText(a, b))
    return `{${entries.map(([k, v]) => `${JSON.stringify(k)}:${canonicalJson(v)}`).join(',')}}`
  }
  return JSON.stringify(value)
}

export function digestOf(sha256: Sha256, value: unknown): Digest {
  return `sha256:${sha256(canonicalJson(value))}`
}
