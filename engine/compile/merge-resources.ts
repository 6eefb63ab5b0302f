import { canonicalJson } from '../model/canonical.ts'
import { compareText, type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { JsonObject, Place } from '../model/document.ts'
import type { Declaration, Resource, ResourceId } from '../model/resource.ts'
import { nearest } from '../schema/nearest.ts'
import { codes } from './codes.ts'

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
  readonly notifies?: readonly Wish[]
}

interface Merged {
  readonly first: Entry
  readonly entries: Entry[]
}

/**
 * Makes one resource of all that ask for the same. Entries come in the order of their documents' addresses, so that
 * neither file names nor load order decide anything.
 */
export function mergeResources(
  host: string,
  entries: readonly Entry[],
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
  const resolve = (wishes: readonly Wish[]): ResourceId[] =>
    [...new Set(wishes.map((w) => w.id))]
      .filter((id): id is ResourceId => merged.has(id as ResourceId))
      .sort(compareText)
  const resources: Resource[] = []
  for (const { first, entries: all } of merged.values()) {
    const requires = all.flatMap((e) => e.requires)
    const restartOn = all.flatMap((e) => e.restartOn)
    for (const wish of [...requires, ...restartOn]) {
      if (!merged.has(wish.id as ResourceId)) diagnostics.push(unknown(host, first, wish, merged))
    }
    resources.push({
      id: first.id,
      type: first.type,
      name: first.name,
      spec: first.spec,
      declaredBy: all.map((e) => e.declaration),
      requires: requires.length === 0 ? [] : resolve(requires),
      restartOn: restartOn.length === 0 ? [] : resolve(restartOn),
    })
  }
  return { resources: resources.sort((a, b) => compareText(a.id, b.id)), diagnostics }
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
