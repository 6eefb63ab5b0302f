import type { Observation, ProbeOutput } from '../model/resource.ts'
import { decodeBase64, textOf } from './base64.ts'
import { excerptBytes } from './file-probe.ts'
import { fourDigits } from './host-path.ts'
import { absent, missingTool, noPermission, splitFirst, taggedLines, unknown, unparsable } from './observed.ts'

/** What a file or folder was seen to be. */
export type Seen = { readonly mode: string; readonly owner: string; readonly group: string; readonly sha256?: string }

interface Attributes {
  readonly type: string
  readonly mode: string
  readonly owner: string
  readonly group: string
}

const types: Readonly<Record<number, string>> = {
  4096: 'a named pipe',
  8192: 'a device',
  16384: 'a folder',
  24576: 'a device',
  32768: 'a file',
  40960: 'a symbolic link',
  49152: 'a socket',
}

/** Reads what `fileProbe` printed: one observation for each path, in order. `expected` is the only type that will do. */
export function readFileProbe(
  paths: readonly string[],
  output: ProbeOutput,
  expected: 'a file' | 'a folder',
): Observation<Seen>[] {
  const found = collect(output.stdout)
  return paths.map((path, i) => {
    if (found.absent.has(i)) return absent
    if (found.denied.has(i)) return noPermission(path)
    const seen = found.attributes.get(`${found.root}${path}`)
    if (seen === undefined) return found.missing.has('stat') ? missingTool('stat') : unparsable(path)
    if (seen.type !== expected) return unknown('unsupported', `${path} is ${seen.type}, not ${expected}`)
    const { type: _type, ...attributes } = seen
    if (expected === 'a folder') return { status: 'present', state: attributes }
    const sha256 = found.sums.get(i)
    if (sha256 === undefined) return found.missing.has('sha256sum') ? missingTool('sha256sum') : noPermission(path)
    const excerpt = excerptOf(found.texts.get(i))
    return { status: 'present', state: { sha256, ...attributes }, ...(excerpt !== undefined && { excerpt }) }
  })
}

function collect(stdout: string) {
  const found = {
    root: '',
    missing: new Set<string>(),
    absent: new Set<number>(),
    denied: new Set<number>(),
    attributes: new Map<string, Attributes>(),
    sums: new Map<number, string>(),
    texts: new Map<number, string>(),
  }
  const names = { uid: new Map<string, string>(), gid: new Map<string, string>() }
  const stats: string[] = []
  for (const { tag, rest } of taggedLines(stdout)) {
    const [first, second] = splitFirst(rest)
    if (tag === 'root') found.root = rest
    else if (tag === 'missing') found.missing.add(rest)
    else if (tag === 'absent' || tag === 'denied') found[tag].add(Number(rest))
    else if (tag === 'stat') stats.push(rest)
    else if ((tag === 'uid' || tag === 'gid') && !names[tag].has(first)) names[tag].set(first, second)
    else if (tag === 'sum' && /^[0-9a-f]{64}$/.test(second)) found.sums.set(Number(first), second)
    else if (tag === 'text') found.texts.set(Number(first), second)
  }
  for (const line of stats) readStat(line, found.root !== '' ? names : undefined, found.attributes)
  return found
}

function readStat(
  line: string,
  names: Readonly<Record<'uid' | 'gid', ReadonlyMap<string, string>>> | undefined,
  into: Map<string, Attributes>,
): void {
  const parts = /^([0-9a-f]+) (\d+) (\d+) (\S+) (\S+) (\/.*)$/.exec(line)
  if (parts === null) return
  const [, hex = '', uid = '', gid = '', user = '', group = '', path = ''] = parts
  const raw = Number.parseInt(hex, 16)
  const named = (id: string, name: string) => (name === 'UNKNOWN' ? id : name)
  into.set(path, {
    type: types[raw & 0xf000] ?? 'of an unknown type',
    mode: fourDigits((raw & 0o7777).toString(8)),
    owner: names ? (names.uid.get(uid) ?? uid) : named(uid, user),
    group: names ? (names.gid.get(gid) ?? gid) : named(gid, group),
  })
}

/** Text of a file, where it is text and short enough to show. */
function excerptOf(base64: string | undefined): string | undefined {
  const bytes = base64 === undefined || base64 === '' ? undefined : decodeBase64(base64)
  return bytes === undefined || bytes.length > excerptBytes ? undefined : textOf(bytes)
}
