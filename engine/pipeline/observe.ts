import { factProbes } from '../facts/index.ts'
import { compareText, type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { Unknown } from '../model/resource.ts'
import { observeHosts } from '../observe/observe-hosts.ts'
import { nearest } from '../schema/nearest.ts'
import { listBaselines } from './baseline.ts'
import { codes } from './codes.ts'
import { loadCommit } from './estate.ts'
import { hostLimits, observing } from './observing.ts'
import { keepLooks, type Looked, lastSeen, withStore } from './snapshot.ts'
import { targetBranch, targetTip } from './target-branch.ts'
import { targetsOf } from './targets.ts'
import type { World } from './world.ts'

const report = reporter(codes)

export interface ObservedHost {
  readonly host: string
  readonly at: string
  readonly resources: number
  readonly facts: number
  /** `first`: nothing was known of it before; `same`: as at the last look. */
  readonly compared?: 'first' | 'same' | 'changed'
  /** Since when it is as it is. */
  readonly since?: string
  readonly failure?: Unknown
}

/** Looks at hosts, at facts and at what is declared for them on the target branch, and keeps what it saw. */
export async function observe(
  world: World,
  options: { readonly hosts?: readonly string[] },
): Promise<{ readonly hosts: readonly ObservedHost[] } | { readonly refused: readonly Diagnostic[] }> {
  const branch = await targetBranch(world)
  const estate = await loadCommit(world, (await targetTip(world, branch)) ?? branch)
  const targets = targetsOf(estate.graph)
  const missing = (options.hosts ?? []).filter((host) => !targets.has(host))
  if (missing.length > 0) return { refused: missing.map((host) => unknownHost(host, targets.keys())) }
  const names = options.hosts ?? [...targets.keys()].sort(compareText)
  const before = await lastSeen(world, { hosts: names }).catch(() => new Map<string, never>())
  const looked: readonly Looked[] = await observeHosts({
    targets: names.flatMap((host) => targets.get(host) ?? []),
    catalogues: new Map(names.map((host) => [host, estate.compile.host(host)])),
    ...(await observing(world)),
    facts: factProbes,
    concurrency: hostLimits.concurrency,
    emit: world.emit,
  })
  await keepLooks(world, looked, estate.treeish)
  const after = await lastSeen(world, { hosts: names }).catch(() => new Map<string, never>())
  const hosts = looked.map((look): ObservedHost => {
    const [was, is] = [before.get(look.host), after.get(look.host)]
    const compared = was === undefined ? 'first' : was.digest === is?.digest ? 'same' : 'changed'
    return {
      host: look.host,
      at: look.at,
      resources: [...look.observations.values()].filter((o) => o.status !== 'unknown').length,
      facts: Object.keys(look.facts?.facts ?? {}).length,
      ...(look.failure !== undefined
        ? { failure: look.failure }
        : { compared, ...(is !== undefined && { since: is.since }) }),
    }
  })
  return { hosts }
}

/** Forgets snapshots that were last seen more than so many days ago. Those of baselines, and the newest of each host, stay. */
export async function forget(world: World, days: number): Promise<number> {
  const before = new Date(world.clock.now().getTime() - days * 86_400_000).toISOString()
  const baselines = await listBaselines(world)
  const kept = new Set(baselines.flatMap((b) => Object.values(b.snapshots).map((s) => s.digest)))
  return withStore(world, (store) => store.prune(before, kept))
}

function unknownHost(host: string, hosts: Iterable<string>): Diagnostic {
  const near = nearest(host, hosts)
  return report('document-unknown', {
    summary: `there is no host ${host}`,
    ...(near !== undefined && { hint: `did you mean ${near}?` }),
  })
}
