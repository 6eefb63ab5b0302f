import type { Digest } from '../model/canonical.ts'
import { compareText, reporter } from '../model/diagnostic.ts'
import type { Json, JsonObject } from '../model/document.ts'
import type { FactName, Facts, HostFacts } from '../model/facts.ts'
import type { Catalogue, Observation, ResourceId, Unknown } from '../model/resource.ts'
import type { HostObservation } from '../observe/observe-host.ts'
import type { Look, Snapshot, Store } from '../ports/store.ts'
import { codes } from './codes.ts'
import { refusal } from './records.ts'
import type { World } from './world.ts'

const report = reporter(codes)

/** What was seen of a host, as far as snapshots hold it. */
export interface Seen {
  readonly host: string
  readonly digest: Digest
  /** First and last look that showed all of this. */
  readonly since: string
  readonly seen: string
  /** When facts, and when declared resources, were last looked at. */
  readonly factsSeen?: string
  readonly resourcesSeen?: string
  readonly facts: Facts
  readonly unknown: HostFacts['unknown']
  readonly observations: ReadonlyMap<ResourceId, Observation>
}

/** What one look at a host brought. */
export interface Looked {
  readonly host: string
  readonly at: string
  readonly observations: ReadonlyMap<ResourceId, Observation>
  readonly facts?: HostFacts
  /** Nothing is known: then there is nothing to keep. */
  readonly failure?: Unknown
}

/** The part of a snapshot that holds declared resources; the others are named after their facts. */
const resourcesPart = 'resources'

/** Facts that are others at every look. */
const fleetingFacts: ReadonlySet<string> = new Set<FactName>(['uptime', 'clock', 'logins', 'lastLogins', 'neighbours'])

/** Keeps what was seen. It never fails a command: a store that is broken costs the past, not the work. */
export async function keepLooks(world: World, looks: Iterable<Looked>, commit: string | undefined): Promise<void> {
  if (world.asOf !== undefined) return
  try {
    const known = [...looks].filter((look) => look.failure === undefined)
    if (known.length > 0) await (await world.store()).put(known.map((look) => lookOf(look, commit)))
  } catch (error) {
    const summary = `what was seen could not be kept: ${reasonOf(error)}`
    world.emit({ type: 'diagnostic', diagnostic: report('store-broken', { summary, severity: 'warning' }) })
  }
}

/** The last snapshots (before a moment, where the command looks back), by host. */
export async function lastSeen(
  world: World,
  options: { readonly before?: string; readonly hosts?: readonly string[] } = {},
): Promise<ReadonlyMap<string, Seen>> {
  const before = options.before ?? world.asOf?.at
  const snapshots = await withStore(world, (store) =>
    store.latest({ ...options, ...(before !== undefined && { before }) }),
  )
  return new Map([...snapshots].map(([host, snapshot]) => [host, seenOf(snapshot, before)]))
}

/** Asks the store; one that can't be asked ends the command with what to do about it. */
export async function withStore<Result>(world: World, use: (store: Store) => Promise<Result>): Promise<Result> {
  try {
    return await use(await world.store())
  } catch (error) {
    throw refusal(report('store-broken', { summary: `the store can't be read: ${reasonOf(error)}` }))
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/**
 * What the last snapshots say of catalogues, for commands that look back: as if hosts had been looked at. What was not seen
 * is unknown.
 */
export async function lookBack(
  world: World,
  catalogues: ReadonlyMap<string, Catalogue>,
): Promise<ReadonlyMap<string, HostObservation>> {
  const seen = await lastSeen(world, { hosts: [...catalogues.keys()] })
  const looks = [...catalogues].map(([host, { resources }]): readonly [string, HostObservation] => {
    const last = seen.get(host)
    const unseen: Unknown = { reason: 'not-seen', detail: 'no snapshot of that time shows it' }
    const unknown: Observation = { status: 'unknown', unknown: unseen }
    const observations = new Map(resources.map(({ id }) => [id, last?.observations.get(id) ?? unknown]))
    const at = last?.seen ?? world.clock.now().toISOString()
    return [host, { host, at, observations, ...(last === undefined && { failure: unseen }) }]
  })
  return new Map(looks)
}

/** Takes a snapshot apart. What changes all the time is known of its last look only, so not before that. */
export function seenOf(snapshot: Snapshot, before?: string): Seen {
  const { host, digest, since, seen, parts, fleeting } = snapshot
  const facts: Record<string, Json> = {}
  const unknown: Record<string, Unknown> = {}
  let factsSeen: string | undefined
  for (const [name, { value, seen: at }] of parts) {
    if (name === resourcesPart) continue
    const held = value as { readonly known?: Json; readonly unknown?: Json }
    if (held.known !== undefined) facts[name] = held.known
    else if (held.unknown !== undefined) unknown[name] = held.unknown as unknown as Unknown
    if (factsSeen === undefined || factsSeen < at) factsSeen = at
  }
  const resources = parts.get(resourcesPart)
  if (before === undefined || seen <= before) withFleeting(facts, (fleeting ?? {}) as Fleeting)
  return {
    host,
    digest,
    since,
    seen,
    ...(factsSeen !== undefined && { factsSeen }),
    ...(resources !== undefined && { resourcesSeen: resources.seen }),
    facts: facts as Facts,
    unknown,
    observations: new Map(
      Object.entries((resources?.value ?? {}) as JsonObject) as unknown as [ResourceId, Observation][],
    ),
  }
}

interface Fleeting {
  readonly facts?: JsonObject
  readonly used?: Readonly<Record<string, number>>
}

function lookOf({ host, at, observations, facts }: Looked, commit: string | undefined): Look {
  const parts = new Map<string, Json>()
  if (observations.size > 0) parts.set(resourcesPart, stateOf(observations))
  if (facts === undefined) return { host, at, parts, ...(commit !== undefined && { commit }) }
  const fleeting: Record<string, Json> = {}
  const used: Record<string, number> = {}
  for (const [name, value] of Object.entries(facts.facts) as [FactName, Json][]) {
    if (fleetingFacts.has(name)) fleeting[name] = value
    else parts.set(name, { known: name === 'mounts' ? withoutUse(facts.facts.mounts ?? [], used) : value })
  }
  for (const [name, value] of Object.entries(facts.unknown))
    parts.set(name, { unknown: value as unknown as JsonObject })
  return { host, at, parts, ...(commit !== undefined && { commit }), fleeting: { facts: fleeting, used } }
}

/** Without excerpts, which nothing keeps. */
function stateOf(observations: ReadonlyMap<ResourceId, Observation>): JsonObject {
  const entries = [...observations].map(([id, observation]) => {
    if (observation.status !== 'present') return [id, observation] as const
    return [id, { status: observation.status, state: observation.state }] as const
  })
  return Object.fromEntries(entries.sort(([a], [b]) => compareText(a, b))) as unknown as JsonObject
}

function withoutUse(mounts: NonNullable<Facts['mounts']>, used: Record<string, number>): Json {
  return mounts.map(({ used: bytes, ...mount }) => {
    if (bytes !== undefined) used[mount.path] = bytes
    return mount
  })
}

function withFleeting(facts: Record<string, Json>, fleeting: Fleeting): void {
  Object.assign(facts, fleeting.facts)
  const used = new Map(Object.entries(fleeting.used ?? {}))
  const mounts = facts['mounts'] as Facts['mounts']
  if (mounts === undefined) return
  facts['mounts'] = mounts.map((mount) => {
    const bytes = used.get(mount.path)
    return bytes === undefined ? mount : { ...mount, used: bytes }
  })
}
