import { type Address, nameOf } from '../../model/address.ts'
import type { LoadedDocument } from '../../model/document.ts'
import { type Graph, target } from '../../model/graph.ts'
import { specOf } from '../../model/practice.ts'
import { addressOf, textOf } from './ip.ts'

export type RecordType = 'A' | 'AAAA' | 'CNAME' | 'MX' | 'NS' | 'PTR' | 'SRV' | 'TXT'

export interface ZoneSpec {
  readonly nameServers: readonly string[]
  readonly contact: string
  readonly ttl?: number
  readonly refresh?: number
  readonly retry?: number
  readonly expire?: number
  readonly negativeTtl?: number
}

interface RecordSpec {
  readonly name?: string
  readonly type: RecordType
  readonly ttl?: number
  readonly address?: string
  readonly to?: string
  readonly preference?: number
  readonly priority?: number
  readonly weight?: number
  readonly port?: number
  readonly text?: string
}

/** A record with full names, in small letters and without the dot at their end. */
export interface ZoneRecord {
  readonly document: LoadedDocument
  readonly zone: string
  readonly owner: string
  readonly type: RecordType
  /** Seconds; undefined: that of the zone. */
  readonly ttl: number | undefined
  /** What stands behind the type in a master file. */
  readonly value: string
  /** Of A and AAAA its value, of PTR what its owner says. */
  readonly address: { readonly family: 4 | 6; readonly value: bigint } | undefined
  /** Whose address it is, where a document says so. */
  readonly of: Address | undefined
  /** Name that it leads to. */
  readonly to: string | undefined
}

/** What is wrong with a record as it stands, and with which of its fields. */
export interface RecordFault {
  readonly document: LoadedDocument
  readonly field: string
  readonly summary: string
}

/** Names of all zones, records by owner, and what can't be read. */
export interface Dns {
  /** By name. */
  readonly zones: ReadonlyMap<string, LoadedDocument>
  readonly records: readonly ZoneRecord[]
  readonly byOwner: ReadonlyMap<string, readonly ZoneRecord[]>
  readonly faults: readonly RecordFault[]
}

/** Fields that belong to each type beside zone, name, type and ttl; the first ones are needed. */
const fields: Readonly<Record<RecordType, readonly string[]>> = {
  A: ['address', 'of'],
  AAAA: ['address', 'of'],
  PTR: ['to', 'address', 'of'],
  CNAME: ['to'],
  NS: ['to'],
  MX: ['to', 'preference'],
  SRV: ['to', 'port', 'priority', 'weight'],
  TXT: ['text'],
}

export function dnsOf(graph: Graph): Dns {
  const zones = new Map(graph.ofKind('DnsZone').map((document) => [nameOf(document.address), document]))
  const faults: RecordFault[] = []
  const records = graph.ofKind('DnsRecord').flatMap((document): readonly ZoneRecord[] => {
    const read = readRecord(graph, document)
    if (!('summary' in read)) return [read]
    faults.push(read)
    return []
  })
  const byOwner = new Map<string, ZoneRecord[]>()
  for (const record of records) {
    const there = byOwner.get(record.owner)
    if (there === undefined) byOwner.set(record.owner, [record])
    else there.push(record)
  }
  return { zones, records, byOwner, faults }
}

/** The smallest zone of ours that a name is in. */
export function zoneOf(zones: Dns['zones'], name: string): string | undefined {
  for (let at = name; ; ) {
    if (zones.has(at)) return at
    const dot = at.indexOf('.')
    if (dot < 0) return undefined
    at = at.slice(dot + 1)
  }
}

/** A name, and all that it is below, up to the last label. */
export function suffixes(name: string): readonly string[] {
  const labels = name.split('.')
  return labels.map((_, i) => labels.slice(i).join('.'))
}

/** A name as it is compared: RFC 1034, 3.1. */
export const fullName = (text: string): string => text.replace(/\.$/, '').toLowerCase()

function readRecord(graph: Graph, document: LoadedDocument): ZoneRecord | RecordFault {
  const spec = specOf<RecordSpec>(document)
  const { type, ttl } = spec
  const fault = (field: string, summary: string): RecordFault => ({ document, field, summary })
  const zone = target(graph, document.address, 'spec.zone')
  if (zone === undefined) return fault('zone', 'its zone is not there')
  const known: readonly string[] = fields[type]
  const strange = Object.keys(spec).find((f) => !['zone', 'name', 'type', 'ttl', ...known].includes(f))
  if (strange !== undefined) return fault(strange, `${strange} says nothing in ${type}`)
  for (const needed of type === 'SRV' ? ['to', 'port'] : ['to', 'text'].filter((f) => known.includes(f)))
    if (!(needed in spec)) return fault('type', `${type} needs ${needed}`)
  const address = addressFor(graph, document, spec)
  if (typeof address === 'string') return fault('of' in spec ? 'of' : 'address' in spec ? 'address' : 'type', address)
  const owner = ownerOf(spec, nameOf(zone), address)
  if (typeof owner !== 'string') return fault('name', owner.wrong)
  const to =
    spec.to === undefined ? undefined : fullName(spec.to.includes('.') ? spec.to : `${spec.to}.${nameOf(zone)}`)
  const bad = [owner, to].find((name) => name !== undefined && !isName(name))
  if (bad !== undefined) return fault(bad === owner ? 'name' : 'to', `${bad} is no name`)
  const seen = type === 'PTR' ? addressOfReverse(owner) : address
  const of = target(graph, document.address, 'spec.of')
  return { document, zone: nameOf(zone), owner, type, ttl, value: rdataOf(spec, address, to), address: seen, of, to }
}

