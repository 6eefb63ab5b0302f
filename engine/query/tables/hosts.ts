import { column, type Row, type Sources, type Table } from '../table.ts'
import { documentColumns, documentRow } from './documents.ts'

/** What a document says of each host, beside what was last seen of it. */
export const hosts: Table = {
  name: 'hosts',
  about: 'each Host document, and the facts that were last seen of it',
  columns: [
    ...documentColumns.filter((c) => c.name !== 'kind'),
    column('environment', 'text', 'the environment it belongs to'),
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

function hostRow(document: Parameters<typeof documentRow>[0], { seen }: Sources): Row {
  const last = seen.get(document.document.metadata.name)
  const { environment = null, site = null } = document.document.spec
  const { os, kernel, hardware, interfaces, uptime, clock, packages } = last?.facts ?? {}
  const row: Record<string, unknown> = {
    ...documentRow(document),
    environment,
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
