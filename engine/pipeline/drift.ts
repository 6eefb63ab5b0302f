import pLimit from 'p-limit'
import { attribute, type DriftInput } from '../drift/attribute.ts'
import { clueScript, mostAsked } from '../drift/clue-script.ts'
import { type HostClues, readClues } from '../drift/read-clues.ts'
import { type Digest, digestOf } from '../model/canonical.ts'
import { compareText, type Diagnostic } from '../model/diagnostic.ts'
import type { DriftFinding } from '../model/drift.ts'
import type { FactEvidence } from '../model/facts.ts'
import type { Action, Plan } from '../model/plan.ts'
import type { Resource } from '../model/resource.ts'
import { mask, type Script } from '../model/script.ts'
import { type HostSession, isFailure, type Target } from '../ports/host-session.ts'
import { hostLimits } from './observing.ts'
import type { PlannedChange } from './plan-change.ts'
import { planDrift } from './plan-revision.ts'
import { openRecords } from './records.ts'
import { targetsOf } from './targets.ts'
import type { World } from './world.ts'

export interface Drifted {
  /** What bringing everything back would do. */
  readonly plan: Plan
  readonly planned: PlannedChange
  /** One for each resource that is off, by host and resource. */
  readonly findings: readonly DriftFinding[]
}

/** Days of a host's journal that are searched for logins: months of it take longer than the answer is worth. */
const journalDays = 14

/** What one host gets for its clues: it has answered a moment ago. */
const clueLimits = { deadline: 20_000, outputCap: 512 * 1024 } as const

/** Compares hosts with the target branch as it stands, and asks those that are off what they know of it. */
export async function findDrift(
  world: World,
  options: { readonly hosts?: readonly string[]; readonly withoutClues?: boolean },
): Promise<Drifted | { readonly refused: readonly Diagnostic[] }> {
  const found = await planDrift(world, options.hosts === undefined ? {} : { hosts: options.hosts })
  if ('refused' in found) return found
  const { plan, planned } = found
  const off = plan.actions.filter((a) => a.verb !== 'restart')
  const waiting = await waitingChanges(world)
  // What a host knows of it today says nothing of then.
  const silent = options.withoutClues === true || world.asOf !== undefined
  const asked = silent ? [] : [...new Set(off.filter(isDrift).map((a) => a.host))]
  const limit = pLimit(hostLimits.concurrency)
  const answers = new Map(
    await Promise.all(
      asked.map((host) => limit(async () => [host, await askHost(world, planned, host, off)] as const)),
    ),
  )
  const findings = off.map((action) => {
    const answer = answers.get(action.host)
    const open = waiting.get(placeOf(action))
    const input: DriftInput = {
      action,
      files: answer?.files.get(action.id) ?? [],
      ...(answer?.clues !== undefined && { clues: answer.clues }),
      ...(answer?.evidence !== undefined && { evidence: answer.evidence }),
      ...(open !== undefined && { open }),
    }
    return attribute(input)
  })
  return { plan, planned, findings: findings.sort(byPlace) }
}

const byPlace = (a: DriftFinding, b: DriftFinding): number =>
  compareText(a.host, b.host) || compareText(a.resource, b.resource)

const isDrift = (action: Action): boolean => action.origin.cause === 'drift'
const placeOf = ({ host, resource }: { host: string; resource: string }): string => `${host} ${resource}`

/** The change that is agreed to or under way, for each resource that it is about. */
async function waitingChanges(world: World): Promise<ReadonlyMap<string, string>> {
  const open = (await openRecords(world)).filter((r) => ['implementing', 'paused', 'failed'].includes(r.state))
  return new Map(open.flatMap((r) => r.actions.map((a) => [placeOf(a), r.id] as const)))
}

interface Answer {
  /** Files of each action, with their index in what was asked. */
  readonly files: ReadonlyMap<string, readonly { readonly path: string; readonly index: number }[]>
  readonly clues?: HostClues
  readonly evidence?: FactEvidence
}

async function askHost(
  world: World,
  { desired, hosts }: PlannedChange,
  host: string,
  actions: readonly Action[],
): Promise<Answer> {
  const resources = new Map((hosts.wanted.get(host) ?? []).map((r) => [r.id, r]))
  const mine = actions.filter((a) => a.host === host && isDrift(a))
  const paths = [...new Set(mine.flatMap((a) => pathsOf(world, resources.get(a.resource))))].slice(0, mostAsked)
  const files = new Map(
    mine.map((a) => [
      a.id,
      pathsOf(world, resources.get(a.resource)).flatMap((path) => {
        const index = paths.indexOf(path)
        return index === -1 ? [] : [{ path, index }]
      }),
    ]),
  )
  const target = targetsOf(desired.graph).get(host)
  if (target === undefined) return { files }
  const now = world.clock.now().getTime()
  const times = mine.flatMap((a) => Date.parse(a.origin.setBy?.at ?? '') || [])
  const script = clueScript({
    files: paths,
    packages: mine.flatMap((a) => (a.resource.startsWith('package:') ? [a.resource.slice('package:'.length)] : [])),
    since: Math.max(Math.min(now, ...times), now - journalDays * 86_400_000) / 1000,
    engineUser: target.user,
  })
  return { files, ...(await ask(world, target, script)) }
}

/** Files that hold a resource; none where its type does not know. */
function pathsOf(world: World, resource: Resource | undefined): readonly string[] {
  if (resource === undefined) return []
  return world.types.get(resource.type)?.paths?.(resource.spec) ?? []
}

/** Clues are worth a try: a host that does not answer twice is no worse off than one that knows nothing. */
async function ask(world: World, target: Target, script: Script): Promise<Pick<Answer, 'clues' | 'evidence'>> {
  const session = await (await world.connector()).connect(target, { deadline: clueLimits.deadline })
  if (isFailure(session)) return {}
  const output = await session.read(script, clueLimits).finally(() => closed(session))
  if (output.timedOut || output.cutOff || output.truncated) return {}
  const stdout = new TextDecoder().decode(output.stdout)
  const clues = readClues(stdout, target.user)
  if (clues === undefined) return {}
  const digest = (value: unknown): Digest => digestOf(world.sha256, value)
  return {
    clues,
    evidence: { at: world.clock.now().toISOString(), command: digest(mask(script)), output: digest(stdout) },
  }
}

const closed = (session: HostSession): Promise<void> => session.close().catch(() => {})
