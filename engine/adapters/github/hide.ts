/** Words of others, fit for a message: without secrets, without control characters, on one line, and short. */
export type Hide = (text: string) => string

const patterns = [
  /-----BEGIN[\s\S]*?(?:-----END[^-]*-----|$)/g,
  /\bgh[a-z]_[A-Za-z0-9_.-]{10,}/g,
  /\bgithub_pat_\w{10,}/g,
  /\beyJ[\w-]+\.[\w-]+\.[\w-]*/g,
  /\b(?:bearer|token|basic)\s+[\w.+/=~-]{16,}/gi,
]

/** `secrets` may grow: tokens are made while we work. */
export function hiding(secrets: ReadonlySet<string>): Hide {
  return (text) => {
    let shown = text
    for (const secret of secrets) shown = shown.replaceAll(secret, '***')
    for (const pattern of patterns) shown = shown.replaceAll(pattern, '***')
    const plain = shown.replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ').trim()
    return plain.length > 300 ? `${plain.slice(0, 300)}…` : plain
  }
}
