import { resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Ledger, LedgerCommit, LedgerEntry, LedgerStep, LedgerView } from '../../ports/ledger.ts'
import { RepositoryError } from '../../ports/repository.ts'
import { repositoryError } from './codes.ts'
import { type GitContext, openContext } from './context.ts'
import { commitIds, commitsTouching, entryMessage, ledgerCommit, ledgerSteps, readCommit } from './ledger-commits.ts'
import { currentTip, knownTip, type LedgerTip, localRef, trackingRef } from './ledger-tip.ts'
import { borrowPacks, lendPacks, lentAt } from './lent-packs.ts'
import { swapRef, tipOf, zeroId } from './move-branch.ts'
import { ObjectWriter } from './object-writer.ts'
import { push, remoteName } from './remote.ts'
import { TreeStore } from './tree-store.ts'
import { inTurn, type Turn } from './turn.ts'
import { commitBytes } from './write-commit.ts'

export interface LedgerOptions {
  readonly branch?: string
  /** Reads what this clone has and asks no remote; appending is refused. */
  readonly offline?: boolean
  /** Milliseconds for which lost races are tried again. */
  readonly patience?: number
  /** The repository, where it was found already: finding it costs a process. */
  readonly context?: GitContext
}

/** The ledger of a repository. It keeps one git process for reading until it is closed. */
export interface GitLedger extends Ledger {
  close(): void
}

/** Opens the ledger branch of the repository that a folder lies in. */
export async function openGitLedger(dir: string, options: LedgerOptions = {}): Promise<GitLedger> {
  return new BranchLedger(options.context ?? (await openContext(dir)), options)
}

/** Entries that travel in one push at most. */
const largestBatch = 512

type Prepared = Awaited<ReturnType<Parameters<Ledger['append']>[0]>>

/** Milliseconds between two tries at most. */
const longestPause = 5_000

/** Pushes that may break off in a row before the remote counts as unreachable. */
const mostUncertain = 4

/** One call of `append` that waits for its turn. */
interface Job {
  readonly prepare: (view: LedgerView) => Promise<Prepared>
  readonly resolve: (result: unknown) => void
  readonly reject: (error: unknown) => void
}

/** Commits of several jobs, one after the other, that nobody can see yet. */
interface Chain {
  readonly start: LedgerTip
  readonly tip: string | undefined
  readonly uuids: readonly string[]
  /** Name of the pack that they are in. */
  readonly pack: string | undefined
  /** Packs that the remote's ledger was about to need where the chain begins. */
  readonly below: readonly string[]
  readonly done: readonly { readonly job: Job; readonly result: unknown }[]
}

class BranchLedger implements GitLedger {
  readonly #context: GitContext
  readonly #branch: string
  readonly #offline: boolean
  readonly #patience: number
  readonly #trees: TreeStore
  /** The folder of packs. */
  readonly #packs: string
  readonly #queue: Job[] = []
  #draining = false
  #placed: Promise<string> | undefined
  /** Names of packs that clones of this machine lend each other, those that are here. */
  #lent: readonly string[] = []
  /** What the remote had when it took our last batch: the next one is built on it without asking again. */
  #ours: LedgerTip | undefined
  /** Only one asks the remote at a time: two fetches of one clone get into each other's way. */
  #asking: Promise<unknown> = Promise.resolve()

  constructor(context: GitContext, options: LedgerOptions) {
    this.#context = context
    this.#branch = options.branch ?? 'ledger'
    this.#offline = options.offline ?? false
    this.#patience = options.patience ?? 60_000
    this.#trees = new TreeStore(context.reader)
    this.#packs = resolve(context.commonDir, 'objects', 'pack')
  }

  async view(at?: string): Promise<LedgerView> {
    return this.#viewAt(at ?? (await this.#tip(this.#context.hasRemote)).tip)
  }

  latest(): Promise<LedgerView> {
    return this.view()
  }

