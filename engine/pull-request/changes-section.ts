import { nameOf } from '../model/address.ts'
import { causeText, fieldText } from '../model/change-text.ts'
import { count } from '../model/count.ts'
import type { Action, Plan, UnknownResource } from '../model/plan.ts'
import { code, table, words } from './markdown.ts'
import { type Room, some } from './room.ts'
import type { PlanTold, ServiceTold } from './told.ts'
import { changesOf, hostList, listed, listedFew, resourceText, toDo, verbCounts } from './wording.ts'

/** Hosts of one wave that need the same things. */
export interface HostGroup {
  readonly environment: string
  readonly wave: string
  readonly hosts: readonly string[]
  /** Of its first host: the others have the same ones, if not of the same content. */
  readonly actions: readonly Action[]
  readonly unknowns: readonly UnknownResource[]
  /** Groups of different waves that need the same things have the same. */
  readonly key: string
}

/** In the order of the waves; hosts of which nothing is known last. */
export function hostGroups(plan: Plan): readonly HostGroup[] {
  const actions = byHost(plan.actions)
  const unknowns = byHost(plan.unknowns)
  const wanted = new Set([...actions.keys(), ...unknowns.keys()])
  const placed = plan.waves.flatMap(({ name, environment, hosts }) =>
    hosts.map((host) => ({ host, wave: name, environment })),
  )
  const known = new Set(placed.map((p) => p.host))
  const all = [
    ...placed,
    ...[...wanted].filter((h) => !known.has(h)).map((host) => ({ host, wave: '', environment: '' })),
  ]
  const groups = new Map<string, { wave: string; environment: string; hosts: string[]; key: string }>()
  for (const { host, wave, environment } of all) {
    if (!wanted.has(host)) continue
    const key = sameness(actions.get(host) ?? [], unknowns.get(host) ?? [])
    const id = JSON.stringify([environment, wave, key])
    const group = groups.get(id)
    if (group === undefined) groups.set(id, { wave, environment, hosts: [host], key })
    else group.hosts.push(host)
  }
  return [...groups.values()].map((group) => {
    const [first = ''] = group.hosts
    return { ...group, actions: actions.get(first) ?? [], unknowns: unknowns.get(first) ?? [] }
  })
}

/** What changes: for each service, then for each wave and host. Undefined where nothing does. */
export function changesSection(told: PlanTold, groups: readonly HostGroup[], room: Room): string | undefined {
  const { plan } = told
  if (groups.length === 0) return undefined
  const hosts = new Set(plan.actions.map((a) => a.host)).size
  const heading =
    hosts === 0 ? '### What was not seen' : `### What changes on ${hosts} of ${count(plan.hosts.total, 'host')}`
  const services = servicesTable(told, room)
  const waves = room.changes === 0 ? wavesTable(groups, room) : hostsTable(groups, room)
  return [heading, notOfThisChange(plan), services, waves].filter((part) => part !== '').join('\n\n')
}

/** What somebody who wrote the change did not write: drift, and what else was left from before. */
function notOfThisChange({ actions, ignored = [], released }: Plan): string {
  const of = (cause: Action['origin']['cause']): number =>
    actions.filter((a) => a.origin.cause === cause && a.verb !== 'restart').length
  const [pending, drift, both] = [of('pending'), of('drift'), of('both')]
  const is = (n: number): string => (n === 1 ? 'is' : 'are')
  const parts = [
    ...(pending === 0 ? [] : [`${changesOf(pending)} ${is(pending)} of an earlier merge that was not applied yet`]),
    ...(drift === 0
      ? []
      : [`${changesOf(drift)} ${drift === 1 ? 'brings' : 'bring'} back what was changed on hosts by other hands`]),
    ...(both === 0
      ? []
      : [`${changesOf(both)} ${both === 1 ? 'meets' : 'meet'} what was changed on hosts by other hands`]),
    ...(ignored.length === 0
      ? []
      : [`${count(ignored.length, 'difference')} ${is(ignored.length)} left alone by an exception in force`]),
    ...(released.length === 0
      ? []
      : [
          `${count(released.length, 'resource')} ${is(released.length)} no longer declared, and left as ${released.length === 1 ? 'it is' : 'they are'}`,
        ]),
  ]
  return parts.length === 0 ? '' : `Beside what this change asks for: ${listed(parts)}.`
}

function servicesTable({ plan, services }: PlanTold, room: Room): string {
  const busy = services
    .map((service) => ({ service, actions: actionsOf(service, plan) }))
    .filter((s) => s.actions.length > 0)
  if (busy.length === 0) return ''
  const rows = some(room, busy, Math.min(room.rows, 12), 'services').map(({ service, actions }) => {
    const hosts = [...new Set(actions.map((a) => a.host))]
    return [serviceText(service), hostList(hosts, 4), distinct(actions)]
  })
  return table(['Service', 'On', 'Changes'], rows)
}

function serviceText({ address, title, owner, criticality }: ServiceTold): string {
  const facts = [
    ...(owner === undefined ? [] : [`owner ${code(nameOf(owner), 60)}`]),
    ...(criticality === undefined ? [] : [`criticality ${criticality}`]),
  ]
  const name = title === undefined ? code(nameOf(address), 80) : `${words(title, 80)} (${code(nameOf(address), 80)})`
  return [name, ...facts].join(' · ')
}

function actionsOf({ hosts, actions }: ServiceTold, plan: Plan): readonly Action[] {
  const wanted = new Set<string>(actions ?? hosts)
  return plan.actions.filter((a) => wanted.has(actions === undefined ? a.host : a.id))
}

