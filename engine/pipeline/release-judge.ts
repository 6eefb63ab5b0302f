import type { By } from '../ledger/fold-change.ts'
import type { Outcome } from '../ledger/record-text.ts'
import { findRelease, withdrawRelease as fold, judgeGate, releaseEntry } from '../ledger/release-record.ts'
import type { ReleaseRecord } from '../model/release.ts'
import { expectOwnKey } from './engine-keys.ts'
import { loadCommit } from './estate.ts'
import { append, by, expectGenesis, moved, trusted } from './records.ts'
import { pipelineNamed, type Refused, refused, releaseBefore, releaseNamed } from './release-find.ts'
import { releaseFollowed } from './release-pins.ts'
import { targetBranch, targetTip } from './target-branch.ts'
import type { World } from './world.ts'

/** An environment that follows a release that was withdrawn, and the command that gives it the one before. */
export interface Stranded {
  readonly environment: string
  readonly next: string
}

/** Says that a release is not to be used any more. Nothing changes on hosts: who follows it is told what to do. */
export async function withdrawRelease(
  world: World,
  options: { readonly release: string; readonly reason: string },
): Promise<{ readonly release: ReleaseRecord; readonly stranded: readonly Stranded[] } | Refused> {
  const withdrawn = await change(world, options.release, (before, now) =>
    fold(before, { reason: options.reason, by: world.process.by }, now),
  )
  if ('refused' in withdrawn) return withdrawn
  return { release: withdrawn, stranded: await strandedBy(world, withdrawn) }
}

/** Says how a named gate of the pipeline went. */
export async function recordGate(
  world: World,
  options: {
    readonly release: string
    readonly gate: string
    readonly outcome: 'passed' | 'failed'
    readonly evidence: string
  },
): Promise<ReleaseRecord | Refused> {
  const found = await releaseNamed(await (await world.ledger()).view(), options.release)
  if ('refused' in found) return found
  const branch = await targetBranch(world)
  const estate = await loadCommit(world, (await targetTip(world, branch)) ?? branch)
  const pipeline = pipelineNamed(estate.graph, found.pipeline)
  if ('refused' in pipeline) return pipeline
  const gates = [...new Set(pipeline.stages.flatMap((s) => s.ready?.gates ?? []))]
  const { gate, outcome, evidence } = options
  if (!gates.includes(gate))
    return refused(
      'pipeline-unknown',
      `${pipeline.name} has no gate ${gate}`,
      `its gates: ${gates.join(', ') || 'none'}`,
    )
  return change(world, found.id, (before, now) =>
    judgeGate(before, { gate, outcome, evidence, at: now.at, by: world.process.by }, now),
  )
}

async function change(
  world: World,
  name: string,
  move: (before: ReleaseRecord, now: By) => Outcome<ReleaseRecord>,
): Promise<ReleaseRecord | Refused> {
  await expectOwnKey(world, await expectGenesis(world))
  const found = await releaseNamed(await (await world.ledger()).view(), name)
  if ('refused' in found) return found
  const signer = await world.engineSigner()
  const now = by(world)
  return append<ReleaseRecord | Refused>(world, async (view) => {
    const before = trusted(await findRelease(view, found.id)) ?? found
    if (before.state === 'withdrawn')
      return { entries: [], result: refused('release-withdrawn', `${before.id} was withdrawn already`) }
    const after = moved(move(before, now))
    return { entries: [releaseEntry(after, signer)], result: after }
  })
}

/** Environments of the target branch that follow a release. */
async function strandedBy(world: World, release: ReleaseRecord): Promise<readonly Stranded[]> {
  const branch = await targetBranch(world)
  const { graph } = await loadCommit(world, (await targetTip(world, branch)) ?? branch)
  const following = graph.ofKind('Environment').filter((e) => releaseFollowed(e) === release.id)
  const before = await releaseBefore(await (await world.ledger()).view(), release)
  const pipeline = pipelineNamed(graph, release.pipeline)
  return following.map(({ document }) => {
    const environment = document.metadata.name
    const stages = 'refused' in pipeline ? [] : pipeline.stages.filter((s) => s.environments.includes(environment))
    const stage = stages.at(-1)?.name ?? 'STAGE'
    const next =
      before === undefined
        ? 'plumbline release cut, then plumbline release promote: there is none before it'
        : `plumbline release promote ${before.id} --to ${stage}`
    return { environment, next }
  })
}
