import { bareKey, type KeySpec, type KeyState } from './spec.ts'

const keyType =
  /^(ssh-ed25519|ssh-rsa|ssh-dss|ecdsa-sha2-nistp\d+|sk-ssh-ed25519@openssh\.com|sk-ecdsa-sha2-nistp256@openssh\.com)$/

/** One line of authorized_keys; undefined for comments, empty lines and what sshd would not take for a key. */
export function parseKeyLine(line: string): KeyState | undefined {
  const text = line.trim()
  if (text === '' || text.startsWith('#')) return undefined
  const [first, rest] = splitWord(text)
  const [options, keyed] = keyType.test(first) ? [[], text] : [splitOptions(first), rest]
  const [type, afterType] = splitWord(keyed)
  const [blob, comment] = splitWord(afterType)
  if (!keyType.test(type) || !/^[A-Za-z0-9+/]+=*$/.test(blob)) return undefined
  const expiry = options.map(expiryOf).find((e) => e !== undefined)
  return {
    key: `${type} ${blob}`,
    options: options.filter((o) => expiryOf(o) === undefined).sort(),
    comment,
    expires: expiry ?? null,
  }
}

/** The line as we write it. */
export function keyLine(spec: KeySpec): string {
  const options = [
    ...(spec.options ?? []),
    ...(spec.expires === undefined ? [] : [`expiry-time="${compact(spec.expires)}"`]),
  ]
  return [options.join(','), bareKey(spec.key), spec.comment ?? ''].filter((part) => part !== '').join(' ')
}

/** `20270131180000Z`: in UTC, whatever the zone of the host. */
const compact = (iso: string): string => `${iso.slice(0, 19).replaceAll(/[-:T]/g, '')}Z`

/** An expiry in our form; one in another form (local time, days) counts as an option that nobody asked for. */
function expiryOf(option: string): string | undefined {
  const parts = /^expiry-time="(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z"$/i.exec(option)
  if (parts === null) return undefined
  const [, year, month, day, hour, minute, second] = parts
  return `${year}-${month}-${day}T${hour}:${minute}:${second}Z`
}

/** The first word, where quoted blanks don't end it. */
function splitWord(text: string): readonly [string, string] {
  // Most hold no quotes.
  const blank = text.search(/[ \t"]/)
  if (blank === -1) return [text, '']
  if (text[blank] !== '"') return [text.slice(0, blank), text.slice(blank).trim()]
  let quoted = false
  for (let i = 0; i < text.length; i++) {
    const c = text[i]
    if (c === '\\' && text[i + 1] === '"') i++
    else if (c === '"') quoted = !quoted
    else if (!quoted && (c === ' ' || c === '\t')) return [text.slice(0, i), text.slice(i).trim()]
  }
  return [text, '']
}

function splitOptions(text: string): string[] {
  return (text.match(/(?:\\"|"(?:\\"|[^"])*"|[^,])+/g) ?? []).filter((option) => option !== '')
}
