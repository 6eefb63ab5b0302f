import { compareText } from '../model/diagnostic.ts'
import type { Json, JsonObject } from '../model/document.ts'
import type { Facts } from '../model/facts.ts'
import type { Graph } from '../model/graph.ts'
import type { Catalogue, ResourceId } from '../model/resource.ts'
import { compareDebianVersions } from './debian-version.ts'
import { type Difference, differences } from './differences.ts'
import type { SeenHost } from './table.ts'
import { shownSpec } from './tables/resources.ts'

/** One side of a comparison. */
export interface EstateSide {
  readonly graph: Graph
  readonly hosts: readonly string[]
  readonly catalogue: (host: string) => Catalogue
  readonly seen: ReadonlyMap<string, SeenHost>
}

/** Something that is there on one side only, or other on each. */
export interface Compared {
  readonly what: 'added' | 'removed' | 'changed' | 'upgraded' | 'downgraded'
  readonly name: string
  readonly fields: readonly Difference[]
}

export interface ComparedHost {
  readonly host: string
  /** What is wanted there. */
  readonly resources: readonly Compared[]
  /** What was seen there, by group. */
  readonly facts: readonly (Compared & { readonly group: string })[]
  /** What declared resources were seen to be like. */
  readonly states: readonly Compared[]
}

export interface Comparison {
  readonly documents: readonly Compared[]
  readonly hosts: readonly ComparedHost[]
  /** Hosts that were seen on one side only or on none: nothing can be said of what is there. */
  readonly unseen: readonly string[]
}

/** What differs between two states of the estate: documents, what they want of hosts, and what was seen there. */
export function compareEstates(before: EstateSide, after: EstateSide): Comparison {
  const names = [...new Set([...before.hosts, ...after.hosts])].sort(compareText)
  const both = (host: string): boolean => before.seen.has(host) && after.seen.has(host)
  const hosts = names.map((host) => compareHost(host, before, after))
  return {
    documents: compareMaps(documentsOf(before.graph), documentsOf(after.graph)),
    hosts: hosts.filter((h) => h.resources.length + h.facts.length + h.states.length > 0),
    unseen: names.filter((host) => !both(host)),
  }
}

function compareHost(host: string, before: EstateSide, after: EstateSide): ComparedHost {
  const [was, is] = [before.seen.get(host), after.seen.get(host)]
  const same = was !== undefined && was.digest === is?.digest
  const seen = was !== undefined && is !== undefined && !same
  return {
    host,
    resources: compareMaps(wantedOn(before, host), wantedOn(after, host)),
    facts: seen ? compareFacts(was.facts, is.facts) : [],
    states: seen ? compareMaps(statesOf(was, is), statesOf(is, was)) : [],
  }
}

const documentsOf = (graph: Graph): ReadonlyMap<string, Json> =>
  new Map(
    [...graph.documents].map(([address, { document }]) => {
      const { metadata, spec } = document
      return [address, { metadata: metadata as unknown as JsonObject, spec }]
    }),
  )

const wantedOn = (side: EstateSide, host: string): ReadonlyMap<string, Json> =>
  new Map(
    (side.hosts.includes(host) ? side.catalogue(host).resources : []).map((r) => [
      r.id,
      { ...shownSpec(r.spec), ...(r.requires.length > 0 && { requires: r.requires }) },
    ]),
  )

/** Of the resources that both sides know something of: where one is unknown, or was not looked at, nothing is concluded. */
function statesOf(side: SeenHost, other: SeenHost): ReadonlyMap<string, Json> {
  const known = (seen: SeenHost, id: ResourceId): boolean =>
    (seen.observations.get(id)?.status ?? 'unknown') !== 'unknown'
  return new Map(
    [...side.observations].flatMap(([id, o]) =>
      o.status === 'present' && known(other, id) ? [[id, o.state as Json] as const] : [],
    ),
  )
}

function compareMaps(before: ReadonlyMap<string, Json>, after: ReadonlyMap<string, Json>): readonly Compared[] {
  const names = [...new Set([...before.keys(), ...after.keys()])].sort(compareText)
  return names.flatMap((name): readonly Compared[] => {
    const [was, is] = [before.get(name), after.get(name)]
    if (was === undefined || is === undefined)
      return [{ what: was === undefined ? 'added' : 'removed', name, fields: [] }]
    const fields = differences(was, is)
    return fields.length === 0 ? [] : [{ what: 'changed', name, fields }]
  })
}

/** By which name one thing of a group is the same on both sides. Groups that are others at every look are not compared. */
const names: { readonly [Name in keyof Facts]?: (item: Readonly<Record<string, Json>>) => string } = {
  packages: (p) => (p['architecture'] === undefined ? String(p['name']) : `${p['name']}:${p['architecture']}`),
  services: (s) => String(s['name']),
  users: (u) => String(u['name']),
  interfaces: (i) => String(i['name']),
  mounts: (m) => String(m['path']),
  listeners: (l) => `${l['protocol']} ${l['address']}:${l['port']}`,
  routes: (r) => [r['to'], r['via'], r['interface']].filter((part) => part !== undefined).join(' '),
  keys: (k) => `${k['user']} ${k['fingerprint']}`,
  sudoers: (s) => `${s['file']}: ${s['rule']}`,
  cron: (c) => `${c['file']}: ${c['schedule']} ${c['user']} ${c['command']}`,
  certificates: (c) => String(c['file']),
}
const single = ['os', 'kernel', 'hardware'] as const

/** Groups that were not seen on both sides are left out. */
function compareFacts(before: Facts, after: Facts): ComparedHost['facts'] {
  const groups = Object.entries(names).flatMap(([group, nameOf]) => {
    const [was, is] = [before, after].map((facts) => facts[group as keyof Facts] as unknown as readonly JsonObject[])
    if (was === undefined || is === undefined) return []
    return compareMaps(byName(was, nameOf), byName(is, nameOf)).map((c) => ({ group, ...asVersions(group, c) }))
  })
  const whole = single.flatMap((group) => {
    const [was, is] = [before[group], after[group]]
    if (was === undefined || is === undefined) return []
    const fields = differences(was as unknown as JsonObject, is as unknown as JsonObject)
    return fields.length === 0 ? [] : [{ group, what: 'changed' as const, name: group, fields }]
  })
  return [...whole, ...groups]
}

const byName = (list: readonly JsonObject[], nameOf: (item: JsonObject) => string): ReadonlyMap<string, Json> =>
  // How full a disk is differs at every look.
  new Map(list.map(({ used: _, ...item }) => [nameOf(item), item]))

function asVersions(group: string, compared: Compared): Compared {
  const version = compared.fields.find((f) => f.path === 'version')
  if (group !== 'packages' || typeof version?.before !== 'string' || typeof version.after !== 'string') return compared
  return {
    ...compared,
    what: compareDebianVersions(version.before, version.after) < 0 ? 'upgraded' : 'downgraded',
  }
}
