import type { Json } from '../model/document.ts'

/** Settings whose value opens something. What only names a file, a variable or nothing at all is none. */
const settings: readonly RegExp[] = [
  /(?:^|[\s"'_.-])(?:pass(?:word|wd|phrase)?|secret(?:[_-]?key)?|api[_-]?key|(?:auth|access|bearer)[_-]?token|private[_-]?key)["']?\s*[:=]\s*["']?(?![/$<{%]|(?:yes|no|true|false|none|null|ask|prompt|required?|sufficient|optional|include|files|compat|db|sss|ldap|nis)\b)[^\s"'#;,]{4,}/im,
  /^\s*(?:requirepass|masterauth|bindpw|rootpw)\s+["']?[^\s"'/$]{4,}/im,
  /[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@"']{1,100}:[^\s/@"'${]{3,}@/i,
]

/**
 * Why a resource would tell a secret to whoever reads the repository; undefined where nothing looks like one. Told by the
 * line, never by the value.
 *
 * @param known finds what has the form of a key or token, and names it
 */
export function secretIn(spec: Json, known: (text: string) => string | undefined): string | undefined {
  for (const text of textsIn(spec)) {
    const form = known(text)
    if (form !== undefined) return `it holds ${form}: keep that as a secret`
    const at = settings.map((setting) => text.search(setting)).find((offset) => offset >= 0)
    if (at === undefined) continue
    const line = text.slice(0, at).split('\n').length + (text[at] === '\n' ? 1 : 0)
    const where = text.includes('\n') ? ` in line ${line}` : ''
    return `it seems to hold a password or token${where}: keep that as a secret`
  }
  return undefined
}

/** Every text in a value, base64 of files decoded. */
export function textsIn(value: Json): readonly string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) return value.flatMap((item: Json) => textsIn(item))
  return Object.entries(value).flatMap(([key, item]) =>
    // As bytes: keys and passwords are ASCII.
    key === 'base64' && typeof item === 'string' ? [decoded(item)] : textsIn(item as Json),
  )
}

function decoded(base64: string): string {
  try {
    return atob(base64)
  } catch {
    return ''
  }
}