/** The address of an A, AAAA or PTR; undefined where the type has none or a PTR bears it in its name; a text where it is wrong. */
function addressFor(graph: Graph, document: LoadedDocument, spec: RecordSpec): ZoneRecord['address'] | string {
  const { type } = spec
  if (type !== 'A' && type !== 'AAAA' && type !== 'PTR') return undefined
  const of = target(graph, document.address, 'spec.of')
  if (of !== undefined && spec.address !== undefined) return 'it says both of and address'
  const holder = of === undefined ? undefined : graph.documents.get(of)
  const text = holder === undefined ? spec.address : specOf<{ readonly address?: string }>(holder).address
  if (text === undefined) return type === 'PTR' ? undefined : `${type} needs of or address`
  const address = addressOf(text)
  if (address === undefined)
    return of === undefined ? `${text} is no address` : `${of} is reached under ${text}, which is no address`
  if (type !== 'PTR' && (address.family === 4) !== (type === 'A'))
    return `${text} is an address of IPv${address.family}: ${address.family === 4 ? 'A' : 'AAAA'}`
  return address
}

function ownerOf(
  { name, type }: RecordSpec,
  zone: string,
  address: ZoneRecord['address'],
): string | { readonly wrong: string } {
  const inside = (full: string): boolean => full === zone || full.endsWith(`.${zone}`)
  if (type === 'PTR' && name === undefined) {
    if (address === undefined) return { wrong: 'PTR needs name, of or address' }
    const reverse = reverseName(address)
    return inside(reverse) ? reverse : { wrong: `${reverse} is not in ${zone}` }
  }
  if (type === 'PTR' && address !== undefined) return { wrong: 'the name of this PTR follows from its address' }
  const said = (name ?? '@').toLowerCase()
  if (said === '@') return zone
  if (said.endsWith('.')) return inside(fullName(said)) ? fullName(said) : { wrong: `${said} is not in ${zone}` }
  // What everybody has done once in a master file.
  return inside(said) ? { wrong: `it would be ${said}.${zone}; the name stands within its zone` } : `${said}.${zone}`
}

/** RFC 1035, 2.3.4, and 3.1 for what may stand in labels; `_` and `*` as they are in use. */
export const isName = (name: string): boolean =>
  name.length <= 253 &&
  name
    .split('.')
    .every((label, i) => (i === 0 && label === '*') || /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label))

/** RFC 1035, 3.5 and RFC 3596, 2.5. */
export function reverseName({ family, value }: { readonly family: 4 | 6; readonly value: bigint }): string {
  if (family === 4) return `${textOf(4, value).split('.').reverse().join('.')}.in-addr.arpa`
  return `${[...value.toString(16).padStart(32, '0')].reverse().join('.')}.ip6.arpa`
}

function addressOfReverse(name: string): ZoneRecord['address'] {
  const four = /^((?:\d{1,3}\.){4})in-addr\.arpa$/.exec(name)?.[1]
  if (four !== undefined) return addressOf(four.slice(0, -1).split('.').reverse().join('.'))
  const six = /^((?:[0-9a-f]\.){32})ip6\.arpa$/.exec(name)?.[1]
  return six === undefined
    ? undefined
    : { family: 6, value: BigInt(`0x${six.replaceAll('.', '').split('').reverse().join('')}`) }
}

function rdataOf(spec: RecordSpec, address: ZoneRecord['address'], to: string | undefined): string {
  const name = to === undefined ? '' : `${to}.`
  if (spec.type === 'MX') return `${spec.preference ?? 10} ${name}`
  if (spec.type === 'SRV') return `${spec.priority ?? 0} ${spec.weight ?? 0} ${spec.port ?? 0} ${name}`
  if (spec.type === 'TXT') return characterStrings(spec.text ?? '')
  return to !== undefined ? name : address === undefined ? '' : textOf(address.family, address.value)
}

/** Character strings of 255 bytes at most in quotes (RFC 1035, 3.3 and 5.1): what is no printable ASCII is written as a number. */
export function characterStrings(text: string): string {
  const bytes = [...new TextEncoder().encode(text)]
  const written = (byte: number): string => {
    const letter = String.fromCharCode(byte)
    if (letter === '"' || letter === '\\') return `\\${letter}`
    return byte >= 0x20 && byte < 0x7f ? letter : `\\${String(byte).padStart(3, '0')}`
  }
  const pieces = Array.from({ length: Math.max(1, Math.ceil(bytes.length / 255)) }, (_, i) =>
    bytes.slice(255 * i, 255 * (i + 1)),
  )
  return pieces.map((piece) => `"${piece.map(written).join('')}"`).join(' ')
}
