import { canonicalSshKey } from '../model/ssh-key.ts'

/** One line of an allowed signers file (ssh-keygen(1), ALLOWED SIGNERS). */
export interface AllowedSigner {
  /** Patterns with `*` and `?`; one that begins with `!` excludes. */
  readonly principals: readonly string[]
  readonly key: string
  readonly namespaces?: readonly string[]
  /** Milliseconds; times without a zone are read as UTC, so that every machine reads the same. */
  readonly validAfter?: number
  readonly validBefore?: number
}

/** Reads the file. Lines that can't be relied on (authorities for certificates, broken dates, unknown options) are named, never guessed. */
export function parseAllowedSigners(text: string): {
  readonly signers: readonly AllowedSigner[]
  readonly faults: readonly { readonly line: number; readonly because: string }[]
} {
  const signers: AllowedSigner[] = []
  const faults: { line: number; because: string }[] = []
  text.split('\n').forEach((raw, i) => {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) return
    const parsed = parseLine(line)
    if (typeof parsed === 'string') faults.push({ line: i + 1, because: parsed })
    else signers.push(parsed)
  })
  return { signers, faults }
}

/** Whether a key may sign for a principal under a namespace at a time. */
export function maySign(
  signers: readonly AllowedSigner[],
  asked: { readonly principal: string; readonly key: string; readonly namespace: string; readonly at: number },
): boolean {
  return signers.some(
    (s) =>
      s.key === asked.key &&
      namesPrincipal(s, asked.principal) &&
      (s.namespaces === undefined || matchesList(s.namespaces, asked.namespace)) &&
      (s.validAfter === undefined || asked.at >= s.validAfter) &&
      (s.validBefore === undefined || asked.at <= s.validBefore),
  )
}

export function namesPrincipal(signer: AllowedSigner, principal: string): boolean {
  return matchesList(signer.principals, principal)
}

function parseLine(line: string): AllowedSigner | string {
  const fields = /^("[^"]*"|\S+)\s+(.*)$/.exec(line)
  if (fields?.[1] === undefined || fields[2] === undefined) return 'it names no key'
  const principals = fields[1].replaceAll('"', '').split(',')
  const bare = canonicalSshKey(fields[2])
  if (bare !== undefined) return { principals, key: bare }
  // Options stand before the key, separated by commas; their values may hold spaces.
  const options = /^((?:[a-z-]+(?:="[^"]*")?,?)+)\s+(.*)$/i.exec(fields[2])
  const key = options?.[2] === undefined ? undefined : canonicalSshKey(options[2])
  if (options?.[1] === undefined || key === undefined) return 'it names no key of a sort that is accepted'
  const read = readOptions(options[1])
  return typeof read === 'string' ? read : { principals, key, ...read }
}

type Options = Pick<AllowedSigner, 'namespaces' | 'validAfter' | 'validBefore'>

function readOptions(text: string): Options | string {
  let options: Options = {}
  for (const [, name = '', value = ''] of text.matchAll(/([a-z-]+)(?:="([^"]*)")?,?/gi)) {
    switch (name.toLowerCase()) {
      case 'namespaces':
        options = { ...options, namespaces: value.split(',') }
        break
      case 'valid-after':
      case 'valid-before': {
        const at = parseTime(value)
        if (at === undefined) return `${name} is no date: ${value}`
        options = { ...options, [name === 'valid-after' ? 'validAfter' : 'validBefore']: at }
        break
      }
      default:
        return `${name} is not supported`
    }
  }
  return options
}

/** `YYYYMMDD[HHMM[SS]][Z]`. */
function parseTime(text: string): number | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?Z?$/i.exec(text)
  if (match === null) return undefined
  const [, year, month, day, hour = '00', minute = '00', second = '00'] = match
  const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  return Number.isNaN(at) ? undefined : at
}

function matchesList(patterns: readonly string[], name: string): boolean {
  const matching = patterns.filter((p) => matchesPattern(p.replace(/^!/, ''), name))
  return matching.length > 0 && !matching.some((p) => p.startsWith('!'))
}

/** Step by step and not by a regular expression: a hostile pattern can't make it slow. */
function matchesPattern(pattern: string, name: string): boolean {
  let reached = new Set([0])
  for (const letter of pattern) {
    const next = new Set<number>()
    for (const at of reached) {
      if (letter === '*') for (let to = at; to <= name.length; to += 1) next.add(to)
      else if (at < name.length && (letter === '?' || letter === name[at])) next.add(at + 1)
    }
    reached = next
  }
  return reached.has(name.length)
}
