import { type Address, nameOf } from '../../model/address.ts'
import { type Graph, target } from '../../model/graph.ts'
import { specOf } from '../../model/practice.ts'
import { addressBook } from './address-book.ts'
import type { AddressPlan } from './address-plan.ts'
import {
  type Dns,
  dnsOf,
  fullName,
  isName,
  reverseName,
  suffixes,
  type ZoneRecord,
  type ZoneSpec,
  zoneOf,
} from './dns.ts'
import { textOf } from './ip.ts'
import type { Tell } from './tell.ts'

/** Records that can't stand beside each other, and names that lead nowhere. */
export function checkDns(graph: Graph, plan: AddressPlan, tell: Tell): void {
  const dns = dnsOf(graph)
  if (dns.zones.size === 0) return
  for (const { document, field, summary } of dns.faults) tell('dns-form', document, [field], summary)
  for (const [owner, records] of dns.byOwner) checkOwner(owner, records, tell)
  checkLoops(dns, tell)
  checkTargets(dns, tell)
  checkAddresses(dns, plan, retiredHosts(graph), graph, tell)
  checkReverse(dns, tell)
}

/** What stands under one name. */
function checkOwner(owner: string, records: readonly ZoneRecord[], tell: Tell): void {
  const alias = records.find((r) => r.type === 'CNAME')
  const [known, ttls] = [new Map<string, ZoneRecord>(), new Map<string, ZoneRecord>()]
  for (const record of records) {
    const { document, type, value, ttl } = record
    const same = known.get(`${type} ${value}`)
    if (same !== undefined) tell('dns-duplicate', document, ['type'], `${nameOf(same.document.address)} says the same`)
    else known.set(`${type} ${value}`, record)
    if (alias !== undefined && alias !== record && same === undefined)
      tell(
        'dns-cname',
        document,
        ['type'],
        `${owner} is a CNAME by ${nameOf(alias.document.address)}, and can't have ${type === 'CNAME' ? 'another' : type} beside it`,
      )
    const first = ttls.get(type) ?? record
    ttls.set(type, first)
    if (first.ttl !== ttl)
      tell(
        'dns-ttl',
        document,
        ['ttl'],
        `${owner} ${type} lives ${ttl ?? 'as its zone says'}, and by ${nameOf(first.document.address)} ${first.ttl ?? 'as its zone says'}`,
      )
  }
  // The zone itself has SOA and NS.
  if (alias !== undefined && alias.owner === alias.zone)
    tell('dns-cname', alias.document, ['type'], `${owner} is a zone, and can't be a CNAME`)
}

/** Each CNAME leads to one other name: a walk marks what it came by, and nothing is walked twice. */
function checkLoops({ byOwner, records }: Dns, tell: Tell): void {
  const done = new Set<string>()
  const next = (name: string) => byOwner.get(name)?.find((r) => r.type === 'CNAME')
  for (const start of records) {
    const way = new Set<string>()
    let at = start.type === 'CNAME' && !done.has(start.owner) ? start : undefined
    while (at?.to !== undefined && !done.has(at.owner) && !way.has(at.owner)) {
      way.add(at.owner)
      at = next(at.to)
    }
    if (at !== undefined && way.has(at.owner)) {
      const circle = [...way].slice([...way].indexOf(at.owner))
      tell('dns-cname-loop', at.document, ['to'], `${[...circle, at.owner].slice(0, 8).join(' → ')}`)
    }
    for (const name of way) done.add(name)
  }
}

type Found = 'data' | 'alias' | 'nothing' | 'elsewhere'

/** What is under a name: `elsewhere` where it is in no zone of ours, or in a part of one that others look after. */
function lookUp({ zones, byOwner }: Dns, name: string): Found {
  const zone = zoneOf(zones, name)
  if (zone === undefined) return 'elsewhere'
  const records = byOwner.get(name) ?? []
  if (records.some((r) => r.type === 'CNAME')) return 'alias'
  if (records.length > 0) return 'data'
  for (const parent of suffixes(name)) {
    if (parent === zone) break
    if (byOwner.get(parent)?.some((r) => r.type === 'NS') === true) return 'elsewhere'
    // RFC 4592: a star stands for what is not there.
    if (byOwner.has(`*.${parent.slice(parent.indexOf('.') + 1)}`)) return 'data'
  }
  return 'nothing'
}

