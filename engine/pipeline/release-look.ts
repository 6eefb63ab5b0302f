import { findChange } from '../ledger/find-records.ts'
import { findRelease, releasedVersions, releaseTag } from '../ledger/release-record.ts'
import type { ReadinessFinding, ReleaseRecord } from '../model/release.ts'
import { compareVersions } from '../model/version.ts'
import { compareEstates } from '../query/compare-estates.ts'
import type { Compare } from './compare.ts'
import { loadCommit, loadRelease } from './estate.ts'
import { trusted } from './records.ts'
import { readinessOf } from './release-evidence.ts'
import { pipelineNamed, type Refused, refused, releaseIds, releaseNamed, stageNamed } from './release-find.ts'
import { releaseFollowed } from './release-pins.ts'
import { targetBranch, targetTip } from './target-branch.ts'
import type { World } from './world.ts'

export interface ListedRelease {
  readonly release: ReleaseRecord
  /** Environments of the target branch that follow it. */
  readonly followedBy: readonly string[]
}

/** By pipeline, the newest first. */
export async function listReleases(world: World, pipeline?: string): Promise<readonly ListedRelease[]> {
  const view = await (await world.ledger()).view()
  const ids = (await releaseIds(view)).filter((id) => pipeline === undefined || id.startsWith(`${pipeline}/`))
  const records = await Promise.all(ids.map(async (id) => trusted(await findRelease(view, id))))
  const following = records.length === 0 ? new Map<string, string[]>() : await followers(world)
  return records.flatMap((release) =>
    release === undefined ? [] : [{ release, followedBy: following.get(release.id) ?? [] }],
  )
}

/** Release → environments of the target branch that follow it. */
async function followers(world: World): Promise<Map<string, string[]>> {
  const branch = await targetBranch(world)
  const { graph } = await loadCommit(world, (await targetTip(world, branch)) ?? branch)
  const found = new Map<string, string[]>()
  for (const environment of graph.ofKind('Environment')) {
    const release = releaseFollowed(environment)
    if (release !== undefined) found.set(release, [...(found.get(release) ?? []), environment.document.metadata.name])
  }
  return found
}

export interface ShownRelease extends ListedRelease {
  readonly tag: string
  /** Where the tag leads in this clone; none where it has none. */
  readonly tagged?: string
  /** How it stands to each stage that does not have it. */
  readonly stages: readonly {
    readonly stage: string
    readonly there: boolean
    readonly readiness: readonly ReadinessFinding[]
  }[]
}

export async function showRelease(world: World, name: string): Promise<ShownRelease | Refused> {
  const view = await (await world.ledger()).view()
  const release = await releaseNamed(view, name)
  if ('refused' in release) return release
  const branch = await targetBranch(world)
  const estate = await loadCommit(world, (await targetTip(world, branch)) ?? branch)
  const followedBy = (await followers(world)).get(release.id) ?? []
  const pipeline = pipelineNamed(estate.graph, release.pipeline)
  const stages: ShownRelease['stages'][number][] = []
  for (const { name: stage, environments } of 'refused' in pipeline || release.state === 'withdrawn'
    ? []
    : pipeline.stages) {
    const there = environments.every((e) => followedBy.includes(e))
    const found = 'refused' in pipeline ? undefined : stageNamed(pipeline, stage)
    if (found === undefined || 'refused' in found) continue
    stages.push({
      stage,
      there,
      readiness: there ? [] : await readinessOf(world, { record: release, ...found, estate }),
    })
  }
  const tag = releaseTag(release.id)
  const tagged = (await (await world.repository()).tags('release')).find((t) => t.name === tag)?.commit
  return { release, followedBy, tag, ...(tagged !== undefined && { tagged }), stages }
}

export interface ReleaseDiff extends Compare {
  /** Changes that came with the releases after the first and up to the second. */
  readonly changes: readonly { readonly id: string; readonly title: string; readonly release: string }[]
}

/** What lies between two releases of a pipeline: documents, what they want of each host, and the changes that brought it. */
export async function diffReleases(world: World, one: string, two: string): Promise<ReleaseDiff | Refused> {
  const view = await (await world.ledger()).view()
  const before = await releaseNamed(view, one)
  if ('refused' in before) return before
  const after = await releaseNamed(view, two)
  if ('refused' in after) return after
  if (before.pipeline !== after.pipeline)
    return refused(
      'release-impossible',
      `${before.id} and ${after.id} are of two pipelines`,
      'plumbline diff compares any two commits',
    )
  const [from, to] = await Promise.all([before, after].map((r) => loadRelease(world, r.commit)))
  if (from === undefined || to === undefined) throw new Error('two releases, two estates')
  const side = (estate: typeof from) => ({
    graph: estate.graph,
    hosts: estate.graph.ofKind('Host').map((h) => h.document.metadata.name),
    catalogue: (host: string) => estate.compile.host(host),
    seen: new Map(),
  })
  const [low, high] = [before.version, after.version].sort(compareVersions)
  const between = (await releasedVersions(view, before.pipeline)).filter(
    (v) => compareVersions(v, low ?? v) > 0 && compareVersions(v, high ?? v) <= 0,
  )
  const changes: ReleaseDiff['changes'][number][] = []
  for (const version of between.toReversed()) {
    const release = trusted(await findRelease(view, `${before.pipeline}/${version}`))
    for (const id of release?.changes ?? [])
      changes.push({ id, title: trusted(await findChange(view, id))?.title ?? '', release: release?.id ?? '' })
  }
  const named = ({ id, at, commit }: ReleaseRecord) => ({ named: id, at, commit })
  const { documents, hosts } = compareEstates(side(from), side(to))
  return { before: named(before), after: named(after), documents, hosts, unseen: [], diagnostics: [], changes }
}
