/** What a certificate says of itself. Nothing is verified. */
export interface Certificate {
  /** As RFC 4514 writes it, in the order of the certificate: `C=NL, O=Example, CN=www.example.org`. */
  readonly subject: string
  readonly issuer: string
  /** DNS names and addresses for which it stands. */
  readonly names?: readonly string[]
  /** ISO 8601, UTC. */
  readonly until: string
}

/** One element of DER: tag, and where its content lies. */
interface Element {
  readonly tag: number
  readonly from: number
  readonly to: number
}

const tags = {
  sequence: 0x30,
  set: 0x31,
  oid: 0x06,
  octets: 0x04,
  utcTime: 0x17,
  time: 0x18,
  version: 0xa0,
  extensions: 0xa3,
} as const

/** Reads an X.509 certificate (RFC 5280) as far as people ask about it; undefined where the bytes are none. */
export function readCertificate(bytes: Uint8Array): Certificate | undefined {
  const [certificate] = elements(bytes, 0, bytes.length)
  const [body] = certificate === undefined ? [] : inside(bytes, certificate)
  if (body?.tag !== tags.sequence) return undefined
  const parts = inside(bytes, body)
  const [, , issuer, validity, subject] = parts[0]?.tag === tags.version ? parts.slice(1) : parts
  const end = validity === undefined ? undefined : inside(bytes, validity)[1]
  const until = end === undefined ? undefined : timeOf(bytes, end)
  if (issuer === undefined || subject === undefined || until === undefined) return undefined
  const names = alternativeNames(bytes, parts)
  return {
    subject: nameOf(bytes, subject),
    issuer: nameOf(bytes, issuer),
    ...(names.length > 0 && { names }),
    until,
  }
}

function inside(bytes: Uint8Array, { from, to }: Element): readonly Element[] {
  return elements(bytes, from, to)
}

/** The elements one after the other; stops at the first that is not whole. */
function elements(bytes: Uint8Array, from: number, to: number): readonly Element[] {
  const found: Element[] = []
  let at = from
  while (at + 2 <= to && found.length < 1000) {
    const tag = bytes[at] ?? 0
    const first = bytes[at + 1] ?? 0
    const more = first < 0x80 ? 0 : first & 0x7f
    if (more > 3 || at + 2 + more > to) break
    let length = more === 0 ? first : 0
    for (let i = 0; i < more; i++) length = length * 256 + (bytes[at + 2 + i] ?? 0)
    const start = at + 2 + more
    if (start + length > to) break
    found.push({ tag, from: start, to: start + length })
    at = start + length
  }
  return found
}

/** Attributes of names that have a short form. The key is the end of the object identifier, all of 2.5.4. */
const attributes: Readonly<Record<number, string>> = {
  3: 'CN',
  5: 'serialNumber',
  6: 'C',
  7: 'L',
  8: 'ST',
  10: 'O',
  11: 'OU',
}

function nameOf(bytes: Uint8Array, name: Element): string {
  const parts = inside(bytes, name).flatMap((set) =>
    inside(bytes, set).flatMap((pair) => {
      const [type, value] = inside(bytes, pair)
      if (type?.tag !== tags.oid || value === undefined) return []
      const known = isNameAttribute(bytes, type) ? attributes[bytes[type.to - 1] ?? 0] : undefined
      return known === undefined ? [] : [`${known}=${textOf(bytes, value).replace(/[,+"\\<>;]/g, '\\$&')}`]
    }),
  )
  return parts.join(', ')
}

const isNameAttribute = (bytes: Uint8Array, { from, to }: Element): boolean =>
  to - from === 3 && bytes[from] === 0x55 && bytes[from + 1] === 0x04

function textOf(bytes: Uint8Array, { tag, from, to }: Element): string {
  // BMPString: two bytes for each character.
  const encoding = tag === 0x1e ? 'utf-16be' : 'utf-8'
  return new TextDecoder(encoding).decode(bytes.subarray(from, to))
}

/** UTCTime `YYMMDDhhmmssZ` or GeneralizedTime `YYYYMMDDhhmmssZ`. */
function timeOf(bytes: Uint8Array, element: Element): string | undefined {
  if (element.tag !== tags.utcTime && element.tag !== tags.time) return undefined
  const text = textOf(bytes, element)
  const [, year, rest] = (element.tag === tags.time ? /^(\d{4})(\d{10})Z$/ : /^(\d{2})(\d{10})Z$/).exec(text) ?? []
  if (year === undefined || rest === undefined) return undefined
  const full = year.length === 4 ? year : `${Number(year) < 50 ? '20' : '19'}${year}`
  const [month, day, hour, minute, second] = rest.match(/../g) ?? []
  const moment = Date.parse(`${full}-${month}-${day}T${hour}:${minute}:${second}Z`)
  return Number.isNaN(moment) ? undefined : new Date(moment).toISOString()
}

/** subjectAltName is 2.5.29.17. */
function alternativeNames(bytes: Uint8Array, parts: readonly Element[]): readonly string[] {
  const wrapped = parts.find((part) => part.tag === tags.extensions)
  const [list] = wrapped === undefined ? [] : inside(bytes, wrapped)
  const extensions = list === undefined ? [] : inside(bytes, list)
  return extensions.flatMap((extension) => {
    const fields = inside(bytes, extension)
    const [id] = fields
    const value = fields.find((field) => field.tag === tags.octets)
    if (id === undefined || value === undefined || bytes.subarray(id.from, id.to).join('.') !== '85.29.17') return []
    return inside(bytes, value).flatMap((names) => inside(bytes, names).flatMap((name) => alternativeName(bytes, name)))
  })
}

function alternativeName(bytes: Uint8Array, name: Element): readonly string[] {
  if (name.tag === 0x82) return [textOf(bytes, name)]
  if (name.tag !== 0x87) return []
  const address = [...bytes.subarray(name.from, name.to)]
  if (address.length === 4) return [address.join('.')]
  if (address.length !== 16) return []
  const hex = address.map((b) => b.toString(16).padStart(2, '0')).join('')
  return [(hex.match(/.{4}/g) ?? []).map((group) => group.replace(/^0+(?=.)/, '')).join(':')]
}
