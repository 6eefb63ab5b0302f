import type { ProbeOutput, Unknown } from '../model/resource.ts'
import { join, read, type Script } from '../model/script.ts'

/** What one resource type asks of a host. */
export interface Probe {
  readonly type: string
  readonly script: Script
}

/** What a host answered: whole sections by their names, and why others may be missing. */
export interface Answer {
  readonly sections: ReadonlyMap<string, ProbeOutput>
  readonly gap: Unknown
}

/**
 * Puts all probes of a host into one read-only script, so that they cost one round trip. Each runs in a subshell of its
 * own: what it sets, ends or gets wrong is not felt by the others, a syntax error neither. Lines with the nonce stand
 * around what each prints, on both streams; without knowing the nonce nothing on the host can forge one. The nonce is
 * at least 8 letters and digits.
 */
export function compose(probes: readonly Probe[], nonce: string): Script {
  if (!/^[A-Za-z0-9]{8,}$/.test(nonce)) throw new Error('a nonce is at least 8 letters and digits')
  const [first, ...others] = probes
  if (first === undefined) return read`:`
  const marks = read`plumb_marks() { printf '\\n%s %s\\n' "$@"; printf '\\n%s %s\\n' "$@" >&2; }
plumb_marks ${nonce} ${`begin ${first.type}`}`
  const next = [...others.map(({ type }) => read` ${nonce} ${`begin ${type}`}`), read``]
  return packed(join([marks, ...probes.map((probe, i) => section(probe, nonce, next[i] ?? read``))]))
}

/** The same script in few parts: it is rendered for every host. */
function packed({ readOnly, parts }: Script): Script {
  const few: { text: string; secret: boolean }[] = []
  for (const { text, secret } of parts) {
    const last = few.at(-1)
    if (last?.secret === secret) last.text += text
    else few.push({ text, secret })
  }
  return { readOnly, parts: few }
}

/** `next` are the words of the mark that follows: what is printed in one piece is sent in one. */
function section({ type, script }: Probe, nonce: string, next: Script): Script {
  if (!/^[A-Za-z][A-Za-z0-9-]*$/.test(type)) throw new Error(`${type} can't be the name of a resource type`)
  if (!script.readOnly) throw new Error(`the probe of ${type} changes the host`)
  return read`(eval ${asWord(script)}) </dev/null; plumb_marks ${nonce} "end "${type}" $?"${next}`
}

/** The text of a script as one quoted word; its secrets stay masked. */
function asWord(script: Script): Script {
  const inner = script.parts.map(({ text, secret }) => ({ text: text.replaceAll("'", `'\\''`), secret }))
  const quoteMark = { text: "'", secret: false }
  return { readOnly: script.readOnly, parts: [quoteMark, ...inner, quoteMark] }
}

/**
 * Takes apart what the script of `compose` printed. Noise before the first mark and between sections is dropped; a
 * section that is not there to its end on both streams is left out, so that nothing is concluded from half an answer.
 */
export function split(
  output: { readonly stdout: Uint8Array; readonly stderr: Uint8Array },
  nonce: string,
): ReadonlyMap<string, ProbeOutput> {
  const stdout = sections(output.stdout, nonce)
  const stderr = sections(output.stderr, nonce)
  const found = new Map<string, ProbeOutput>()
  for (const [type, { text, code }] of stdout) {
    const error = stderr.get(type)
    if (error !== undefined) found.set(type, { stdout: text, stderr: error.text, code })
  }
  return found
}

function sections(bytes: Uint8Array, nonce: string): Map<string, { readonly text: string; readonly code: number }> {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
  const found = new Map<string, { text: string; code: number }>()
  const mark = new RegExp(`\\n${nonce} (?:begin ([A-Za-z0-9-]+)|end ([A-Za-z0-9-]+) (\\d+))\\n`, 'g')
  let open: { readonly type: string; readonly from: number } | undefined
  for (let at = mark.exec(text); at; at = mark.exec(text)) {
    const [whole, begun, ended, code] = at
    if (begun !== undefined) open = { type: begun, from: at.index + whole.length }
    else if (open !== undefined && open.type === ended && !found.has(ended)) {
      found.set(ended, { text: text.slice(open.from, at.index), code: Number(code) })
      open = undefined
    } else open = undefined
    // The line feed that ends one mark may begin the next.
    mark.lastIndex -= 1
  }
  return found
}
