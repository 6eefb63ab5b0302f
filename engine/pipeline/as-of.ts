import { findBaseline, findBranch, findChange, findGenesis } from '../ledger/find-records.ts'
import { baselinePath, changePath } from '../ledger/paths.ts'
import { dayOrMoment } from '../model/day-or-moment.ts'
import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { Ledger, LedgerView } from '../ports/ledger.ts'
import type { Repository } from '../ports/repository.ts'
import { codes } from './codes.ts'
import type { Moment } from './moment.ts'
import { refusal, trusted } from './records.ts'
import { targetBranch, targetTip } from './target-branch.ts'
import type { World } from './world.ts'

const report = reporter(codes)
type Refused = { readonly refused: readonly Diagnostic[] }

/** Finds the moment that is meant by a date, a change, a baseline, a commit or a tag. */
export async function momentOf(world: World, text: string): Promise<Moment | Refused> {
  const now = world.clock.now()
  const date = parseDate(text, now)
  if (date !== undefined) {
    if (date.getTime() > now.getTime()) return unknownMoment(`${text} lies ahead`)
    return momentAt(world, date)
  }
  const view = await (await world.ledger()).view()
  const change = trusted(await findChange(view, text.toUpperCase()))
  if (change !== undefined) return momentOfEntry(world, changePath(change.id), change.transition.at)
  const baseline = trusted(await findBaseline(view, text))
  if (baseline !== undefined) {
    const ledger = await lastEntry(world, baselinePath(baseline.name))
    return { at: baseline.at, commit: baseline.commit, because: 'named', ledger }
  }
  const repository = await world.repository()
  const commit = await repository.resolve(text)
  if (commit === undefined) return unknownMoment(`${text} is no date, change, baseline or commit of this estate`)
  const at = new Date((await repository.commit(commit)).committer.at)
  return { at: at.toISOString(), commit, because: 'named', ledger: (await ledgerAt(world, view, at.getTime())).tip }
}

/** What was the newest commit, and what the ledger said, at a time. */
export async function momentAt(world: World, at: Date): Promise<Moment | Refused> {
  const now = await (await world.ledger()).view()
  const then = await ledgerAt(world, now, at.getTime())
  const found = await commitAt(world, now, then, at.getTime())
  if (found === undefined) return unknownMoment(`there was no estate yet at ${at.toISOString()}`)
  return { at: at.toISOString(), ...found, ledger: then.tip }
}

/** The moment right after a record was last written: its commit says exactly what the ledger held, dates have whole seconds. */
async function momentOfEntry(world: World, path: string | undefined, at: string): Promise<Moment | Refused> {
  const ledger = await (await world.ledger()).view()
  const tip = await lastEntry(world, path)
  const then = tip === undefined ? noLedger : await (await world.ledger()).view(tip)
  const found = await commitAt(world, ledger, then, Date.parse(at))
  return found === undefined ? unknownMoment(`there was no estate yet at ${at}`) : { at, ...found, ledger: tip }
}

const lastEntry = async (world: World, path: string | undefined): Promise<string | undefined> =>
  (await (await world.ledger()).history(path)).at(-1)?.id

/** The world as it was: documents, records, clock and snapshots of a moment. What writes or reaches out is refused. */
export async function asOfWorld(world: World, moment: Moment): Promise<World> {
  const branch = await targetBranch(world)
  const repository = pastRepository(await world.repository(), branch, moment)
  const ledger = pastLedger(world, moment)
  const refuse = async (): Promise<never> => readsOnly()
  return {
    ...world,
    asOf: moment,
    clock: { now: () => new Date(moment.at) },
    repository: async () => repository,
    ledger: async () => ledger,
    connector: refuse,
    journal: refuse,
    engineSigner: refuse,
    personSigner: refuse,
    fetchHostKeys: refuse,
    savePlan: refuse,
    reach: { tcp: refuse, http: refuse },
    folder: { ...world.folder, write: refuse, replace: refuse, commitAll: refuse },
    workFiles: () => world.treeFiles(moment.commit),
    // Documents are judged by the clock, so what was read for now says nothing of then.
    estates: new Map(),
  }
}

