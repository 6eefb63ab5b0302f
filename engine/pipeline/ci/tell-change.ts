import { type Diagnostic, reporter } from '../../model/diagnostic.ts'
import { owesReview, reviewDueAt } from '../../model/emergency.ts'
import type { ActionOutcome } from '../../model/event.ts'
import type { ChangeRecord } from '../../model/record.ts'
import type { Forge, Kept } from '../../ports/forge.ts'
import { RepositoryError } from '../../ports/repository.ts'
import { applyComment, applyMarker } from '../../pull-request/apply-comment.ts'
import type { AppliedTold, HostApplied, Links, WaveTold } from '../../pull-request/told.ts'
import { codes } from '../codes.ts'
import { loadCommit } from '../estate.ts'
import { wavesOf } from '../waves.ts'
import type { World } from '../world.ts'

const report = reporter(codes)

/** What one pull request was told of its change. */
export interface ChangeTold {
  readonly change: string
  readonly state: ChangeRecord['state']
  readonly request?: number
  readonly comment?: Kept
  readonly told: AppliedTold
  readonly diagnostics: readonly Diagnostic[]
}

/** What more is known of a change than its record says: why it waits. */
export interface ChangeNews {
  readonly links: Links
  readonly answersCommands?: boolean
  readonly waits?: AppliedTold['waits']
}

/**
 * Tells the pull request of a merged change its number, and what became of it so far. It says what the record says, so that
 * whoever tells it again, or at the same time, says the same.
 */
export async function tellChange(
  world: World,
  forge: Forge,
  record: ChangeRecord,
  news: ChangeNews,
): Promise<ChangeTold> {
  const told = await appliedTold(world, record, news)
  const about = { change: record.id, state: record.state, told }
  if (record.merge === undefined) return { ...about, diagnostics: [] }
  try {
    const request = (await forge.requests(record.merge.commit)).find((r) => r.merged === record.merge?.commit)
    if (request === undefined) return { ...about, diagnostics: [] }
    const comment = await forge.keepComment(request.number, applyMarker(record.id), applyComment(told).body)
    return { ...about, request: request.number, comment, diagnostics: [] }
  } catch (error) {
    if (!(error instanceof RepositoryError)) throw error
    // What was applied stays applied, whoever hears of it.
    const summary = `the pull request of ${record.id} could not be told: ${error.message}`
    return { ...about, diagnostics: [report('request-untold', { summary, subject: record.id, severity: 'error' })] }
  }
}

async function appliedTold(world: World, record: ChangeRecord, news: ChangeNews): Promise<AppliedTold> {
  const { id, title, state, type, deployment, merge, subject, reasons, rolledBackBy } = record
  const due = owesReview(record) ? reviewDueAt(record) : undefined
  const stopped = deployment?.pause?.reason ?? (reasons === undefined ? undefined : reasons.join('; '))
  return {
    change: { id, title, state, type },
    ...(merge !== undefined && { commit: merge.commit }),
    plan: subject.plan,
    waves: await wavesTold(world, record),
    counts: countsOf(record),
    ...(stopped !== undefined && state !== 'implemented' && { stopped }),
    ...(news.waits !== undefined && { waits: news.waits }),
    ...(rolledBackBy !== undefined && { takenBackBy: rolledBackBy }),
    ...(due !== undefined && { reviewDue: due }),
    ...(deployment !== undefined && { startedAt: deployment.startedAt }),
    ...(deployment?.finishedAt !== undefined && { finishedAt: deployment.finishedAt }),
    findings: [],
    links: news.links,
    engine: world.engineVersion,
    ...(news.answersCommands === true && { answersCommands: true }),
  }
}

/** Everything that was planned, with what became of it: what was not begun is said to be so. */
async function wavesTold(world: World, record: ChangeRecord): Promise<readonly WaveTold[]> {
  const actions = record.deployment?.intents.map((i) => i.action) ?? record.actions
  const busy = new Set(actions.map((a) => a.host))
  if (busy.size === 0) return []
  const { graph } = await loadCommit(world, record.merge?.commit ?? record.subject.tree)
  const results = new Map(record.deployment?.results.map((r) => [r.id, r]) ?? [])
  const waves = wavesOf(graph, busy)
  const placed = new Set(waves.flatMap((w) => w.hosts))
  // Of a host whose document is gone no wave is known any more.
  const others = [...busy].filter((h) => !placed.has(h))
  const all = others.length === 0 ? waves : [...waves, { name: 'others', environment: '', hosts: others }]
  return all.map(({ name, environment, hosts }) => ({
    name,
    environment,
    hosts: hosts.map(
      (host): HostApplied => ({
        host,
        actions: actions
          .filter((a) => a.host === host)
          .map(({ id, resource, verb }) => {
            const { outcome = 'not-started', detail } = results.get(id) ?? {}
            return { resource, verb, outcome, ...(detail !== undefined && { detail }) }
          }),
      }),
    ),
    gates: [],
  }))
}

function countsOf({ deployment, actions }: ChangeRecord): Readonly<Record<ActionOutcome, number>> {
  const counts: Record<ActionOutcome, number> = { applied: 0, failed: 0, unknown: 0, 'not-started': 0 }
  for (const { outcome } of deployment?.results ?? []) counts[outcome] += 1
  const left = (deployment?.intents.length ?? actions.length) - (deployment?.results.length ?? 0)
  counts['not-started'] += Math.max(left, 0)
  return counts
}
