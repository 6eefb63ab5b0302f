import { type Diagnostic, hasErrors } from '../model/diagnostic.ts'
import type { Action, UnknownResource } from '../model/plan.ts'
import type { HostObservation } from '../observe/observe-host.ts'
import { type HostWatch, watchHosts } from '../observe/watch-hosts.ts'
import { loadCommit } from './estate.ts'
import { hostsNamed } from './hosts-named.ts'
import { nextEnd } from './next-end.ts'
import { hostLimits, observing } from './observing.ts'
import { planSeen, type Question, toLookAt } from './plan-hosts.ts'
import { appliedHosts } from './records.ts'
import { targetBranch, targetTip } from './target-branch.ts'
import { targetsOf } from './targets.ts'
import type { World } from './world.ts'

/** What one look at all hosts brought. */
export interface Round {
  /** ISO 8601, UTC: when it was done. */
  readonly at: string
  /** How long the hosts took to answer. */
  readonly milliseconds: number
  /** Commit of the target branch that the hosts are held against. */
  readonly commit: string
  readonly hosts: number
  /** Everything that is off now. */
  readonly off: readonly Action[]
  readonly unknowns: readonly UnknownResource[]
  /** What was not there the round before. */
  readonly appeared: readonly Action[]
  /** What was off the round before and is as it should be. */
  readonly gone: readonly Action[]
}

/**
 * Looks at hosts again and again over connections that stay open, and tells what moved. Ends when nobody asks for another
 * round; a merge to the target branch that the clone knows of is noticed at the next.
 */
export async function* watchDrift(
  world: World,
  options: { readonly hosts?: readonly string[] } = {},
): AsyncGenerator<Round | { readonly refused: readonly Diagnostic[] }> {
  let watched: Watched | undefined
  let before = new Map<string, Action>()
  try {
    for (;;) {
      const tip = await tipOf(world)
      // What ends by itself ends in the middle of a watch, too.
      const ended = watched !== undefined && world.clock.now().getTime() >= watched.until
      if (watched === undefined || watched.commit !== tip || ended) {
        await watched?.watch.close()
        if (ended) world.estates.clear()
        watched = undefined
        const started = await start(world, tip, options.hosts)
        if ('refused' in started) {
          yield started
          return
        }
        watched = started
      }
      const began = world.clock.now().getTime()
      const found = await watched.look()
      const now = new Map(found.off.map((a) => [a.id, a]))
      yield {
        at: world.clock.now().toISOString(),
        milliseconds: world.clock.now().getTime() - began,
        commit: tip,
        hosts: watched.question.hosts.length,
        ...found,
        appeared: found.off.filter((a) => !before.has(a.id)),
        gone: [...before.values()].filter((a) => !now.has(a.id)),
      }
      before = now
    }
  } finally {
    await watched?.watch.close()
  }
}

interface Watched {
  readonly commit: string
  /** When the next access ends, in milliseconds since 1970. */
  readonly until: number
  readonly question: Question
  readonly watch: HostWatch
  look(): Promise<{ readonly off: readonly Action[]; readonly unknowns: readonly UnknownResource[] }>
}

async function tipOf(world: World): Promise<string> {
  const branch = await targetBranch(world)
  return (await targetTip(world, branch)) ?? branch
}

async function start(
  world: World,
  commit: string,
  only: readonly string[] | undefined,
): Promise<Watched | { readonly refused: readonly Diagnostic[] }> {
  const desired = await loadCommit(world, commit)
  if (hasErrors(desired.diagnostics)) return { refused: desired.diagnostics }
  const hosts = hostsNamed(desired.graph, only)
  if ('refused' in hosts) return hosts
  const compiled = desired.compile.diagnostics(hosts.names)
  if (hasErrors(compiled)) return { refused: compiled }
  const applied = await appliedHosts(world, hosts.names)
  const question: Question = { base: desired, desired, sameCommit: true, hosts: hosts.names, applied }
  const targets = targetsOf(desired.graph)
  const watch = watchHosts({
    ...(await observing(world)),
    targets: hosts.names.flatMap((host) => targets.get(host) ?? []),
    catalogues: toLookAt(world, question),
    concurrency: hostLimits.concurrency,
  })
  const known = new Map<string, Seen>()
  const look = async () => {
    const seen = (await watch.look()).map((observation) => judge(world, question, known, observation))
    return { off: seen.flatMap((s) => s.off), unknowns: seen.flatMap((s) => s.unknowns) }
  }
  return { commit, until: nextEnd(desired, world.clock.now().getTime()), question, watch, look }
}

interface Seen {
  readonly observations: HostObservation['observations']
  readonly off: readonly Action[]
  readonly unknowns: readonly UnknownResource[]
}

/** A host of which the same is known as before is not compared again. */
function judge(world: World, question: Question, known: Map<string, Seen>, observation: HostObservation): Seen {
  const before = known.get(observation.host)
  if (before !== undefined && before.observations === observation.observations) return before
  const plan = planSeen(world, { ...question, hosts: [observation.host] }, new Map([[observation.host, observation]]))
  const seen = { observations: observation.observations, off: plan.work.map((w) => w.action), unknowns: plan.unknowns }
  known.set(observation.host, seen)
  return seen
}
