import { resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Person } from '../../ports/repository.ts'
import { repositoryError } from '../git/codes.ts'
import type { GitContext } from '../git/context.ts'
import { networkDeadline, said } from '../git/git-process.ts'
import { isAncestor, swapRef, tipOf } from '../git/move-branch.ts'
import { ObjectWriter } from '../git/object-writer.ts'
import { parseCommit } from '../git/parse-commit.ts'
import { fetchBranches, push, remoteAddress, remoteName } from '../git/remote.ts'
import { TreeStore } from '../git/tree-store.ts'
import { inTurn } from '../git/turn.ts'
import { commitBytes } from '../git/write-commit.ts'
import { forgeError } from './codes.ts'
import { type Folder, writeDocument } from './git-forge-documents.ts'
import { checkRoom, type ForgeState, readState } from './git-forge-state.ts'

/** Where pull requests lie on the remote: no branch, so that nobody checks it out or merges it by mistake. */
export const forgeRef = 'refs/plumbline/forge'
const seenRef = 'refs/plumbline/seen/forge'

/** What the remote has, as one answer of it says. */
export interface Remote {
  /** Newest commit of what is kept of pull requests. */
  readonly forge: string | undefined
  /** Newest commits of branches, by short name. */
  readonly branches: ReadonlyMap<string, string>
  readonly defaultBranch: string | undefined
}

/** Documents to write, by path: the folder says of which form they are. Null removes one. */
export type Writes = ReadonlyMap<`${Folder}${'' | `/${string}`}.json`, unknown>

export interface Edit<Result> {
  readonly writes: Writes
  readonly result: Result
}

/** Milliseconds for which lost races are tried again. */
const patience = 120_000
const longestPause = 2_000
/** Pushes that may break off in a row before the remote counts as unreachable. */
const mostUncertain = 4
/** A remote that moves faster than it can be fetched is asked so often. */
const mostLooks = 5

/** Documents in commits of one ref of the remote. Everything throws `remote-unreachable` and its like, and `forge-unreadable`. */
export class GitForgeStore {
  readonly #context: GitContext
  readonly #trees: TreeStore
  #state: { readonly tip: string; readonly state: ForgeState } | undefined

  constructor(context: GitContext) {
    this.#context = context
    this.#trees = new TreeStore(context.reader)
  }

