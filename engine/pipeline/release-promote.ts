import type { ApprovalVerdict } from '../change/judge-approvals.ts'
import { editYaml } from '../drift/edit-yaml.ts'
import { findRelease, promoteRelease as fold, releaseEntry } from '../ledger/release-record.ts'
import { reporter } from '../model/diagnostic.ts'
import type { LoadedDocument } from '../model/document.ts'
import type { Plan } from '../model/plan.ts'
import type { PromotionNote, ReadinessFinding, ReleaseRecord } from '../model/release.ts'
import { codes } from './codes.ts'
import { expectOwnKey } from './engine-keys.ts'
import { loadCommit } from './estate.ts'
import type { EstateAt } from './estate-at.ts'
import { author } from './hand.ts'
import { planChange } from './plan-change.ts'
import { standingOf } from './plan-revision.ts'
import { append, by, expectGenesis, moved, trusted } from './records.ts'
import { readinessOf } from './release-evidence.ts'
import { pipelineNamed, type Refused, refused, releaseNamed, type Stage, stageNamed } from './release-find.ts'
import { releaseFollowed } from './release-pins.ts'
import { targetBranch, targetTip } from './target-branch.ts'
import type { World } from './world.ts'

const report = reporter(codes)

export interface PromoteOptions {
  readonly release: string
  readonly stage: string
  readonly branch?: string
  /** Why it is promoted though criteria are not met. */
  readonly forced?: string
  readonly dryRun: boolean
}

export interface Promoted {
  readonly release: ReleaseRecord
  readonly stage: Stage
  readonly readiness: readonly ReadinessFinding[]
  readonly branch: string
  readonly files: readonly string[]
  readonly plan: Plan
  readonly standing: ApprovalVerdict
}

/** Not ready: what was found is shown all the same. */
export interface NotReady extends Refused {
  readonly readiness?: readonly ReadinessFinding[]
}

/**
 * Makes a branch with one signed commit, which lets the environments of a stage follow a release, and plans it. It is approved
 * and applied like any change. With `dryRun` no branch is made, and nothing is recorded.
 */
export async function promoteRelease(world: World, options: PromoteOptions): Promise<Promoted | NotReady> {
  const genesis = await expectGenesis(world)
  if (!options.dryRun) await expectOwnKey(world, genesis)
  const release = await releaseNamed(await (await world.ledger()).view(), options.release)
  if ('refused' in release) return release
  if (release.state === 'withdrawn')
    return refused('release-withdrawn', `${release.id} was withdrawn: ${release.withdrawn?.reason ?? ''}`)
  const target = await targetBranch(world)
  const estate = await loadCommit(world, (await targetTip(world, target)) ?? target)
  const pipeline = pipelineNamed(estate.graph, release.pipeline)
  if ('refused' in pipeline) return pipeline
  const found = stageNamed(pipeline, options.stage)
  if ('refused' in found) return found
  const { stage } = found
  const branch = options.branch ?? `promote/${release.id.replace('/', '-')}-to-${stage.name}`
  const repository = await world.repository()
  if (!options.dryRun && (await repository.resolve(`refs/heads/${branch}`)) !== undefined)
    return refused('branch-exists', `there is a branch ${branch} already`)
  const files = await editedFiles(world, estate, stage, release.id)
  if ('refused' in files) return files
  const readiness = await readinessOf(world, { record: release, ...found, estate })
  const unmet = readiness.filter((f) => f.outcome === 'unmet')
  if (unmet.length > 0 && options.forced === undefined && !options.dryRun) {
    const summary = (f: ReadinessFinding): string => `${release.id} to ${stage.name}: ${f.criterion}: ${f.evidence}`
    return { refused: unmet.map((f) => report('release-not-ready', { summary: summary(f) })), readiness }
  }
  const tip = estate.treeish
  const tree = await repository.writeTree((await repository.commit(tip)).tree, files.files)
  const head = await repository.writeCommit({
    tree,
    parents: [tip],
    author: await author(world, tip),
    message: messageFor(release, stage, unmet, options.forced),
    signer: await world.personSigner(),
  })
  const planned = await planChange(world, { base: tip, head, tree })
  if ('refused' in planned) return planned
  const wrong = planned.plan.diagnostics.filter((d) => d.severity === 'error' && d.code !== 'release-not-ready')
  if (wrong.length > 0) return { refused: wrong }
  if (!options.dryRun) {
    const forced = unmet.length > 0 ? options.forced : undefined
    // Somebody may have made the branch meanwhile: what is on it then is not what is promoted.
    if (!(await repository.moveBranch(branch, null, head)))
      return refused('branch-exists', `there is a branch ${branch} already`)
    await record(world, release.id, { stage, branch, commit: head, readiness, forced })
  }
  return {
    release,
    stage,
    readiness,
    branch,
    files: [...files.files.keys()].sort(),
    plan: planned.plan,
    standing: await standingOf(world, planned),
  }
}

