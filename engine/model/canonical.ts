/** Hex digest. Pure folders get it handed in. */
export type Sha256 = (data: string | Uint8Array) => string

/** `sha256:` and 64 hex digits. */
export type Digest = `sha256:${string}`

/**
 * One text for one value: keys sorted by code units, no white space, undefined left out (after RFC 8785, for the values
 * that occur in documents: no exotic numbers).
 */
export function canonicalJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map((v) => canonicalJson(v ?? null)).join(',')}]`
  // Asked of everything that is digested or compared, so nothing is made that need not be.
  const object = value as Readonly<Record<string, unknown>>
  let text = ''
  for (const key of Object.keys(object).sort()) {
    const member = object[key]
    if (member !== undefined) text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(member)}`
  }
  return `{${text}}`
}

export function digestOf(sha256: Sha256, value: unknown): Digest {
  return `sha256:${sha256(canonicalJson(value))}`
}
