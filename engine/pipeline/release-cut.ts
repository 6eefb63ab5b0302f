import {
  baselineDigest,
  findRelease,
  cutRelease as fold,
  releasedVersions,
  releaseEntry,
  releaseTag,
} from '../ledger/release-record.ts'
import { type Digest, digestOf } from '../model/canonical.ts'
import { compareText, type Diagnostic, hasErrors } from '../model/diagnostic.ts'
import type { ReleaseRecord } from '../model/release.ts'
import { releaseNotes } from '../release/notes.ts'
import { type Bump, nextVersion } from '../release/numbering.ts'
import { expectOwnKey } from './engine-keys.ts'
import { loadCommit, loadRelease } from './estate.ts'
import type { EstateAt } from './estate-at.ts'
import { append, by, expectGenesis, moved, trusted } from './records.ts'
import { changesBetween } from './release-changes.ts'
import { type Pipeline, pipelineNamed, type Refused, refused } from './release-find.ts'
import { targetBranch, targetTip } from './target-branch.ts'
import type { World } from './world.ts'

export interface CutOptions {
  readonly pipeline?: string
  readonly version?: string
  readonly bump?: Bump
  readonly dryRun: boolean
}

export interface Cut {
  readonly release: ReleaseRecord
  /** Why it has its number. */
  readonly because: string
  readonly tag: string
  /** `made`: nothing was written, since it was there; only its tag was missing. */
  readonly written: 'release' | 'tag' | 'nothing'
}

/**
 * Gives the newest commit of the target branch a number: a record in the ledger, and a signed tag on the commit. Both say the
 * same; where only the tag could not be written, asking for the same version again writes it.
 */
export async function cutRelease(world: World, options: CutOptions): Promise<Cut | Refused> {
  const genesis = await expectGenesis(world)
  if (!options.dryRun) await expectOwnKey(world, genesis)
  const branch = await targetBranch(world)
  const estate = await loadCommit(world, (await targetTip(world, branch)) ?? branch)
  const pipeline = pipelineNamed(estate.graph, options.pipeline)
  if ('refused' in pipeline) return pipeline
  const again = await tagAgain(world, pipeline, options)
  if (again !== undefined) return again
  const prepared = await prepare(world, estate, pipeline, options)
  if ('refused' in prepared) return prepared
  const { release, because } = prepared
  const tag = releaseTag(release.id)
  if (options.dryRun) return { release, because, tag, written: 'nothing' }
  const signer = await world.engineSigner()
  const lost = await append<Refused | undefined>(world, async (view) => {
    const [newest] = await releasedVersions(view, pipeline.name)
    if (newest !== release.previous)
      return {
        entries: [],
        result: refused('release-impossible', `${newest} was cut in between`, 'look at it, then cut again'),
      }
    return { entries: [releaseEntry(release, signer)], result: undefined }
  })
  if (lost !== undefined) return lost
  const fault = await writeTag(world, release)
  return fault ?? { release, because, tag, written: 'release' }
}

async function prepare(
  world: World,
  estate: EstateAt,
  pipeline: Pipeline,
  options: CutOptions,
): Promise<{ readonly release: ReleaseRecord; readonly because: string } | Refused> {
  const view = await (await world.ledger()).view()
  const [newest] = await releasedVersions(view, pipeline.name)
  const previous = newest === undefined ? undefined : trusted(await findRelease(view, `${pipeline.name}/${newest}`))
  const repository = await world.repository()
  const { treeish: commit } = estate
  if (previous?.commit === commit && options.version === undefined)
    return refused('release-impossible', `nothing was merged since ${previous.id}`, 'merge something first')
  if (previous !== undefined && !(await repository.isAncestor(previous.commit, commit)))
    return refused(
      'release-impossible',
      `${previous.id} is not behind the target branch`,
      'the branch was rewritten: plumbline audit verify',
    )
  const wanted = await catalogues(world, commit)
  if ('refused' in wanted) return wanted
  const since = previous?.commit ?? (await expectGenesis(world)).adoption
  const { changes, unrecorded } = await changesBetween(world, view, estate, since)
  const next = nextVersion({
    numbering: pipeline.numbering,
    previous: newest,
    changes,
    now: world.clock.now(),
    ...(options.bump !== undefined && { bump: options.bump }),
    ...(options.version !== undefined && { version: options.version }),
  })
  if ('refused' in next) return refused('release-impossible', next.refused)
  const now = by(world)
  const about = { pipeline: pipeline.name, version: next.version, ...(newest !== undefined && { previous: newest }) }
  const release = moved(
    fold(
      {
        ...about,
        by: world.process.by,
        commit,
        tree: (await repository.commit(commit)).tree,
        catalogues: wanted.catalogues,
        baseline: baselineDigest(wanted.catalogues, world.sha256),
        changes: changes.map((c) => c.id),
        unrecorded,
        notes: releaseNotes({ ...about, at: now.at, numbering: pipeline.numbering, changes, unrecorded }),
      },
      now,
    ),
  )
  return { release, because: next.because }
}

/** Host → digest of what the documents of the commit want there, whatever environments follow at the moment. */
async function catalogues(
  world: World,
  commit: string,
): Promise<{ readonly catalogues: Readonly<Record<string, Digest>> } | Refused> {
  const { graph, compile, diagnostics } = await loadRelease(world, commit)
  const hosts = graph.ofKind('Host').map((h) => h.document.metadata.name)
  const found: readonly Diagnostic[] = [...diagnostics, ...(hasErrors(diagnostics) ? [] : compile.diagnostics(hosts))]
  if (hasErrors(found)) return { refused: found.filter((d) => d.severity === 'error') }
  const digests = hosts.map((host): [string, Digest] => [
    host,
    digestOf(
      world.sha256,
      compile.host(host).resources.map(({ declaredBy: _, ...resource }) => resource),
    ),
  ])
  return { catalogues: Object.fromEntries(digests.sort(([a], [b]) => compareText(a, b))) }
}

/** The release is there, its tag is not: it was cut where the tag could not be pushed. */
async function tagAgain(world: World, pipeline: Pipeline, options: CutOptions): Promise<Cut | Refused | undefined> {
  if (options.version === undefined || options.dryRun) return undefined
  const view = await (await world.ledger()).view()
  const release = trusted(await findRelease(view, `${pipeline.name}/${options.version}`))
  if (release === undefined) return undefined
  const tag = releaseTag(release.id)
  const tags = await (await world.repository()).tags('release')
  if (tags.some((t) => t.name === tag && t.commit === release.commit))
    return refused('release-impossible', `there is a release ${release.id} already`)
  return (await writeTag(world, release)) ?? { release, because: 'it was there', tag, written: 'tag' }
}

/** Writes the signed tag of a release; says what is wrong where it can't be. */
async function writeTag(world: World, release: ReleaseRecord): Promise<Refused | undefined> {
  const name = releaseTag(release.id)
  const done = await (await world.repository()).writeTag({
    name,
    commit: release.commit,
    tagger: { name: release.by, email: 'release@plumbline.invalid', at: release.at },
    message: `${release.pipeline} ${release.version}\n\n${release.notes}\nBaseline: ${release.baseline}`,
    signer: await world.engineSigner(),
  })
  return done === 'other' ? refused('release-tag', `there is a tag ${name} already, on another commit`) : undefined
}
