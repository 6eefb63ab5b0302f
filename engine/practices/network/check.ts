import { type Address, nameOf } from '../../model/address.ts'
import { type Diagnostic, reporter } from '../../model/diagnostic.ts'
import type { LoadedDocument } from '../../model/document.ts'
import { type Graph, target } from '../../model/graph.ts'
import { type PracticeInput, specOf } from '../../model/practice.ts'
import { addressPlan, type PlannedPrefix, type UsedAddress } from './address-plan.ts'
import { checkCabling } from './check-cabling.ts'
import { checkDns } from './check-dns.ts'
import { checkInterfaces } from './check-interfaces.ts'
import { codes } from './codes.ts'
import { addressOf, cidrOf, textOf, usable } from './ip.ts'
import { portsOf } from './ports.ts'
import type { Tell } from './tell.ts'

const report = reporter(codes)

/**
 * Addresses that are given twice or can't be, prefixes that are in each other's way, numbers that stand for two networks, bad cabling, and
 * names that lead nowhere. Everything is looked up in an index; nothing is compared with everything else.
 */
export function checkNetwork({ graph, locate }: PracticeInput): readonly Diagnostic[] {
  const findings: Diagnostic[] = []
  const tell: Tell = (code, document, path, summary) =>
    findings.push(report(code, { summary, ...locate(document, ['spec', ...path]), subject: document.address }))
  checkForms(graph, tell)
  checkVlans(graph, tell)
  const plan = addressPlan(graph)
  for (const prefix of plan.prefixes) checkPrefix(graph, prefix, tell)
  checkDuplicates(plan.addresses, tell)
  // Who describes no networks at all is not asked for them.
  if (plan.prefixes.length > 0)
    for (const { document, path, family, value } of plan.orphans)
      tell('address-orphan', document, path, `no prefix holds ${textOf(family, value)}`)
  const ports = portsOf(graph)
  checkInterfaces(graph, ports, tell)
  checkCabling(graph, ports, tell)
  checkDns(graph, plan, tell)
  return findings
}

function checkForms(graph: Graph, tell: Tell): void {
  for (const document of graph.ofKind('Address')) {
    const { address } = specOf<{ readonly address: string }>(document)
    if (addressOf(address) === undefined) tell('address-form', document, ['address'], `${address} is no address`)
  }
  for (const document of graph.ofKind('Prefix')) {
    const {
      prefix,
      gateway,
      reserved = [],
    } = specOf<{ readonly prefix: string; readonly gateway?: string; readonly reserved?: readonly string[] }>(document)
    const cidr = cidrOf(prefix)
    if (cidr === undefined) tell('prefix-form', document, ['prefix'], `${prefix} is no prefix`)
    else if (cidr.hostBits)
      tell(
        'prefix-form',
        document,
        ['prefix'],
        `${prefix} is inside of ${textOf(cidr.family, cidr.first)}/${cidr.length}`,
      )
    if (cidr === undefined) continue
    const inside = (text: string): boolean => {
      const found = addressOf(text)
      return (
        found !== undefined && found.family === cidr.family && found.value >= cidr.first && found.value <= cidr.last
      )
    }
    if (gateway !== undefined && !inside(gateway))
      tell('prefix-form', document, ['gateway'], `${gateway} is not in ${prefix}`)
    for (const [i, range] of reserved.entries())
      if (!range.split('-').every(inside))
        tell('prefix-form', document, ['reserved', i], `${range} is not in ${prefix}`)
  }
}

function checkVlans(graph: Graph, tell: Tell): void {
  const known = new Map<string, Address>()
  const [everywhere, atSites] = [[] as LoadedDocument[], [] as LoadedDocument[]]
  const siteOf = (d: LoadedDocument) => target(graph, d.address, 'spec.site')
  for (const vlan of graph.ofKind('Vlan')) (siteOf(vlan) === undefined ? everywhere : atSites).push(vlan)
  for (const vlan of [...everywhere, ...atSites]) {
    const { vid } = specOf<{ readonly vid: number }>(vlan)
    const site = siteOf(vlan)
    const other = known.get(`${vid}`) ?? known.get(`${vid} ${site}`)
    if (other !== undefined) tell('vlan-duplicate', vlan, ['vid'], `${vid} is ${nameOf(other)}, too`)
    else known.set(site === undefined ? `${vid}` : `${vid} ${site}`, vlan.address)
  }
}

function checkPrefix(graph: Graph, prefix: PlannedPrefix, tell: Tell): void {
  const { document, cidr, parent, role, used } = prefix
  if (parent !== undefined) {
    const name = nameOf(parent.document.address)
    if (parent.cidr.length === cidr.length) tell('prefix-duplicate', document, ['prefix'], `it is the same as ${name}`)
    else if (parent.role !== 'container')
      tell('prefix-overlap', document, ['prefix'], `it lies inside of ${name}, which is no container`)
    const site = (p: PlannedPrefix) => target(graph, p.document.address, 'spec.site')
    const [inner, outer] = [site(prefix), site(parent)]
    if (inner !== undefined && outer !== undefined && inner !== outer)
      tell('prefix-site', document, ['site'], `it is at ${nameOf(inner)}, and ${name} around it at ${nameOf(outer)}`)
  }
  for (const { document: holder, path, family, value, length } of used)
    if (length !== undefined && length !== cidr.length && role !== 'pool')
      tell(
        'address-length',
        holder,
        path,
        `${textOf(family, value)}/${length} is in ${nameOf(document.address)}, which is a /${cidr.length}`,
      )
  if (role !== 'network') return
  const [first, last] = usable(cidr)
  for (const { document: holder, path, family, value } of used)
    if (value < first || value > last)
      tell(
        'address-unusable',
        holder,
        path,
        `${textOf(family, value)} is the ${value < first ? 'first' : 'last'} address of ${nameOf(document.address)}`,
      )
}

function checkDuplicates(addresses: readonly UsedAddress[], tell: Tell): void {
  const holders = new Map<string, UsedAddress>()
  for (const used of addresses) {
    const key = `${used.vrf ?? ''} ${used.family} ${used.value}`
    const other = holders.get(key)
    if (other === undefined) holders.set(key, used)
    else if (!(used.shared && other.shared) && !isOneThing(used, other) && !areApart(used, other))
      tell(
        'address-duplicate',
        used.document,
        used.path,
        `${other.document.address} has ${textOf(used.family, used.value)}, too`,
      )
  }
}

interface HostSpec {
  readonly ssh?: { readonly port?: number; readonly jump?: string }
}

/** Two hosts that are reached by different ports of one address, or behind different others. */
function areApart(a: UsedAddress, b: UsedAddress): boolean {
  if (a.document.document.kind !== 'Host' || b.document.document.kind !== 'Host') return false
  const [x, y] = [a, b].map((u) => specOf<HostSpec>(u.document).ssh ?? {})
  return x?.port !== y?.port || x?.jump !== y?.jump
}

/** A host, an `Address` of it, and one of its interfaces may all say so. */
const isOneThing = (a: UsedAddress, b: UsedAddress): boolean =>
  a.owner !== undefined && a.owner === b.owner && a.document.document.kind !== b.document.document.kind