/** Each thing once, on however many hosts it is done. */
function distinct(actions: readonly Action[]): string {
  const each = [...new Map(actions.map((a) => [`${a.verb} ${a.resource}`, a])).values()]
  if (each.length === 0) return '–'
  return each.length <= 3 ? listed(each.map((a) => `${toDo[a.verb]} ${resourceText(a.resource)}`)) : verbCounts(each)
}

function hostsTable(groups: readonly HostGroup[], room: Room): string {
  const first = new Map<string, string>()
  const rows = groups.slice(0, room.rows).map(({ wave, environment, hosts, actions, unknowns, key }) => {
    const same = first.get(key)
    if (same === undefined) first.set(key, hosts[0] ?? '')
    const lines = [
      ...some(room, actions, room.changes, 'changes').map((a) => actionLine(a, room)),
      ...(actions.length > room.changes ? [`and ${count(actions.length - room.changes, 'more change')}`] : []),
      ...some(room, unknowns, room.changes, 'changes').map((u) => unknownLine(u, room)),
    ]
    return [
      waveText(environment, wave),
      hostList(hosts),
      same === undefined ? lines.join('<br>') : `the same as ${code(same, 80)}`,
    ]
  })
  const hidden = groups.slice(room.rows).reduce((sum, g) => sum + g.hosts.length, 0)
  if (hidden > 0) room.leaveOut('hosts', hidden)
  return table(['Wave', 'Hosts', 'Changes'], rows)
}

/** Where there is no room for hosts: how many of each wave, and how much. */
function wavesTable(groups: readonly HostGroup[], room: Room): string {
  const waves = new Map<string, { name: string; hosts: number; changes: number; unknowns: number }>()
  for (const { wave, environment, hosts, actions, unknowns } of groups) {
    const name = waveText(environment, wave)
    const sum = waves.get(name) ?? { name, hosts: 0, changes: 0, unknowns: 0 }
    sum.hosts += hosts.length
    sum.changes += actions.length * hosts.length
    sum.unknowns += unknowns.length * hosts.length
    waves.set(name, sum)
  }
  const all = [...waves.values()]
  room.leaveOut(
    'hosts',
    all.reduce((sum, w) => sum + w.hosts, 0),
  )
  const shown = all.slice(0, room.rows)
  const rest = all.slice(room.rows)
  const row = (name: string, sums: typeof all): string[] => {
    const total = (of: 'hosts' | 'changes' | 'unknowns'): number => sums.reduce((sum, w) => sum + w[of], 0)
    const unknown = total('unknowns') === 0 ? '' : `, ${total('unknowns')} unknown`
    return [name, String(total('hosts')), `${changesOf(total('changes'))}${unknown}`]
  }
  const rows = [
    ...shown.map((w) => row(w.name, [w])),
    ...(rest.length === 0 ? [] : [row(`${count(rest.length, 'more wave')}`, rest)]),
  ]
  return table(['Wave', 'Hosts', 'Changes'], rows)
}

const waveText = (environment: string, wave: string): string =>
  environment === '' ? '–' : `${words(environment, 60)} · ${words(wave, 60)}`

/** `` change file `/etc/motd`: mode 0644 → 0600 · drift ``, with what somebody who agrees has to see. */
function actionLine(action: Action, room: Room): string {
  const { verb, resource, origin, reversibility, secrets, access } = action
  const field = shortField(action)
  const short = field === undefined ? '' : `: ${words(field, room.text)}`
  const notes = [
    ...(origin.cause === 'this-change' || origin.cause === 'rollback' || verb === 'restart'
      ? []
      : [words(causeText(origin), 120)]),
    ...(access === true ? ['could lock people out'] : []),
    ...(secrets === undefined || secrets.length === 0
      ? []
      : [`puts ${listedFew(secrets, 3, (s) => `secret ${code(s, 80)}`)} there`]),
    ...(reversibility === 'irreversible' ? ['**can’t be undone**'] : []),
  ]
  return `${toDo[verb]} ${resourceText(resource)}${short}${notes.map((n) => ` · ${n}`).join('')}`
}

/** The one field that changes, where it is told in a few words. */
export function shortField({ verb, fields }: Action): string | undefined {
  const [only, another] = fields
  if (verb !== 'update' || only === undefined || another !== undefined || only.text !== undefined) return undefined
  const text = fieldText(only).replace('  ', ' ')
  return text.length <= 60 ? text : undefined
}

const unknownLine = ({ resource, unknown }: UnknownResource, room: Room): string =>
  `❓ ${resource === undefined ? 'not looked at' : `${resourceText(resource)} unknown`}: ${words(unknown.detail, room.text)}`

/** As far as a row tells: contents may differ. */
const sameness = (actions: readonly Action[], unknowns: readonly UnknownResource[]): string =>
  JSON.stringify([
    actions.map((a) => [
      a.resource,
      a.verb,
      a.origin.cause,
      a.origin.setBy?.change,
      a.reversibility,
      a.secrets,
      shortField(a),
    ]),
    unknowns.map((u) => [u.resource, u.unknown.reason, u.unknown.detail]),
  ])

function byHost<Item extends { readonly host: string }>(items: readonly Item[]): ReadonlyMap<string, readonly Item[]> {
  const found = new Map<string, Item[]>()
  for (const item of items) {
    const list = found.get(item.host)
    if (list === undefined) found.set(item.host, [item])
    else list.push(item)
  }
  return found
}
