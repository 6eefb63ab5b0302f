import { escapeControls } from '../../model/escape.ts'
import type { Facts, HostFacts } from '../../model/facts.ts'
import type { FactsOf } from '../../pipeline/facts.ts'
import type { Colors } from '../terminal.ts'
import { minute } from './change-facts.ts'
import { columns } from './columns.ts'

type Rows = readonly (readonly string[])[]
type RowsOf = { readonly [Name in keyof Facts]-?: (fact: NonNullable<Facts[Name]>) => Rows }

/** What is known of a host, group after group; what is not known says why. */
export function factsText(found: FactsOf, c: Colors): string {
  const head = `${c.bold(found.host)}  ${c.dim(`seen ${found.at.slice(0, 19).replace('T', ' ')} UTC`)}`
  if ('failure' in found) {
    const { reason, detail } = found.failure
    return `${head}\n  ${c.red('unknown')}  ${reason}: ${safe(detail)}\n`
  }
  const names = Object.keys(rowsOf) as (keyof Facts)[]
  return `${[head, ...names.flatMap((name) => group(name, found.facts, c))].join('\n')}\n`
}

function group<Name extends keyof Facts>(name: Name, { facts, unknown }: HostFacts, c: Colors): string[] {
  const missing = unknown[name]
  if (missing !== undefined)
    return ['', `  ${c.bold(name)}`, `    ${c.yellow('unknown')}  ${missing.reason}: ${safe(missing.detail)}`]
  const fact = facts[name]
  if (fact === undefined) return []
  const rows = (rowsOf[name] as (fact: NonNullable<Facts[Name]>) => Rows)(fact as NonNullable<Facts[Name]>).map((row) =>
    row.map(safe),
  )
  const number = Array.isArray(fact) ? c.dim(`  ${fact.length === 0 ? 'none' : fact.length}`) : ''
  return ['', `  ${c.bold(name)}${number}`, ...columns(rows, { indent: '    ' })]
}

/** A cell stays on its line. */
const safe = (text: string): string => escapeControls(text.replaceAll('\n', ' '))

const optional = (label: string, value: string | undefined): Rows => (value === undefined ? [] : [[label, value]])

/** In the order in which they are shown. */
const rowsOf: RowsOf = {
  os: (os) => [['name', os.name], ...optional('release', os.codename), ['host name', os.hostname]],
  kernel: (kernel) => [
    ['release', kernel.release],
    ['version', kernel.version],
    ...optional('started with', kernel.commandLine),
  ],
  hardware: (machine) => [
    ...optional('made by', machine.vendor),
    ...optional('model', machine.model),
    ...optional('serial', machine.serial),
    ...optional('runs on', machine.virtualisation),
    ['processor', `${machine.cpu.count} × ${machine.cpu.model ?? machine.cpu.architecture}`],
    ['memory', bytes(machine.memory)],
    ...machine.disks.map((d) => [`disk ${d.name}`, [bytes(d.size), d.model, d.serial].filter(Boolean).join(', ')]),
  ],
  uptime: ({ since, seconds }) => [
    ['started', minute(since)],
    ['runs for', duration(seconds)],
  ],
  clock: ({ offset, synchronised }) => [
    ['offset', `${offset >= 0 ? '+' : ''}${offset} s`],
    ...optional('kept by NTP', synchronised === undefined ? undefined : synchronised ? 'yes' : 'no'),
  ],
  interfaces: (all) => all.map((i) => [i.name, i.up ? 'up' : 'down', i.mac ?? '', i.addresses.join(' ')]),
  routes: (all) => all.map((r) => [r.to, r.via === undefined ? '' : `via ${r.via}`, r.interface ?? '']),
  neighbours: (all) =>
    all.map((n) => [
      n.interface,
      n.address ?? '',
      n.mac ?? '',
      [n.system, n.port].filter((t) => t !== undefined).join(' '),
    ]),
  listeners: (all) =>
    all.map((l) => [
      l.protocol,
      l.address.includes(':') ? `[${l.address}]:${l.port}` : `${l.address}:${l.port}`,
      l.process ?? '',
    ]),
  mounts: (all) => all.map((m) => [m.path, m.source, m.type, used(m)]),
  packages: (all) =>
    all.map((p) => [
      p.name,
      p.version,
      [p.held === true ? 'held' : '', p.manual === false ? 'needed' : ''].join(' ').trim(),
    ]),
  services: (all) =>
    all.map((s) => [s.name, s.failed === true ? 'failed' : s.running ? 'running' : 'stopped', s.enabled ?? '']),
  users: (all) =>
    all.map((u) => [
      u.name,
      String(u.uid),
      u.shell,
      u.groups.join(' '),
      u.expires === undefined ? '' : `until ${u.expires}`,
    ]),
  keys: (all) => all.map((k) => [k.user, k.fingerprint, k.comment ?? '', k.options ?? '']),
  sudoers: (all) => all.map((s) => [s.file, s.rule]),
  cron: (all) => all.map((j) => [j.user, j.schedule, j.command, j.file]),
  certificates: (all) => all.map((x) => [x.file, x.subject, `until ${x.until.slice(0, 10)}`]),
  logins: (all) => all.map((l) => [minute(l.at), l.user, l.from ?? '']),
  lastLogins: ({ accounts }) => accounts.map((l) => [l.user, minute(l.at), l.from ?? '']),
}

function bytes(n: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']
  const power = n < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(n) / 10))
  const value = n / 2 ** (10 * power)
  return `${value < 10 && power > 0 ? value.toFixed(1) : Math.round(value)} ${units[power]}`
}

function duration(seconds: number): string {
  const [days, hours, minutes] = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3600) % 24,
    Math.floor(seconds / 60) % 60,
  ]
  if (days > 0) return `${days} d ${hours} h`
  return hours > 0 ? `${hours} h ${minutes} min` : `${minutes} min`
}

function used({ size, used: full }: NonNullable<Facts['mounts']>[number]): string {
  if (size === undefined || full === undefined) return ''
  return `${bytes(full)} of ${bytes(size)}${size === 0 ? '' : ` (${Math.round((100 * full) / size)} %)`}`
}
