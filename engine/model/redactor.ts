import { escapeControls } from './escape.ts'

/** Takes the values of secrets out of whatever is about to be shown, written down or thrown. */
export interface Redactor {
  text(text: string): string
  /** Every text in a value, keys included. */
  value<Value>(value: Value): Value
}

/** What stands in the place of a secret. */
export const masked = '***'

/** Shorter ones would blot out what has nothing to do with them. They are shown nowhere by other means. */
const shortest = 4

/**
 * Knows values as they are and as programs write them: base64 at any place in a longer text, percent-encoded, hexadecimal, in JSON,
 * in quotes of a shell, in HTML, with control characters escaped, and each line of what has several.
 */
export function createRedactor(secrets: Iterable<string>): Redactor {
  const known = new Set<string>()
  for (const secret of secrets) for (const form of formsOf(secret)) if (form.length >= shortest) known.add(form)
  // The longest first: a form may be a part of another one.
  const ordered = [...known].sort((a, b) => b.length - a.length || (a < b ? -1 : 1))
  const text = (said: string): string => ordered.reduce((left, form) => left.replaceAll(form, masked), said)
  const value = (found: unknown): unknown => {
    if (typeof found === 'string') return text(found)
    if (typeof found !== 'object' || found === null) return found
    if (Array.isArray(found)) return found.map(value)
    return Object.fromEntries(Object.entries(found).map(([key, item]) => [text(key), value(item)]))
  }
  if (ordered.length === 0) return { text: (said) => said, value: (found) => found }
  return { text, value: <Value>(found: Value) => value(found) as Value }
}

/** A value in every form it is looked for. */
function formsOf(secret: string): readonly string[] {
  const lines = secret.split(/\r?\n/).filter((line) => line.trim().length >= shortest && line !== secret)
  return [secret, secret.trim(), ...lines, ...lines.map((line) => line.trim())].flatMap(writings)
}

function writings(text: string): string[] {
  const bytes = new TextEncoder().encode(text)
  const hex = [...bytes].map((b) => b.toString(16).padStart(2, '0')).join('')
  const json = JSON.stringify(text).slice(1, -1)
  const ascii = asciiJson(json)
  const percent = encodeURIComponent(wellFormed(text))
  const strict = percent.replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
  const all = [...bytes].map((b) => `%${b.toString(16).padStart(2, '0')}`).join('')
  const urls = [percent, strict, all, percent.replaceAll('%20', '+'), strict.replaceAll('%20', '+')]
  return [
    text,
    ...base64Forms(bytes),
    hex,
    hex.toUpperCase(),
    json,
    ascii,
    JSON.stringify(json).slice(1, -1),
    JSON.stringify(ascii).slice(1, -1),
    ascii.replace(/\\u[0-9a-f]{4}/g, (e) => `\\u${e.slice(2).toUpperCase()}`),
    json.replaceAll('/', '\\/'),
    ...urls,
    ...urls.map((url) => url.replace(/%[0-9A-Fa-f]{2}/g, (e) => e.toLowerCase())),
    ...urls.map((url) => url.replace(/%[0-9A-Fa-f]{2}/g, (e) => e.toUpperCase())),
    text.replaceAll("'", `'\\''`),
    text.replaceAll("'", `'"'"'`),
    text.replaceAll("'", "''"),
    text.replace(/[\\"$`]/g, (c) => `\\${c}`),
    text.replace(/[^A-Za-z0-9_@%+=:,./-]/g, (c) => `\\${c}`),
    text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`),
    text.replace(/[&<>"']/g, (c) => entities[c] ?? c),
    escapeControls(text),
  ]
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const asciiJson = (json: string): string =>
  json.replace(/[\u007f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)

const wellFormed = (text: string): string => new TextDecoder().decode(new TextEncoder().encode(text))

/** As it is, and the part that is the same wherever it begins in a longer text that is encoded: at each of three offsets. */
function base64Forms(bytes: Uint8Array): string[] {
  const forms = [0, 1, 2].flatMap((shift) => {
    const padded = new Uint8Array(shift + bytes.length)
    padded.set(bytes, shift)
    const whole = encode(padded)
    const bare = whole.replace(/=+$/, '')
    // Characters that hold bits of what stands before or behind.
    const from = shift === 0 ? 0 : shift + 1
    const core = whole.endsWith('=') ? bare.slice(from, -1) : bare.slice(from)
    // A short core stands in texts by chance.
    return [...(shift === 0 ? [whole, bare] : []), ...(core.length >= 6 ? [core] : [])]
  })
  return [...forms, ...forms.map((form) => form.replaceAll('+', '-').replaceAll('/', '_'))]
}

function encode(bytes: Uint8Array): string {
  let binary = ''
  for (let at = 0; at < bytes.length; at += 0x8000) binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000))
  return btoa(binary)
}
