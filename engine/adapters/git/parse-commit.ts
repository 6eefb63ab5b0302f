import type { Commit, Person } from '../../ports/repository.ts'

/** Reads the bytes of a commit object. Tolerates whatever stands in it: a hostile commit yields odd values, never an exception. */
export function parseCommit(id: string, raw: Buffer): Commit {
  const end = raw.indexOf('\n\n')
  const headerBytes = end < 0 ? raw : raw.subarray(0, end + 1)
  const headers = splitHeaders(headerBytes)
  const value = (name: string): string => headers.find((h) => h.name === name)?.value ?? ''
  const signatureHeader = id.length === 64 ? 'gpgsig-sha256' : 'gpgsig'
  // All of them, one after the other: a second one never replaces the first, it spoils it.
  const signature = headers.flatMap((h) => (h.name === signatureHeader ? [`${h.value}\n`] : [])).join('')
  const unsigned = headers.filter((h) => h.name !== 'gpgsig' && h.name !== 'gpgsig-sha256').map((h) => h.bytes)
  return {
    id,
    tree: value('tree'),
    parents: headers.filter((h) => h.name === 'parent').map((h) => h.value),
    author: parsePerson(value('author')),
    committer: parsePerson(value('committer')),
    message: end < 0 ? '' : raw.subarray(end + 2).toString(),
    ...(signature === '' ? {} : { signature }),
    signedPayload: Buffer.concat([...unsigned, raw.subarray(headerBytes.length)]),
  }
}

interface Header {
  readonly name: string
  readonly value: string
  readonly bytes: Buffer
}

/** Each header with the lines that continue it (they begin with a space). */
function splitHeaders(bytes: Buffer): Header[] {
  const headers: Header[] = []
  for (let start = 0; start < bytes.length; ) {
    let end = lineEnd(bytes, start)
    while (end < bytes.length && bytes[end] === 0x20) end = lineEnd(bytes, end)
    const text = bytes.subarray(start, end).toString().replace(/\n$/, '').replaceAll('\n ', '\n')
    const space = text.indexOf(' ')
    headers.push({ name: text.slice(0, space), value: text.slice(space + 1), bytes: bytes.subarray(start, end) })
    start = end
  }
  return headers
}

function lineEnd(bytes: Buffer, from: number): number {
  const end = bytes.indexOf(10, from)
  return end < 0 ? bytes.length : end + 1
}

function parsePerson(text: string): Person {
  const match = /^(.*?) ?<([^<>]*)> (-?\d{1,12}) ([+-]\d{4})$/s.exec(text)
  return {
    name: match?.[1] ?? '',
    email: match?.[2] ?? '',
    at: isoWithOffset(Number(match?.[3] ?? 0), match?.[4] ?? '+0000'),
  }
}

/** ISO 8601 with the writer's offset. */
function isoWithOffset(seconds: number, zone: string): string {
  const minutes = (zone.startsWith('-') ? -1 : 1) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3, 5)))
  const date = new Date((seconds + minutes * 60) * 1000)
  const shown = Number.isNaN(date.getTime()) ? new Date(0) : date
  return `${shown.toISOString().slice(0, 19)}${zone.slice(0, 3)}:${zone.slice(3, 5)}`
}

/** Trailers of the last paragraph (`Name: value`); the first of a name counts. */
export function parseTrailers(message: string): Readonly<Record<string, string>> {
  const paragraph = message.trimEnd().split(/\n\n+/).at(-1) ?? ''
  const trailers: Record<string, string> = Object.create(null) as Record<string, string>
  for (const line of paragraph.split('\n')) {
    const match = /^([A-Za-z][A-Za-z0-9-]*): (.*)$/.exec(line)
    if (match?.[1] !== undefined && match[2] !== undefined) trailers[match[1]] ??= match[2]
  }
  return trailers
}