  /** What the remote has now. The objects of its pull requests, and of the branches that they are about, are here then. */
  async look(): Promise<{ readonly remote: Remote; readonly state: ForgeState }> {
    for (let left = mostLooks; left > 0; left -= 1) {
      const remote = await this.#ask()
      const { forge, branches } = remote
      if (forge !== undefined && !(await this.#has(forge)))
        await fetchBranches(this.#context.git, [`+${forgeRef}:${seenRef}`])
      if (forge !== undefined && !(await this.#has(forge))) continue
      const state = await this.#stateAt(forge)
      const open = [...state.requests.values()].filter((request) => request.state === 'open')
      const wanted = new Set(open.flatMap((request) => [request.branch, request.target]))
      const tips = [...wanted].flatMap((branch) => branches.get(branch) ?? [])
      if (await this.bring(tips)) return { remote, state }
    }
    throw repositoryError('remote-unreachable', 'the remote moved each time it was asked')
  }

  /** Fetches branches where one of these commits is not here; false where it is not on the remote's branches either. */
  async bring(tips: readonly string[]): Promise<boolean> {
    const missing = async () => (await Promise.all(tips.map((tip) => this.#has(tip)))).includes(false)
    if (!(await missing())) return true
    await fetchBranches(this.#context.git, [`+refs/heads/*:refs/remotes/${remoteName}/*`])
    return !(await missing())
  }

  /**
   * Writes what `edit` makes of what is there, by compare-and-swap: where somebody else was faster it is asked again, so that
   * nothing that others wrote is lost. Throws `push-refused`, `forge-contended`, `forge-unfit`.
   */
  async change<Result>(
    title: string,
    by: Person,
    edit: (remote: Remote, state: ForgeState) => Promise<Edit<Result>>,
  ): Promise<Result> {
    const place = `${await remoteAddress(this.#context.git)} ${forgeRef}`
    return inTurn(place, () => this.#change(title, by, edit))
  }

  async #change<Result>(
    title: string,
    by: Person,
    edit: (remote: Remote, state: ForgeState) => Promise<Edit<Result>>,
  ): Promise<Result> {
    const giveUpAt = performance.now() + patience
    const uncertain: { readonly commit: string; readonly result: Result }[] = []
    for (let tries = 1; ; tries += 1) {
      const { remote, state } = await this.look()
      for (const { commit, result } of uncertain)
        if (remote.forge !== undefined && (await isAncestor(this.#context, commit, remote.forge))) return result
      const { writes, result } = await edit(remote, state)
      if (writes.size === 0) return result
      const commit = await this.#commit(title, by, remote.forge, state, writes)
      const pushed = await push(this.#context.git, commit, forgeRef)
      if (pushed.outcome === 'done') {
        await swapRef(this.#context, seenRef, (await tipOf(this.#context, seenRef)) ?? null, commit)
        return result
      }
      if (pushed.outcome === 'refused')
        throw repositoryError('push-refused', `the remote refused to keep pull requests: ${pushed.because}`)
      if (pushed.outcome === 'unknown') uncertain.push({ commit, result })
      if (uncertain.length > mostUncertain)
        throw repositoryError('remote-unreachable', 'the push of pull requests broke off again and again')
      if (performance.now() > giveUpAt)
        throw forgeError('forge-contended', `pull requests moved each time they were written, ${tries} times`)
      await pause(Math.random() * Math.min(longestPause, 20 * 2 ** tries))
    }
  }

  async #commit(
    title: string,
    by: Person,
    parent: string | undefined,
    state: ForgeState,
    writes: Writes,
  ): Promise<string> {
    const { commonDir, format } = this.#context
    const objects = new ObjectWriter(resolve(commonDir, 'objects'), format)
    const texts = [...writes].map(([path, value]) => {
      const [folder = ''] = path.split(/[/.]/)
      return [path, value === null ? null : writeDocument(folder as Folder, path, value)] as const
    })
    checkRoom(state, texts)
    const before = parent === undefined ? undefined : await this.#treeOf(parent)
    const tree = await this.#trees.edit(before, new Map(texts), objects)
    const parents = parent === undefined ? [] : [parent]
    const message = title.replace(/[\x00-\x1f\x7f]/g, ' ').slice(0, 200)
    const id = objects.write('commit', await commitBytes({ tree, parents, author: by, committer: by, message }, format))
    await objects.settle()
    return id
  }

  async #stateAt(tip: string | undefined): Promise<ForgeState> {
    if (tip === undefined) return readState(this.#context, undefined)
    if (this.#state?.tip !== tip) this.#state = { tip, state: await readState(this.#context, tip, this.#state?.state) }
    return this.#state.state
  }

  async #treeOf(commit: string): Promise<string> {
    const object = await this.#context.reader.read(commit)
    if (object?.type !== 'commit') throw forgeError('forge-unreadable', `${forgeRef} is no commit`)
    return parseCommit(commit, object.data).tree
  }

  async #has(id: string): Promise<boolean> {
    return (await this.#context.reader.read(id)) !== undefined
  }

  async #ask(): Promise<Remote> {
    const { git, hasRemote } = this.#context
    if (!(await hasRemote())) throw repositoryError('remote-unreachable', 'this clone has no remote')
    const args = ['ls-remote', '--quiet', '--symref', '--end-of-options', remoteName, 'HEAD', 'refs/heads/*', forgeRef]
    const result = await git.run(args, { deadline: networkDeadline })
    if (/not allowed/.test(result.stderr) && result.code !== 0)
      throw repositoryError('protocol-forbidden', said(result.stderr))
    if (result.code !== 0)
      throw repositoryError('remote-unreachable', `the remote does not answer: ${said(result.stderr)}`)
    const branches = new Map<string, string>()
    let [forge, defaultBranch]: (string | undefined)[] = []
    for (const line of result.stdout.toString().split('\n')) {
      const [id = '', name = ''] = line.split('\t')
      if (name === 'HEAD' && id.startsWith('ref: refs/heads/')) defaultBranch = id.slice('ref: refs/heads/'.length)
      else if (name === forgeRef) forge = id
      else if (name.startsWith('refs/heads/')) branches.set(name.slice('refs/heads/'.length), id)
    }
    return { forge, branches, defaultBranch }
  }
}