/** Written before the branch: a note without one says nothing of any environment, a branch without a note would hide what was not met. */
async function record(
  world: World,
  id: string,
  promotion: Pick<PromotionNote, 'branch' | 'commit' | 'readiness'> & {
    readonly stage: Stage
    readonly forced: string | undefined
  },
): Promise<void> {
  const { stage, forced, ...rest } = promotion
  const signer = await world.engineSigner()
  const now = by(world)
  await append(world, async (view) => {
    const before = trusted(await findRelease(view, id))
    if (before === undefined) throw new Error(`the release ${id} is gone`)
    const note: PromotionNote = {
      ...rest,
      stage: stage.name,
      environments: stage.environments,
      at: now.at,
      by: world.process.by,
      ...(forced !== undefined && { forced }),
    }
    return { entries: [releaseEntry(moved(fold(before, note, now)), signer)], result: undefined }
  })
}

/** The files that hold the environments of a stage, each edited in place. */
async function editedFiles(
  world: World,
  { graph, treeish }: EstateAt,
  stage: Stage,
  release: string,
): Promise<{ readonly files: ReadonlyMap<string, Uint8Array> } | Refused> {
  const documents = stage.environments.flatMap((name) => graph.documents.get(`Environment/${name}`) ?? [])
  const wanted = documents.filter((d) => releaseFollowed(d) !== release)
  if (wanted.length === 0)
    return refused('promotion-impossible', `${stage.name} follows ${release} already`, 'there is nothing to do')
  const tree = await world.treeFiles(treeish)
  const files = new Map<string, string>()
  for (const document of wanted) {
    const entry = tree.entries.find((e) => e.path === document.file)
    if (entry === undefined) throw new Error(`${document.file} is not in the tree it was read from`)
    const text = files.get(document.file) ?? textOf((await tree.read([entry])).get(document.file))
    const done = editYaml(text, document.index, [{ path: ['spec', 'follows'], set: { release } }])
    if ('refused' in done) return unwritable(document, done.refused)
    files.set(document.file, done.text)
  }
  return { files: new Map([...files].map(([path, text]) => [path, new TextEncoder().encode(text)])) }
}

const textOf = (bytes: Uint8Array | undefined): string =>
  new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes ?? new Uint8Array())

function unwritable({ address, file, line }: LoadedDocument, because: string): Refused {
  const summary = `${address} can not be made to follow it: ${because}`
  return { refused: [report('promotion-impossible', { summary, file, line, subject: address })] }
}

function messageFor(
  release: ReleaseRecord,
  stage: Stage,
  unmet: readonly ReadinessFinding[],
  forced: string | undefined,
): string {
  const oneLine = (text: string): string => text.replaceAll(/[\x00-\x1f\x7f]+/g, ' ').trim()
  const told = unmet.map((f) => `Not met: ${f.criterion} (${f.evidence})`)
  const trailers = [
    `Promotes: ${release.id}`,
    `Stage: ${stage.name}`,
    ...(forced !== undefined && unmet.length > 0 ? [`Forced-Because: ${oneLine(forced)}`] : []),
  ]
  const parts = [`Promote ${release.id} to ${stage.name}`, ...(told.length > 0 ? [told.map(oneLine).join('\n')] : [])]
  return `${[...parts, trailers.join('\n')].join('\n\n')}\n`
}