/** A date without a time is meant to its end, in UTC, as far as it has gone; a time without a zone is UTC. */
function parseDate(text: string, now: Date): Date | undefined {
  const begin = dayOrMoment(text, 'begin')
  const end = dayOrMoment(text, 'end')
  if (begin === undefined || end === undefined) return undefined
  return new Date(begin <= now.getTime() && begin < end ? Math.min(end, now.getTime()) : end)
}

/** The ledger after its last entry of that time. Its clocks are those of engines. */
async function ledgerAt(world: World, now: LedgerView, at: number): Promise<LedgerView> {
  const repository = await world.repository()
  for (const id of now.tip === undefined ? [] : await repository.firstParents(now.tip))
    if (Date.parse((await repository.commit(id)).committer.at) <= at) return (await world.ledger()).view(id)
  return noLedger
}

const noLedger: LedgerView = { tip: undefined, file: async () => undefined, list: async () => [] }

/**
 * The newest commit of the target branch at a time. Dates of commits are written by whoever commits, and can lie: where the
 * ledger says what it had recognised by then, that holds. Dates count before its beginning, and for what it has not seen yet.
 */
async function commitAt(
  world: World,
  now: LedgerView,
  then: LedgerView,
  at: number,
): Promise<Pick<Moment, 'commit' | 'because'> | undefined> {
  const repository = await world.repository()
  const recognised = trusted(await findBranch(then))?.recognised
  const newest = trusted(await findBranch(now))?.recognised
  if (recognised !== undefined && recognised !== newest) return { commit: recognised, because: 'recognised' }
  // What came before the ledger is behind the commit that it began with, whatever later commits say of their dates.
  const adoption = recognised === undefined ? trusted(await findGenesis(now))?.adoption : undefined
  const tip = adoption ?? (await targetTip(world, await targetBranch(world)))
  if (tip === undefined) return undefined
  for (const commit of await repository.firstParents(tip, recognised))
    if (Date.parse((await repository.commit(commit)).committer.at) <= at) return { commit, because: 'committed' }
  return recognised === undefined ? undefined : { commit: recognised, because: 'recognised' }
}

/** The target branch ends at the commit of then; what else has a name keeps it. */
function pastRepository(repository: Repository, branch: string, moment: Moment): Repository {
  const names = ['HEAD', branch, `refs/heads/${branch}`, `origin/${branch}`, `refs/remotes/origin/${branch}`]
  const refuse = async (): Promise<never> => readsOnly()
  const over: Partial<Repository> = {
    resolve: async (ref) => (names.includes(ref) ? moment.commit : repository.resolve(ref)),
    fetch: refuse,
    writeCommit: refuse,
    moveBranch: refuse,
    writeTag: refuse,
  }
  return new Proxy(repository, {
    get(target, name) {
      const value: unknown = Reflect.get(Object.hasOwn(over, name) ? over : target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

function pastLedger(world: World, { ledger: tip }: Moment): Ledger {
  const known = async () => new Set(tip === undefined ? [] : await (await world.repository()).firstParents(tip))
  return {
    view: async (at) => {
      const id = at ?? tip
      return id === undefined ? noLedger : (await world.ledger()).view(id)
    },
    latest: async () => readsOnly(),
    history: async (path) => {
      const [ids, commits] = await Promise.all([known(), (await world.ledger()).history(path)])
      return commits.filter((commit) => ids.has(commit.id))
    },
    async *steps(after) {
      if (tip === undefined || after === tip) return
      for await (const step of (await world.ledger()).steps(after)) {
        yield step
        if (step.commit.id === tip) return
      }
    },
    append: async () => readsOnly(),
  }
}

function readsOnly(): never {
  throw refusal(report('reads-only', { summary: 'the past can only be looked at' }))
}

const unknownMoment = (summary: string): Refused => ({ refused: [report('moment-unknown', { summary })] })
