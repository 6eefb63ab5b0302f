import { findBaseline } from '../ledger/find-records.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import { reporter } from '../model/diagnostic.ts'
import { type Comparison, compareEstates, type EstateSide } from '../query/compare-estates.ts'
import { momentAt, momentOf } from './as-of.ts'
import { codes } from './codes.ts'
import { loadCommit } from './estate.ts'
import type { Moment } from './moment.ts'
import { trusted } from './records.ts'
import { lastSeen, type Seen, seenOf, withStore } from './snapshot.ts'
import { targetBranch, targetTip } from './target-branch.ts'
import type { World } from './world.ts'

export type { Compared, Comparison } from '../query/compare-estates.ts'
export type { Difference } from '../query/differences.ts'

const report = reporter(codes)
type Refused = { readonly refused: readonly Diagnostic[] }

/** Words for the estate as it is: the target branch, and what was last seen. */
const present: ReadonlySet<string> = new Set(['now', 'live'])

export interface Side {
  readonly named: string
  readonly at: string
  readonly commit: string
}

export interface Compare extends Comparison {
  readonly before: Side
  readonly after: Side
  readonly diagnostics: readonly Diagnostic[]
}

/** Compares two states of the estate, each a baseline, date, change, commit, tag, or `now`. */
export async function compare(world: World, before: string, after: string): Promise<Compare | Refused> {
  const one = await sideOf(world, before)
  if ('refused' in one) return one
  const two = await sideOf(world, after)
  if ('refused' in two) return two
  return {
    ...compareEstates(one.estate, two.estate),
    before: one.side,
    after: two.side,
    diagnostics: [...one.diagnostics, ...two.diagnostics],
  }
}

interface FoundSide {
  readonly side: Side
  readonly estate: EstateSide
  readonly diagnostics: readonly Diagnostic[]
}

async function sideOf(world: World, named: string): Promise<FoundSide | Refused> {
  const moment = present.has(named) ? await presentMoment(world) : await momentOf(world, named)
  if ('refused' in moment) return moment
  const estate = await loadCommit(world, moment.commit)
  const hosts = estate.graph.ofKind('Host').map((h) => h.document.metadata.name)
  const { seen, diagnostics } = await seenAt(world, named, moment)
  return {
    side: { named, at: moment.at, commit: moment.commit },
    estate: { graph: estate.graph, hosts, catalogue: (host) => estate.compile.host(host), seen },
    diagnostics,
  }
}

async function presentMoment(world: World): Promise<Moment | Refused> {
  if (world.asOf !== undefined) return world.asOf
  const branch = await targetBranch(world)
  const commit = await targetTip(world, branch)
  const at = world.clock.now()
  return commit === undefined
    ? momentAt(world, at)
    : { at: at.toISOString(), commit, because: 'named', ledger: undefined }
}

/** A baseline names its snapshots; else the last before the moment count. */
async function seenAt(
  world: World,
  named: string,
  moment: Moment,
): Promise<{ readonly seen: ReadonlyMap<string, Seen>; readonly diagnostics: readonly Diagnostic[] }> {
  const baseline = present.has(named)
    ? undefined
    : trusted(await findBaseline(await (await world.ledger()).view(), named))
  if (baseline === undefined) return { seen: await lastSeen(world, { before: moment.at }), diagnostics: [] }
  const seen = new Map<string, Seen>()
  const lost: string[] = []
  for (const [host, { digest }] of Object.entries(baseline.snapshots)) {
    const snapshot = await withStore(world, (store) => store.find(host, digest))
    if (snapshot === undefined) lost.push(host)
    else seen.set(host, seenOf(snapshot, moment.at))
  }
  if (lost.length === 0) return { seen, diagnostics: [] }
  const summary = `snapshots of baseline ${named} are not kept here: ${lost.join(', ')}`
  const hint = 'snapshots lie in the clone that made them; what was wanted can be compared all the same'
  return { seen, diagnostics: [report('not-seen', { summary, hint, severity: 'warning' })] }
}
