/**
 * Commands for a host are values, never strings glued together. A `Script` is POSIX shell text written in our source,
 * with values put in by the tags `sh` and `read`, which quote them. A secret is quoted as well, and masked wherever
 * a script is printed. Scripts travel on the session's standard input, never on a command line.
 */
export interface Script {
  /** True where the script only looks. A session that observes refuses any other. */
  readonly readOnly: boolean
  readonly parts: readonly ScriptPart[]
}

interface ScriptPart {
  readonly text: string
  readonly secret: boolean
}

/** A value that is quoted like any other and never printed. */
export interface Secret {
  readonly secret: string
}

/** An absolute path on the target; it is put below the target's root prefix (`$R`, empty on a running host). */
export interface HostPath {
  readonly hostPath: string
}

type Value = string | number | Script | Secret | HostPath | readonly string[]

export const secret = (value: string): Secret => ({ secret: value })
export const hostPath = (path: string): HostPath => ({ hostPath: path })

/** A script that may change the host. */
export function sh(text: TemplateStringsArray, ...values: readonly Value[]): Script {
  return { readOnly: false, parts: weave(text, values, false) }
}

/** A script that only looks. Only other read-only scripts may be put into it. */
export function read(text: TemplateStringsArray, ...values: readonly Value[]): Script {
  return { readOnly: true, parts: weave(text, values, true) }
}

/** Scripts one after the other, each on lines of its own; read-only where all are. */
export function join(scripts: readonly Script[]): Script {
  return {
    readOnly: scripts.every((s) => s.readOnly),
    parts: scripts.flatMap((s, i) => (i === 0 ? s.parts : [{ text: '\n', secret: false }, ...s.parts])),
  }
}

/** What the host's shell reads. Never print it: use `mask`. */
export const render = (script: Script): string => script.parts.map((p) => p.text).join('')

/** What a person, a log or a record may see. */
export const mask = (script: Script): string => script.parts.map((p) => (p.secret ? "'***'" : p.text)).join('')

/** The same script, none of which may be printed. */
export const conceal = (script: Script): Script => ({
  ...script,
  parts: script.parts.map((part) => ({ ...part, secret: true })),
})

/** Quotes a value for POSIX shells. A NUL can't be passed to a shell at all. */
export function quote(value: string): string {
  if (value.includes('\0')) throw new Error('a NUL byte reached a script')
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`
}

function weave(text: TemplateStringsArray, values: readonly Value[], readOnly: boolean): ScriptPart[] {
  const parts: ScriptPart[] = []
  text.forEach((piece, i) => {
    // An escape that JavaScript does not know makes the text undefined instead of failing.
    if (piece === undefined) throw new Error(`a script holds a bad escape: ${text.raw[i]}`)
    if (piece !== '') parts.push({ text: piece, secret: false })
    const value = values[i]
    if (value !== undefined) parts.push(...partsOf(value, readOnly))
  })
  return parts
}

function partsOf(value: Value, readOnly: boolean): readonly ScriptPart[] {
  if (typeof value === 'string') return [{ text: quote(value), secret: false }]
  if (typeof value === 'number') return [{ text: String(value), secret: false }]
  if ('secret' in value) return [{ text: quote(value.secret), secret: true }]
  if ('hostPath' in value) return [{ text: `"$R"${quote(value.hostPath)}`, secret: false }]
  if ('parts' in value) {
    if (readOnly && !value.readOnly) throw new Error('a script that changes the host was put into one that only looks')
    return value.parts
  }
  return [{ text: value.map(quote).join(' '), secret: false }]
}
