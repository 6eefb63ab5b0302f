import { nameOf } from '../../model/address.ts'
import { compareText, type Diagnostic, reporter } from '../../model/diagnostic.ts'
import type { LoadedDocument, Locate } from '../../model/document.ts'
import { type Graph, target } from '../../model/graph.ts'
import { specOf } from '../../model/practice.ts'
import { codes } from './codes.ts'
import { dnsOf, fullName, type ZoneRecord, type ZoneSpec } from './dns.ts'

const report = reporter(codes)

/**
 * A zone as a master file (RFC 1035, 5), as BIND, NSD, Knot and PowerDNS read it. Names are written in full, so that nothing depends on an
 * origin. Records that can't be written are told: a file without them would take their names out of the world.
 * @param serial of the zone; secondary servers fetch it anew once it is higher (RFC 1982)
 */
export function zoneFile(
  { graph, locate }: { readonly graph: Graph; readonly locate: Locate },
  zone: LoadedDocument,
  serial: number,
): { readonly text: string; readonly faults: readonly Diagnostic[] } {
  const dns = dnsOf(graph)
  const faults = dns.faults
    .filter(({ document }) => target(graph, document.address, 'spec.zone') === zone.address)
    .map(({ document, field, summary }) =>
      report('dns-form', { summary, ...locate(document, ['spec', field]), subject: document.address }),
    )
  return { text: textOfZone(zone, dns.records, serial), faults }
}

function textOfZone(zone: LoadedDocument, all: readonly ZoneRecord[], serial: number): string {
  const name = nameOf(zone.address)
  const { nameServers, contact, ttl = 3600, ...times } = specOf<ZoneSpec>(zone)
  const { refresh = 7200, retry = 900, expire = 1_209_600, negativeTtl = 900 } = times
  const servers = nameServers.map((server) => `${fullName(server)}.`)
  const records = all.filter((r) => r.zone === name)
  const line = (owner: string, type: string, value: string, lives?: number): string =>
    [`${owner}.`, ...(lives === undefined ? [] : [lives]), 'IN', type, value].join('\t')
  const own = new Set(servers)
  return `${[
    `$ORIGIN ${name}.`,
    `$TTL ${ttl}`,
    line(name, 'SOA', `${servers[0]} ${mailbox(contact)} ${serial} ${refresh} ${retry} ${expire} ${negativeTtl}`),
    ...servers.map((server) => line(name, 'NS', server)),
    ...records
      .filter((r) => !(r.type === 'NS' && r.owner === name && own.has(r.value)))
      .sort(byName)
      .map((r) => line(r.owner, r.type, r.value, r.ttl)),
  ].join('\n')}\n`
}

/** By owner from the zone downwards (RFC 4034, 6.1), then by type and value: the same documents give the same file. */
function byName(a: ZoneRecord, b: ZoneRecord): number {
  return compareText(turned(a.owner), turned(b.owner)) || compareText(a.type, b.type) || compareText(a.value, b.value)
}

const turned = (name: string): string => name.split('.').reverse().join('\0')

/** RFC 1035, 8: dots of its first part are no borders of labels. */
function mailbox(address: string): string {
  const at = address.lastIndexOf('@')
  return `${address.slice(0, at).replace(/[.;()]/g, '\\$&')}.${fullName(address.slice(at + 1))}.`
}
