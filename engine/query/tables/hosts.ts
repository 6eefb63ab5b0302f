import { nameOf } from '../../model/address.ts'
import { column, type Row, type Sources, type Table } from '../table.ts'
import { documentColumns, documentRow } from './documents.ts'

/** What a document says of each host, beside what was last seen of it. */
export const hosts: Table = {
  name: 'hosts',
  about: 'each Host document, and the facts that were last seen of it',
  columns: [
    ...documentColumns.filter((c) => c.name !== 'kind'),
    column('environment', 'text', 'the environment it belongs to'),
    column('follows', 'text', 'main, or the release that its environment follows'),
    column('site', 'text', 'where it stands'),
    column('os', 'map', 'id, version, codename, name, hostname'),
    column('kernel', 'map', 'release, version, commandLine'),
    column('hardware', 'map', 'vendor, model, serial, virtualisation, cpu, memory, disks'),
    column('addresses', 'list', 'addresses that its interfaces have, with prefix length'),
    column('uptime', 'map', 'since, seconds'),
    column('clock', 'map', 'offset in seconds, synchronised'),
    column('packages', 'number', 'how many are installed'),
    column('seen', 'time', 'when it was last looked at'),
    column('since', 'time', 'since when it is as it is'),
  ],
  shown: ['name', 'environment', 'site', 'spec.address', 'os.name', 'kernel.release', 'seen'],
  observed: true,
  rows: (sources) => sources.graph.ofKind('Host').map((document) => hostRow(document, sources)),
}

/** What a host's environment says that it follows: `main`, or `platform/1.4.0`. */
function followed(graph: Sources['graph'], environment: unknown): string {
  const name = typeof environment === 'string' ? nameOf(environment) : ''
  const follows = graph.documents.get(`Environment/${name}`)?.document.spec['follows']
  const release = typeof follows === 'object' && follows !== null && 'release' in follows ? follows.release : undefined
  return typeof release === 'string' ? release : 'main'
}

function hostRow(document: Parameters<typeof documentRow>[0], { seen, graph }: Sources): Row {
  const last = seen.get(document.document.metadata.name)
  const { environment = null, site = null } = document.document.spec
  const { os, kernel, hardware, interfaces, uptime, clock, packages } = last?.facts ?? {}
  const row: Record<string, unknown> = {
    ...documentRow(document),
    environment,
    follows: followed(graph, environment),
    site,
    os,
    kernel,
    hardware,
    addresses: interfaces?.flatMap((i) => i.addresses),
    uptime,
    clock,
    packages: packages?.length,
    seen: last?.seen,
    since: last?.since,
  }
  return row as Row
}
