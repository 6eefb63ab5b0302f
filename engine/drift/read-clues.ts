import type { SeenLogin } from '../model/drift.ts'
import { escapeControls } from '../model/escape.ts'

/** What a host said about how its resources moved, read but not yet judged. Times are milliseconds since 1970. */
export interface HostClues {
  readonly files: ReadonlyMap<number, FileClue>
  readonly packages: readonly { readonly at: number; readonly text: string }[]
  readonly logins: readonly LoginClue[]
}

export type FileClue =
  | { readonly gone: false; readonly modified: number; readonly touched: number; readonly owner: string }
  | { readonly gone: true; readonly folderModified: number }

interface LoginClue extends Omit<SeenLogin, 'at'> {
  readonly at: number
  /** When the session ended; absent where it goes on, or is no session. */
  readonly until?: number
  readonly session: boolean
}

/** Lines that are looked at; a host may print anything. */
const mostLines = 8000

/** Reads what `clueScript` printed. Never throws; what makes no sense is left out, and half an answer is no answer. */
export function readClues(stdout: string, engineUser: string): HostClues | undefined {
  const lines = stdout.split('\n').slice(0, mostLines)
  if (!lines.includes('end')) return undefined
  const zone = lines.map((l) => /^zone ([+-]\d{4})$/.exec(l)?.[1]).find((z) => z !== undefined) ?? '+0000'
  const names = new Map(lines.flatMap((l) => pair(/^uid (\d+) (\S+)$/.exec(l))))
  const files = new Map<number, FileClue>()
  const packages: { at: number; text: string }[] = []
  const logins: LoginClue[] = []
  for (const line of lines) {
    readFile(line, names, files)
    const noted = readPackage(line, zone)
    if (noted !== undefined) packages.push(noted)
    const login = readLast(line) ?? readAuth(line)
    if (login !== undefined && login.user !== engineUser) logins.push(login)
  }
  return { files, packages, logins }
}

const pair = (match: RegExpExecArray | null): [string, string][] =>
  match?.[1] === undefined || match[2] === undefined ? [] : [[match[1], match[2]]]

function readFile(line: string, names: ReadonlyMap<string, string>, into: Map<number, FileClue>): void {
  const there = /^file (\d{1,4}) (\d{1,12}) (\d{1,12}) (\d+) (\S+)$/.exec(line)
  if (there !== null) {
    const [, index, modified, touched, uid = '', user = ''] = there
    const named = names.size > 0 ? (names.get(uid) ?? uid) : user === 'UNKNOWN' ? uid : user
    into.set(Number(index), {
      gone: false,
      modified: Number(modified) * 1000,
      touched: Number(touched) * 1000,
      owner: clean(named),
    })
  }
  const gone = /^gone (\d{1,4}) (\d{1,12})$/.exec(line)
  if (gone !== null) into.set(Number(gone[1]), { gone: true, folderModified: Number(gone[2]) * 1000 })
}

function readPackage(line: string, zone: string): { at: number; text: string } | undefined {
  const dpkg = /^dpkg (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) (.+)$/.exec(line)
  if (dpkg !== null) return timed(instant(`${dpkg[1]}T${dpkg[2]}${zone}`), dpkg[3] ?? '')
  const rpm = /^rpm (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4}|\S+Z) \S+ (.+)$/.exec(line)
  return rpm === null ? undefined : timed(instant(rpm[1] ?? ''), rpm[2] ?? '')
}

const timed = (at: number | undefined, text: string) => (at === undefined ? undefined : { at, text: clean(text) })

/** `ana  pts/0  10.0.0.9  2026-11-21T14:00:12+00:00 - 2026-11-21T15:00:00+00:00  (00:59)` */
function readLast(line: string): LoginClue | undefined {
  const match = /^last (\S+) +(\S+) +(\S+) +(\d{4}-\S+)(?: +- (\S+)| +(still logged in|gone - no logout))?/.exec(line)
  if (match === null || match[1] === 'reboot' || match[1] === 'shutdown') return undefined
  const at = instant(match[4] ?? '')
  if (at === undefined) return undefined
  const until = instant(match[5] ?? '')
  const from = match[3] === '0.0.0.0' ? undefined : match[3]
  return {
    user: clean(match[1] ?? ''),
    how: 'login',
    ...(from !== undefined && { from: clean(from) }),
    at,
    ...(until !== undefined && { until }),
    session: match[6] !== 'gone - no logout',
  }
}

/** Lines of sshd and sudo. What follows the name of the program is anchored: a login name can hold anything. */
function readAuth(line: string): LoginClue | undefined {
  const match = /^auth (\S+) \S+ (sshd(?:-session)?|sudo)(?:\[\d+\])?: +(.*)$/.exec(line)
  const at = instant(match?.[1] ?? '')
  if (match === null || at === undefined) return undefined
  const said = match[3] ?? ''
  if (match[2] !== 'sudo') {
    const accepted = /^Accepted \S+ for (\S+) from (\S+) port \d+/.exec(said)
    if (accepted === null) return undefined
    return { user: clean(accepted[1] ?? ''), how: 'login', from: clean(accepted[2] ?? ''), at, session: false }
  }
  // Arguments may hold a password: only the program is named.
  const ran = /^(\S+) : .*; COMMAND=(\S+)/.exec(said)
  if (ran === null) return undefined
  return { user: clean(ran[1] ?? ''), how: 'sudo', command: clean(ran[2] ?? ''), at, session: false }
}

const clean = (text: string): string => escapeControls(text.slice(0, 200))

function instant(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(text)) return undefined
  const at = Date.parse(text.replace(/,\d+/, '').replace(/([+-]\d\d)(\d\d)$/, '$1:$2'))
  return Number.isNaN(at) ? undefined : at
}
