import { baselineEntry } from '../ledger/entries.ts'
import { baselineNames, findBaseline } from '../ledger/find-records.ts'
import { baselineName } from '../ledger/paths.ts'
import { type Digest, digestOf, type Sha256 } from '../model/canonical.ts'
import { compareText, type Diagnostic, hasErrors, reporter } from '../model/diagnostic.ts'
import type { BaselineRecord } from '../model/record.ts'
import type { Catalogue } from '../model/resource.ts'
import { nearest } from '../schema/nearest.ts'
import { codes } from './codes.ts'
import { expectOwnKey } from './engine-keys.ts'
import { loadCommit } from './estate.ts'
import { append, expectGenesis, trusted } from './records.ts'
import { lastSeen } from './snapshot.ts'
import { targetBranch, targetTip } from './target-branch.ts'
import type { World } from './world.ts'

const report = reporter(codes)
type Refused = { readonly refused: readonly Diagnostic[] }

/** Names that mean something else where two states are compared. */
const reserved: ReadonlySet<string> = new Set(['now', 'live', 'head', 'list', 'show'])

/** Writes down how the estate stands: the target branch, what it wants of each host, and what each was last seen to be like. */
export async function recordBaseline(
  world: World,
  options: { readonly name: string; readonly comment?: string },
): Promise<{ readonly baseline: BaselineRecord } | Refused> {
  const { name, comment } = options
  if (!baselineName.test(name) || reserved.has(name)) {
    const hint = 'a name has small letters, digits, points and dashes, and begins with a letter: release-2026.10'
    return { refused: [report('baseline-unknown', { summary: `${name} can not be the name of a baseline`, hint })] }
  }
  await expectOwnKey(world, await expectGenesis(world))
  const branch = await targetBranch(world)
  const estate = await loadCommit(world, (await targetTip(world, branch)) ?? branch)
  const hosts = estate.graph.ofKind('Host').map((h) => h.document.metadata.name)
  const found = [...estate.diagnostics, ...estate.compile.diagnostics(hosts)]
  if (hasErrors(found)) return { refused: found }
  const seen = await lastSeen(world, { hosts })
  const by = (digests: readonly (readonly [string, unknown])[]) =>
    Object.fromEntries([...digests].sort(([a], [b]) => compareText(a, b)))
  const baseline: BaselineRecord = {
    apiVersion: 'plumbline/v1',
    kind: 'Baseline',
    name,
    ...(comment !== undefined && { comment }),
    at: world.clock.now().toISOString(),
    by: world.process.by,
    commit: estate.treeish,
    tree: (await (await world.repository()).commit(estate.treeish)).tree,
    catalogues: by(hosts.map((h) => [h, catalogueDigest(estate.compile.host(h), world.sha256)])) as Record<
      string,
      Digest
    >,
    snapshots: by(
      [...seen.values()].map((s) => [s.host, { digest: s.digest, seen: s.seen }]),
    ) as BaselineRecord['snapshots'],
  }
  const signer = await world.engineSigner()
  return append<{ readonly baseline: BaselineRecord } | Refused>(world, async (view) => {
    if (trusted(await findBaseline(view, name)) !== undefined) {
      const refused = [report('baseline-exists', { summary: `there is a baseline ${name} already` })]
      return { entries: [], result: { refused } }
    }
    return { entries: [baselineEntry(baseline, world.uuid(), signer)], result: { baseline } }
  })
}

/** What is wanted on a host, without where it is said. */
function catalogueDigest({ resources }: Catalogue, sha256: Sha256): Digest {
  return digestOf(
    sha256,
    resources.map(({ declaredBy: _, ...resource }) => resource),
  )
}

/** Oldest first. */
export async function listBaselines(world: World): Promise<readonly BaselineRecord[]> {
  const view = await (await world.ledger()).view()
  const names = await baselineNames(view)
  const records = await Promise.all(names.map(async (name) => trusted(await findBaseline(view, name))))
  return records
    .filter((record) => record !== undefined)
    .sort((a, b) => compareText(a.at, b.at) || compareText(a.name, b.name))
}

export async function showBaseline(
  world: World,
  name: string,
): Promise<{ readonly baseline: BaselineRecord } | Refused> {
  const view = await (await world.ledger()).view()
  const baseline = trusted(await findBaseline(view, name))
  if (baseline !== undefined) return { baseline }
  const near = nearest(name, await baselineNames(view))
  const hint = near === undefined ? {} : { hint: `did you mean ${near}?` }
  return { refused: [report('baseline-unknown', { summary: `there is no baseline ${name}`, ...hint })] }
}
