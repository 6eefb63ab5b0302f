import { reach } from '../graph/reach.ts'
import { eachChange } from '../ledger/find-records.ts'
import { loadDocuments } from '../load/load-documents.ts'
import type { Address } from '../model/address.ts'
import { canonicalJson } from '../model/canonical.ts'
import type { LoadedDocument } from '../model/document.ts'
import type { ChangeRecord } from '../model/record.ts'
import type { LedgerView } from '../ports/ledger.ts'
import type { Commit } from '../ports/repository.ts'
import type { ChangedForRelease, ReleaseChange } from '../release/release-change.ts'
import type { EstateAt } from './estate-at.ts'
import { trusted } from './records.ts'
import type { World } from './world.ts'

/** What came to the target branch since a commit. */
export interface Arrived {
  /** In the order in which they came. */
  readonly changes: readonly ReleaseChange[]
  /** Commits that no change record knows, oldest first. */
  readonly unrecorded: readonly string[]
}

/** The changes whose merges lie between two commits of the target branch. Reads records from the newest, and no more than it takes. */
export async function changesBetween(
  world: World,
  view: LedgerView,
  estate: EstateAt,
  since: string,
): Promise<Arrived> {
  const repository = await world.repository()
  const line = [...(await repository.firstParents(estate.treeish, since))].reverse()
  const left = new Set(line)
  const found: ChangeRecord[] = []
  for await (const outcome of eachChange(view)) {
    if (left.size === 0) break
    const record = trusted(outcome)
    const { merge } = record ?? {}
    if (record === undefined || merge === undefined || merge.commit === merge.base || !line.includes(merge.commit))
      continue
    found.push(record)
    for (const commit of await repository.firstParents(merge.commit, merge.base)) left.delete(commit)
  }
  const order = (record: ChangeRecord): number => line.indexOf(record.merge?.commit ?? '')
  const sorted = found.sort((a, b) => order(a) - order(b))
  return {
    changes: await Promise.all(sorted.map((record) => changeOfRelease(world, estate, record))),
    unrecorded: line.filter((commit) => left.has(commit)),
  }
}

/** One recorded change, with what its commits and documents say of it. */
export async function changeOfRelease(world: World, estate: EstateAt, record: ChangeRecord): Promise<ReleaseChange> {
  const repository = await world.repository()
  const { base, commit } = record.merge ?? { base: '', commit: '' }
  const commits = await repository.commitsBetween(base, commit)
  const documents = await changedBetween(world, estate, base, commit)
  const written = commits.filter((c) => c.parents.length < 2)
  const trailers = commits.flatMap((c) => trailersOf(c.message))
  const promotes = trailers.flatMap((t) => (t.name === 'Promotes' ? [t.value] : []))
  const moves = documents.length > 0 && documents.every((d) => d.kind === 'Environment') && promotes.length > 0
  const { deployment, emergency, rollbackOf, rolledBackBy } = record
  return {
    id: record.id,
    title: titleOf(record, written),
    type: record.type,
    state: record.state,
    ...(emergency !== undefined && { incident: emergency.incident }),
    documents,
    services: reach(
      estate.graph,
      documents.map((d) => d.address),
      estate.compile.links(),
    ).filter((a) => a.startsWith('Service/')),
    hosts: new Set(record.actions.map((a) => a.host)).size,
    trailers,
    authors: [...new Set((written.length > 0 ? written : commits).map((c: Commit) => c.author.name))].sort(),
    ...(rollbackOf !== undefined && { rollbackOf: rollbackOf.join(', ') }),
    ...(rolledBackBy !== undefined && { rolledBackBy }),
    ...(moves && { promotes }),
    ...(deployment?.finishedAt !== undefined && { finishedAt: deployment.finishedAt }),
  }
}

/** What a change is called; a merge that says no more than that it is one goes by the first commit that it brought. */
function titleOf({ title }: ChangeRecord, written: readonly Commit[]): string {
  const [first = ''] = written[0]?.message.split('\n') ?? []
  return /^Merge\b/.test(title) && first.trim() !== '' ? first.trim() : title
}

/** Documents of the files that differ between two commits, and that say something else themselves. */
async function changedBetween(
  world: World,
  estate: EstateAt,
  base: string,
  commit: string,
): Promise<readonly ChangedForRelease[]> {
  const repository = await world.repository()
  const changes = await repository.changes((await repository.commit(base)).tree, (await repository.commit(commit)).tree)
  const yaml = changes.filter((c) => /\.ya?ml$/.test(c.path))
  const side = (which: 'before' | 'after') =>
    documentsOf(
      world,
      estate,
      yaml.map((c) => ({ path: c.path, ...c[which] })),
    )
  const [before, after] = await Promise.all([side('before'), side('after')])
  return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((address): ChangedForRelease[] => {
    const sides = [before.get(address), after.get(address)].flatMap((d) => (d === undefined ? [] : [d.document]))
    const [one, two] = sides
    if (two !== undefined && canonicalJson(one) === canonicalJson(two)) return []
    const owner = sides.at(-1)?.metadata.owner
    return [
      {
        address,
        kind: sides[0]?.kind ?? '',
        labels: sides.map((d) => d.metadata.labels ?? {}),
        ...(owner !== undefined && { owner }),
      },
    ]
  })
}

async function documentsOf(
  world: World,
  estate: EstateAt,
  files: readonly { readonly path: string; readonly mode?: string; readonly id?: string }[],
): Promise<ReadonlyMap<Address, LoadedDocument>> {
  const there = files.flatMap(({ path, id, mode }) =>
    id !== undefined && mode?.startsWith('100') === true ? [{ path, id, mode }] : [],
  )
  const blobs = await (await world.repository()).blobs(there.map((f) => f.id))
  const { documents } = loadDocuments(
    there.map(({ path, id, mode }) => ({ path, mode, blob: id, bytes: blobs.get(id) ?? new Uint8Array() })),
    { kinds: estate.kinds, cache: await world.documentCache() },
  )
  return new Map(documents.map((d) => [d.address, d]))
}

/** `Name: value` lines of the last paragraph. */
function trailersOf(message: string): readonly { readonly name: string; readonly value: string }[] {
  const paragraphs = message.trimEnd().split(/\n\n+/)
  if (paragraphs.length < 2) return []
  return (paragraphs.at(-1) ?? '').split('\n').flatMap((text) => {
    const [, name, value] = /^([A-Za-z][A-Za-z0-9-]*): (.*)$/.exec(text) ?? []
    return name === undefined || value === undefined ? [] : [{ name, value: value.trim() }]
  })
}
