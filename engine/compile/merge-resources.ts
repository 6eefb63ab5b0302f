import { canonicalJson } from '../model/canonical.ts'
import { compareText, type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { JsonObject, Place } from '../model/document.ts'
import type { Declaration, Resource, ResourceId, ResourceType } from '../model/resource.ts'
import { nearest } from '../schema/nearest.ts'
import { codes } from './codes.ts'
import { overlaps } from './overlaps.ts'
import { withoutLoops } from './without-loops.ts'

const report = reporter(codes)

/** A reference to another resource, and where it stands. */
export interface Wish {
  readonly id: string
  readonly place: Place
}

/** A resource as one document asks for it. */
export interface Entry {
  readonly id: ResourceId
  readonly type: string
  readonly name: string
  readonly spec: JsonObject
  readonly declaration: Declaration
  readonly requires: readonly Wish[]
  readonly restartOn: readonly Wish[]
  /** Resources that shall restart when this one changes. */
  readonly notifies: readonly Wish[]
}

/** Most resources name no other. */
const none: readonly never[] = []

interface Merged {
  readonly first: Entry
  readonly entries: Entry[]
}

/** What some of a host's entries come to by themselves, and all that others could have to do with them. */
export interface Part {
  readonly entries: readonly Entry[]
  readonly resources: readonly Resource[]
  /** Whether nothing is wrong with them by themselves. */
  readonly isSound: boolean
  readonly ids: ReadonlySet<ResourceId>
  /** What they name, or their types know of, that is not among them. */
  readonly outside: ReadonlySet<ResourceId>
  /** Files that they own, whole or in part. */
  readonly owned: ReadonlyMap<string, 'whole' | 'part'>
}

export function partOf(entries: readonly Entry[], types: ReadonlyMap<string, ResourceType>): Part {
  // Which host it is for shows in findings alone, and those are told where all is merged.
  const { resources, diagnostics } = mergeResources('', entries, types)
  const ids = new Set(resources.map((r) => r.id))
  const outside = new Set<ResourceId>()
  const owned = new Map<string, 'whole' | 'part'>()
  const named = (id: ResourceId): void => void (ids.has(id) || outside.add(id))
  for (const { spec, type: name } of resources) {
    const type = types.get(name)
    for (const id of type?.after?.(spec) ?? []) named(id)
    if (type?.owns === undefined) continue
    for (const path of type.paths?.(spec) ?? []) if (owned.get(path) !== 'whole') owned.set(path, type.owns)
  }
  for (const entry of entries)
    for (const wishes of [entry.requires, entry.restartOn, entry.notifies])
      for (const wish of wishes) named(wish.id as ResourceId)
  return { entries, resources, isSound: diagnostics.length === 0, ids, outside, owned }
}

/**
 * The resources of two parts that have nothing to do with each other: as if all their entries were merged, without doing it
 * again. Undefined where they have, or where either has a finding.
 */
export function besides(a: Part, b: Part): readonly Resource[] | undefined {
  if (!a.isSound || !b.isSound) return undefined
  const [few, many] = a.ids.size < b.ids.size ? [a, b] : [b, a]
  for (const id of few.ids) if (many.ids.has(id) || many.outside.has(id)) return undefined
  for (const id of few.outside) if (many.ids.has(id)) return undefined
  const [less, more] = a.owned.size < b.owned.size ? [a.owned, b.owned] : [b.owned, a.owned]
  for (const [path, how] of less) {
    const other = more.get(path)
    if (other !== undefined && (how === 'whole' || other === 'whole')) return undefined
  }
  return [...a.resources, ...b.resources].sort((x, y) => compareText(x.id, y.id))
}

/**
 * Makes one resource of all that ask for the same, and joins what they say of each other with what their types know. Entries
 * come in the order of their documents' addresses, so that neither file names nor load order decide anything.
 */
export function mergeResources(
  host: string,
  entries: readonly Entry[],
  types: ReadonlyMap<string, ResourceType>,
): { readonly resources: readonly Resource[]; readonly diagnostics: readonly Diagnostic[] } {
  const merged = new Map<ResourceId, Merged>()
  const diagnostics: Diagnostic[] = []
  for (const entry of entries) {
    const found = merged.get(entry.id)
    if (found === undefined) merged.set(entry.id, { first: entry, entries: [entry] })
    else if (found.first.spec === entry.spec || canonicalJson(found.first.spec) === canonicalJson(entry.spec)) {
      found.entries.push(entry)
    } else diagnostics.push(conflict(host, found.first, entry))
  }
  const notified = new Map<ResourceId, ResourceId[]>()
  for (const { entries: all } of merged.values()) {
    for (const entry of all) {
      // Most name no other, and every host has many.
      if (entry.requires.length + entry.restartOn.length + entry.notifies.length === 0) continue
      for (const wish of [...entry.requires, ...entry.restartOn, ...entry.notifies]) {
        if (!merged.has(wish.id as ResourceId)) diagnostics.push(unknown(host, entry, wish, merged))
      }
      for (const { id } of entry.notifies) {
        notified.set(id as ResourceId, [...(notified.get(id as ResourceId) ?? []), entry.id])
      }
    }
  }
  const there = (ids: readonly string[]): readonly ResourceId[] => {
    if (ids.length === 0) return none
    if (ids.length > 1) return [...new Set(ids as ResourceId[])].filter((id) => merged.has(id)).sort(compareText)
    return (ids as ResourceId[]).filter((id) => merged.has(id))
  }
  const resources = [...merged.values()].map(({ first, entries: all }): Resource => {
    const written = there(idsIn(all, 'requires'))
    const known = there(types.get(first.type)?.after?.(first.spec) ?? [])
    const inferred = known.filter((id) => id !== first.id && !written.includes(id))
    const { id, type, name, spec } = first
    const declaredBy = all.map((e) => e.declaration)
    const notifying = notified.get(id)
    const restarting = idsIn(all, 'restartOn')
    const restartOn = there(notifying === undefined ? restarting : [...restarting, ...notifying])
    if (inferred.length === 0) return { id, type, name, spec, declaredBy, requires: written, restartOn }
    const requires = [...written, ...inferred].sort(compareText)
    return { id, type, name, spec, declaredBy, requires, inferred, restartOn }
  })
  const ordered = withoutLoops(resources.sort((a, b) => compareText(a.id, b.id)))
  return {
    resources: ordered.resources,
    diagnostics: [
      ...diagnostics,
      ...ordered.loops.map((l) => cycle(host, l, merged)),
      ...overlaps(host, resources, types),
    ],
  }
}

function idsIn(entries: readonly Entry[], field: 'requires' | 'restartOn'): readonly string[] {
  if (entries.every((entry) => entry[field].length === 0)) return none
  const ids: string[] = []
  for (const entry of entries) for (const wish of entry[field]) ids.push(wish.id)
  return ids
}

function cycle(host: string, loop: readonly ResourceId[], merged: ReadonlyMap<ResourceId, Merged>): Diagnostic {
  const [first] = loop
  const declaration = first === undefined ? undefined : merged.get(first)?.first.declaration
  return report('requires-cycle', {
    ...declaration?.place,
    host,
    ...(declaration !== undefined && { subject: declaration.address }),
    summary: `resources wait for each other: ${[...loop, ...loop.slice(0, 1)].join(' → ')}`,
  })
}

function conflict(host: string, first: Entry, second: Entry): Diagnostic {
  const { address, place } = first.declaration
  const keys = [...new Set([...Object.keys(first.spec), ...Object.keys(second.spec)])].sort(compareText)
  const differing = keys.filter((k) => canonicalJson(first.spec[k]) !== canonicalJson(second.spec[k]) && k !== 'sha256')
  return report('resource-conflict', {
    ...second.declaration.place,
    host,
    subject: second.declaration.address,
    summary: `${address} and ${second.declaration.address} disagree on ${first.id}`,
    detail: `They differ in ${differing.join(', ')}. The other one is at ${place.file}:${place.line}:${place.column}.`,
  })
}

function unknown(host: string, entry: Entry, wish: Wish, there: ReadonlyMap<string, unknown>): Diagnostic {
  const near = nearest(wish.id, there.keys())
  return report('unknown-resource', {
    ...wish.place,
    host,
    subject: entry.declaration.address,
    summary: `${entry.id} names ${wish.id}, which the host does not get`,
    ...(near !== undefined && { hint: `did you mean ${near}?` }),
  })
}