  async history(path?: string): Promise<readonly LedgerCommit[]> {
    const { tip } = await this.#tip()
    if (tip === undefined) return []
    const context = this.#context
    const ids = await (path === undefined ? commitIds(context, tip) : commitsTouching(context, tip, path))
    return Promise.all(ids.map(async (id) => ledgerCommit(await readCommit(this.#context, id))))
  }

  async *steps(after?: string): AsyncIterable<LedgerStep> {
    yield* ledgerSteps(this.#context, (await this.#tip()).tip, after)
  }

  append<Result>(
    prepare: (view: LedgerView) => Promise<{ readonly entries: readonly LedgerEntry[]; readonly result: Result }>,
  ): Promise<Result> {
    if (this.#offline)
      return Promise.reject(repositoryError('remote-unreachable', 'nothing can be written to the ledger while offline'))
    return new Promise<Result>((resolve, reject) => {
      this.#queue.push({ prepare, resolve: (result) => resolve(result as Result), reject })
      if (!this.#draining) void this.#drain()
    })
  }

  close(): void {
    this.#context.reader.close()
  }

  #tip(remoteDecides?: () => Promise<boolean>): Promise<LedgerTip> {
    const ask = this.#offline ? knownTip : currentTip
    const answer = this.#asking.then(() => ask(this.#context, this.#branch, remoteDecides))
    this.#asking = answer.catch(() => undefined)
    return answer
  }

  /** Takes what has queued up, again and again: whoever comes while a batch travels goes with the next. */
  async #drain(): Promise<void> {
    this.#draining = true
    // Whoever appends in the same breath goes along: the first would travel alone otherwise.
    await Promise.resolve()
    while (this.#queue.length > 0) {
      const jobs = this.#queue.splice(0, largestBatch)
      try {
        const place = await this.#place()
        let ahead: Chain | undefined
        const batch = (turn: Turn) => this.#appendAll(jobs, place, turn, ahead)
        const getReady = async (told: Promise<boolean>) => {
          // What was there already need not come in our turn, nor the start of our reader.
          const warm = (await this.#borrow(place)) ? tipOf(this.#context, localRef(this.#branch)) : this.#tip()
          warm.catch(() => undefined)
          if (await told) ahead = await this.#buildAhead(place, jobs)
          else await warm
        }
        await inTurn(place, batch, getReady)
      } catch (error) {
        this.#ours = undefined
        for (const job of jobs) job.reject(error)
      }
    }
    this.#ours = undefined
    this.#draining = false
  }

  /** Takes the packs that other clones of this machine lend; false where there are none. */
  async #borrow(place: string): Promise<boolean> {
    const lent = await lentAt(place)
    this.#lent = lent === undefined ? [] : await borrowPacks(lent, this.#packs)
    return this.#lent.length > 0
  }

  /** Lends others the pack of a batch that the remote has taken. */
  async #lend(place: string, { start, tip, below, pack }: Chain): Promise<void> {
    if (pack === undefined || tip === undefined || !start.remote) return
    this.#lent = [...new Set([...this.#lent, ...below, pack])]
    await lendPacks(place, { folder: this.#packs, names: this.#lent, ahead: { tip, names: [] } })
  }

  /** Lends whoever is next the pack of a batch that is about to travel, so that it can go on from there meanwhile. */
  async #lendAhead(place: string, { start, tip, below, pack }: Chain, turn: Turn): Promise<void> {
    if (pack === undefined || tip === undefined || !start.remote) return
    const names = [...below, pack].filter((name) => !this.#lent.includes(name))
    await lendPacks(place, { folder: this.#packs, names: this.#lent, ahead: { tip, names } })
    turn.tell()
  }

  /**
   * Builds on the batch that somebody else pushes at this moment. What comes of it counts only where the remote says, in our
   * turn, that its ledger ends there; else nobody gets to see it, and nobody hears of what was refused on top of it.
   */
  async #buildAhead(place: string, jobs: readonly Job[]): Promise<Chain | undefined> {
    const lent = await lentAt(place)
    if (lent?.ahead === undefined || lent.ahead.tip.length !== zeroId(this.#context).length) return undefined
    const { tip, names } = lent.ahead
    this.#lent = await borrowPacks(lent, this.#packs)
    const below = await borrowPacks({ folder: lent.folder, names }, this.#packs)
    const refuse = (_: Job, error: unknown) => {
      throw error
    }
    return this.#build({ tip, remote: true }, jobs, below, refuse)
  }

  /** What writers of one ledger have in common: where it lies. */
  #place(): Promise<string> {
    this.#placed ??= this.#context.git
      .run(['remote', 'get-url', '--push', remoteName])
      .then(({ code, stdout }) => `${code === 0 ? stdout.toString().trim() : this.#context.commonDir} ${this.#branch}`)
    return this.#placed
  }

  async #appendAll(jobs: readonly Job[], place: string, turn: Turn, ahead: Chain | undefined): Promise<void> {
    if (ahead !== undefined) this.#ours = undefined
    if (this.#ours === undefined) await this.#borrow(place)
    if (ahead !== undefined) await this.#lendAhead(place, ahead, turn)
    const giveUpAt = performance.now() + this.#patience
    const uncertain: Chain[] = []
    let waiting = jobs
    for (let tries = 1; ; tries += 1) {
      const begun = performance.now()
      const start = this.#ours ?? (await this.#tipAfter(uncertain))
      const prepared = tries === 1 ? ahead : undefined
      const chain = (await this.#arrived(uncertain, start.tip)) ?? (await this.#chainFrom(start, waiting, prepared))
      if (chain !== ahead && !uncertain.includes(chain)) await this.#lendAhead(place, chain, turn)
      const outcome = uncertain.includes(chain) ? 'done' : await this.#publish(chain)
      this.#ours = outcome === 'done' && chain.start.remote ? { tip: chain.tip, remote: true } : undefined
      if (outcome === 'done') {
        await this.#lend(place, chain)
        turn.giveBack()
        if (chain.start.remote && !uncertain.includes(chain)) await this.#follow(chain)
        for (const { job, result } of chain.done) job.resolve(result)
        return
      }
      if (outcome === 'unknown') uncertain.push(chain)
      waiting = chain.done.map(({ job }) => job)
      if (uncertain.length > mostUncertain)
        throw repositoryError('remote-unreachable', `the push of the ledger broke off ${uncertain.length} times`)
      if (performance.now() > giveUpAt)
        throw repositoryError('ledger-contended', `the ledger moved each time it was written, ${tries} times`)
      // What a try takes is what the others take, too: whoever comes sooner than that only gets into their way.
      const step = outcome === 'lost' ? Math.max(10, performance.now() - begun) : 10
      await pause(Math.random() * Math.min(longestPause, step * 2 ** tries))
    }
  }

  /** The chain that was built ahead, where the ledger went where it begins; else one that is built now. */
  async #chainFrom(start: LedgerTip, jobs: readonly Job[], ahead: Chain | undefined): Promise<Chain> {
    const there = ahead !== undefined && start.remote && start.tip === ahead.start.tip
    return there ? ahead : this.#build(start, jobs)
  }

  /** Asks each job for its entries, on top of those before it. A job that throws falls out and the others go on. */
  async #build(
    start: LedgerTip,
    jobs: readonly Job[],
    below: readonly string[] = [],
    refuse = (job: Job, error: unknown) => job.reject(error),
  ): Promise<Chain> {
    const objects = new ObjectWriter(resolve(this.#context.commonDir, 'objects'), this.#context.format)
    const uuids: string[] = []
    const done: { job: Job; result: unknown }[] = []
    let at = start.tip
    let tree = at === undefined ? undefined : await this.#treeOf(at)
    for (const job of jobs) {
      try {
        const { entries, result } = await job.prepare(this.#viewAt(at, tree, objects))
        let [next, nextTree] = [at, tree]
        for (const entry of entries) {
          nextTree = await this.#trees.edit(nextTree, entry.files, objects)
          next = objects.write('commit', await this.#entryCommit(entry, nextTree, next))
        }
        ;[at, tree] = [next, nextTree]
        uuids.push(...entries.map((e) => e.uuid))
        done.push({ job, result })
      } catch (error) {
        refuse(job, error)
      }
    }
    const pack = await objects.settle()
    return { start, tip: at, uuids, pack, below, done }
  }

  #entryCommit(entry: LedgerEntry, tree: string, parent: string | undefined): Promise<Buffer> {
    const at = `${entry.at.toISOString().slice(0, 19)}+00:00`
    const person = { name: entry.actor, email: 'ledger@plumbline.invalid', at }
    const parents = parent === undefined ? [] : [parent]
    const commit = {
      tree,
      parents,
      author: person,
      committer: person,
      message: entryMessage(entry),
      signer: entry.signer,
    }
    return commitBytes(commit, this.#context.format)
  }

  async #publish({ start, tip }: Chain): Promise<'done' | 'lost' | 'unknown'> {
    if (tip === undefined || tip === start.tip) return 'done'
    const ref = localRef(this.#branch)
    if (!start.remote) return (await swapRef(this.#context, ref, start.tip ?? null, tip)) ? 'done' : 'lost'
    const pushed = await push(this.#context.git, tip, ref)
    if (pushed.outcome === 'refused')
      throw repositoryError('push-refused', `the remote refused the ledger's entries: ${pushed.because}`)
    return pushed.outcome
  }

  /**
   * The branches here go where the remote's went. Where another process of this clone was here already, it has moved them at
   * least as far. git notes a push in the tracking branch only where the clone is configured to fetch it: some fetch one only.
   */
  async #follow({ start, tip }: Chain): Promise<void> {
    if (tip === undefined || tip === start.tip) return
    await swapRef(this.#context, localRef(this.#branch), start.tip ?? null, tip)
    const tracking = trackingRef(this.#branch)
    if ((await tipOf(this.#context, tracking)) === start.tip)
      await swapRef(this.#context, tracking, start.tip ?? null, tip)
  }

  /**
   * The chain that did arrive although its push broke off. Asked before every further try: a server may still be at work
   * on it when the first answer comes.
   */
  async #arrived(uncertain: readonly Chain[], tip: string | undefined): Promise<Chain | undefined> {
    const first = uncertain[0]
    if (first === undefined || tip === undefined || tip === first.start.tip) return undefined
    const ids = await commitIds(this.#context, tip, undefined, first.start.tip)
    const commits = await Promise.all(ids.map((id) => readCommit(this.#context, id)))
    const there = new Set(commits.map((c) => ledgerCommit(c).trailers['Transition-Id']))
    return uncertain.find((chain) => chain.uuids.every((uuid) => there.has(uuid)))
  }

  /** After a push broke off the remote may be gone for a moment, and what became of the push has to be known. */
  async #tipAfter(uncertain: readonly Chain[]): Promise<LedgerTip> {
    for (let left = 4; ; left -= 1) {
      try {
        return await this.#tip()
      } catch (error) {
        if (!(error instanceof RepositoryError) || error.code !== 'remote-unreachable' || uncertain.length === 0)
          throw error
        if (left === 0)
          throw repositoryError(
            'remote-unreachable',
            "the push of the ledger broke off, and the remote can't be asked whether it arrived",
            'when the remote answers again, run: plumbline log; repeat the command if its entry is not there',
          )
        await pause(Math.random() * 500)
      }
    }
  }

  async #treeOf(commit: string, objects?: ObjectWriter): Promise<string> {
    const pending = objects?.pending(commit)
    const line = (pending?.data ?? (await this.#context.reader.read(commit))?.data)?.toString('latin1', 0, 69) ?? ''
    const tree = /^tree ([0-9a-f]+)/.exec(line)?.[1]
    if (tree === undefined) throw repositoryError('repository-corrupt', `commit ${commit} of the ledger is missing`)
    return tree
  }

  #viewAt(tip: string | undefined, tree?: string, objects?: ObjectWriter): LedgerView {
    const root = async () => tree ?? (tip === undefined ? undefined : this.#treeOf(tip, objects))
    return {
      tip,
      file: async (path) => {
        const id = await root()
        return id === undefined ? undefined : this.#trees.file(id, path, objects)
      },
      list: async (folder) => {
        const id = await root()
        return id === undefined ? [] : this.#trees.list(id, folder, objects)
      },
    }
  }
}