function checkTargets(dns: Dns, tell: Tell): void {
  for (const { document, type, to } of dns.records) {
    if (to === undefined || type === 'PTR') continue
    const found = lookUp(dns, to)
    if (found === 'nothing') tell('dns-dangling', document, ['to'], `${to} is not there`)
    if (found === 'alias' && type !== 'CNAME')
      tell('dns-cname', document, ['to'], `${type} can't lead to ${to}, which is a CNAME`)
  }
  for (const zone of dns.zones.values())
    for (const [i, server] of specOf<ZoneSpec>(zone).nameServers.entries()) {
      const name = fullName(server)
      const found = lookUp(dns, name)
      if (!isName(name)) tell('dns-form', zone, ['nameServers', i], `${name} is no name`)
      else if (found === 'nothing') tell('dns-dangling', zone, ['nameServers', i], `${server} is not there`)
      if (found === 'alias') tell('dns-cname', zone, ['nameServers', i], `NS can't lead to ${server}, which is a CNAME`)
    }
}

/** Hosts whose machine is retired or gone, and the asset that says so. */
function retiredHosts(graph: Graph): ReadonlyMap<Address, Address> {
  return new Map(
    graph.ofKind('Asset').flatMap((asset): readonly (readonly [Address, Address])[] => {
      const { state } = specOf<{ readonly state?: string }>(asset)
      const host = state === 'retired' || state === 'disposed' ? target(graph, asset.address, 'spec.host') : undefined
      return host === undefined ? [] : [[host, asset.address]]
    }),
  )
}

function checkAddresses(
  dns: Dns,
  plan: AddressPlan,
  retired: ReadonlyMap<Address, Address>,
  graph: Graph,
  tell: Tell,
): void {
  const book = addressBook(plan)
  for (const { document, type, address, of } of dns.records) {
    if (address === undefined || type === 'PTR') continue
    const { family, value } = address
    const holders = book.holdersOf(family, value)
    if (of === undefined && holders.length === 0 && book.isHeld(family, value) && !book.isKept(family, value))
      tell('dns-dangling', document, ['address'], `nothing has ${textOf(family, value)}`)
    const host = of === undefined ? holders[0]?.owner : of.startsWith('Host/') ? of : target(graph, of, 'spec.host')
    const asset = host === undefined ? undefined : retired.get(host)
    if (asset !== undefined)
      tell(
        'dns-retired',
        document,
        [of === undefined ? 'address' : 'of'],
        `${nameOf(asset)} says that ${host} is retired`,
      )
  }
}

/** Addresses of our reverse zones lead to a name that leads back. */
function checkReverse({ zones, byOwner, records }: Dns, tell: Tell): void {
  const asked = new Set<string>()
  for (const { document, type, owner, address } of records) {
    if (type !== 'A' && type !== 'AAAA') continue
    if (address === undefined || owner.startsWith('*')) continue
    const reverse = reverseName(address)
    const zone = asked.has(reverse) || byOwner.has(reverse) ? undefined : zoneOf(zones, reverse)
    asked.add(reverse)
    // A CNAME or NS there gives it into other hands (RFC 2317).
    if (zone !== undefined && !suffixes(reverse).some((s) => s !== zone && s.endsWith(zone) && byOwner.has(s)))
      tell('dns-reverse', document, ['name'], `${textOf(address.family, address.value)} has no PTR in ${zone}`)
  }
  for (const { document, type, address, to } of records) {
    if (type !== 'PTR' || address === undefined || to === undefined || zoneOf(zones, to) === undefined) continue
    const back = byOwner.get(to) ?? []
    if (
      !back.some((r) => r.type !== 'PTR' && r.address?.family === address.family && r.address.value === address.value)
    )
      tell('dns-reverse', document, ['to'], `${to} does not have ${textOf(address.family, address.value)}`)
  }
}
