import type { Json, JsonObject } from '../model/document.ts'
import { isPasswordFile, passwordLook } from '../model/password-look.ts'

/**
 * Why a resource would tell a secret to whoever reads the repository; undefined where nothing looks like one. Told by the
 * line, never by the value.
 *
 * @param known finds what has the form of a key or token, and names it
 */
export function secretIn(spec: Json, known: (text: string) => string | undefined): string | undefined {
  const path = (spec as JsonObject | null)?.['path']
  if (typeof path === 'string' && isPasswordFile(path))
    return 'files of that name hold passwords: keep those as secrets'
  for (const text of textsIn(spec)) {
    const form = known(text)
    if (form !== undefined) return `it holds ${form}: keep that as a secret`
    const at = passwordLook(text)
    if (at < 0) continue
    const line = text.slice(0, at).split('\n').length
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
    key === 'base64' && typeof item === 'string'
      ? [decoded(item)]
      : [...textsIn(item as Json), ...(typeof item === 'string' && !item.includes('\n') ? [`${key}=${item}`] : [])],
  )
}

function decoded(base64: string): string {
  try {
    return atob(base64)
  } catch {
    return ''
  }
}
