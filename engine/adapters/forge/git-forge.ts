import { isDeepStrictEqual as equal } from 'node:util'
import type { Digest } from '../../model/canonical.ts'
import {
  type CheckName,
  checkNames,
  type ForgeAccount,
  type PlanCheck,
  type RequestPage,
} from '../../model/pull-request.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Forge, ForgeComment, Kept, WantedCheck } from '../../ports/forge.ts'
import type { Person } from '../../ports/repository.ts'
import type { GitContext } from '../git/context.ts'
import { remoteAddress } from '../git/remote.ts'
import { forgeError } from './codes.ts'
import { asItStands, partingOf, pushesOf } from './git-forge-branches.ts'
import type { KeptAccount, KeptCheck, KeptComment, KeptIssue, KeptRequest, KeptThread } from './git-forge-documents.ts'
import { placeOf, whoActs } from './git-forge-place.ts'
import { settingsOf } from './git-forge-settings.ts'
import type { ForgeState } from './git-forge-state.ts'
import { type Edit, GitForgeStore, type Remote, type Writes } from './git-forge-store.ts'

/**
 * The forge that a plain git repository is, without a server: pull requests are JSON in commits of `refs/plumbline/forge` of the remote, their
 * newest commits those of its branches. Whoever may push to that ref can write there what they like, in anybody's name. Undefined where
 * the clone has no remote.
 */
export async function openGitForge(context: GitContext, clock: Clock): Promise<Forge | undefined> {
  if (!(await context.hasRemote())) return undefined
  const place = placeOf((await remoteAddress(context.git)) ?? '')
  return new GitForge(context, clock, place)
}

const outOfDate = 'Out of date'

/** A thread in the folder that it lies in. */
type Thread =
  | { readonly folder: 'requests'; readonly thread: KeptRequest }
  | { readonly folder: 'issues'; readonly thread: KeptIssue }

class GitForge implements Forge {
  readonly place: Forge['place']
  readonly #context: GitContext
  readonly #clock: Clock
  readonly #store: GitForgeStore

  constructor(context: GitContext, clock: Clock, place: Forge['place']) {
    this.#context = context
    this.#clock = clock
    this.place = place
    this.#store = new GitForgeStore(context)
  }

  async self(): Promise<ForgeAccount> {
    return shown((await whoActs(this.#context.git)).account)
  }

  async requests(commit: string): Promise<readonly RequestPage[]> {
    const { remote, state } = await this.#store.look()
    const standing = await this.#standing(remote, state)
    const meant = standing.filter((request) => request.head === commit || request.merged === commit)
    return Promise.all(meant.map((request) => this.#whole(request, remote, state)))
  }

  async request(number: number): Promise<RequestPage | undefined> {
    const { remote, state } = await this.#store.look()
    const kept = state.requests.get(number)
    if (kept === undefined) return undefined
    return this.#whole(await asItStands(this.#context, kept, remote.branches), remote, state)
  }

  async openRequests(only: Parameters<Forge['openRequests']>[0] = {}): Promise<readonly RequestPage[]> {
    const { remote, state } = await this.#store.look()
    return (await this.#standing(remote, state))
      .filter((request) => request.state === 'open')
      .filter(({ labels }) => only.label === undefined || labels.some((its) => sameLabel(its, only.label)))
      .filter(({ branch }) => only.branch === undefined || branch === only.branch)
      .map((request) => this.#page(request))
  }

  async keepRequest(wanted: Parameters<Forge['keepRequest']>[0]): Promise<RequestPage> {
    const { branch, target, title, body } = wanted
    return this.#change(`Keep a pull request of ${branch}`, async (remote, state, by) => {
      const [head, onto] = [remote.branches.get(branch), remote.branches.get(target)]
      if (head === undefined || onto === undefined || !(await this.#store.bring([head, onto])))
        throw forgeError('forge-unknown', `the remote has no branch ${head === undefined ? branch : target}`)
      const standing = await this.#standing(remote, state)
      const open = standing.find((r) => r.state === 'open' && r.branch === branch && r.target === target)
      const made = open ?? {
        ...{ ...this.#thread(state, by), state: 'open' as const, branch, target, head, reviews: [] },
        base: await partingOf(this.#context, head, onto),
      }
      const labels = [...made.labels, ...wanted.labels.filter((label) => !made.labels.includes(label))]
      const kept = { ...made, title, body, labels }
      const result = this.#page(kept)
      if (open !== undefined && equal(open, kept)) return { writes: new Map(), result }
      return { writes: new Map([[`requests/${kept.number}.json`, kept]]), result }
    })
  }

  async closeRequest(number: number): Promise<void> {
    await this.#change(`Close pull request ${number}`, async (remote, state) => {
      const kept = state.requests.get(number)
      if (kept === undefined) throw forgeError('forge-unknown', `the remote keeps no pull request ${number}`)
      const stands = await asItStands(this.#context, kept, remote.branches)
      if (stands.state !== 'open') return nothing
      return { writes: new Map([[`requests/${number}.json`, { ...stands, state: 'closed' }]]), result: undefined }
    })
  }

  async comments(number: number): Promise<readonly ForgeComment[]> {
    const { state } = await this.#store.look()
    return threadOf(state, number).thread.comments.map((comment) => this.#comment(number, comment))
  }

  async keepComment(number: number, marker: string, body: string): Promise<Kept> {
    const text = marked(body, marker)
    return this.#change<Kept>(`Comment on ${number}`, async (_, state, by) => {
      const { comments } = threadOf(state, number).thread
      const ours = comments.find((c) => c.author.login === by.account.login && c.body.includes(marker))
      if (ours === undefined) {
        const made = newComment(comments, by, text)
        return { writes: withComments(state, number, [...comments, made]), result: this.#kept(number, made, 'made') }
      }
      if (ours.body === text) return { writes: new Map(), result: this.#kept(number, ours, 'same') }
      const changed = comments.map((c) => (c === ours ? { ...c, body: text, edited: true } : c))
      return { writes: withComments(state, number, changed), result: this.#kept(number, ours, 'changed') }
    })
  }

  async addComment(number: number, body: string): Promise<ForgeComment> {
    return this.#change(`Comment on ${number}`, async (_, state, by) => {
      const { comments } = threadOf(state, number).thread
      const made = newComment(comments, by, body)
      return { writes: withComments(state, number, [...comments, made]), result: this.#comment(number, made) }
    })
  }

  async react(comment: ForgeComment, how: Parameters<Forge['react']>[1]): Promise<void> {
    await this.#change(`Answer a comment on ${comment.on}`, async (_, state, { account: { login } }) => {
      const { comments } = threadOf(state, comment.on).thread
      const meant = comments.find((c) => c.id === comment.id)
      if (meant === undefined) throw forgeError('forge-unknown', `the remote keeps no such comment on ${comment.on}`)
      const { reactions = [] } = meant
      if (reactions.some((r) => r.login === login && r.how === how)) return nothing
      const answered = { ...meant, reactions: [...reactions, { login, how }] }
      const changed = comments.map((c) => (c === meant ? answered : c))
      return { writes: withComments(state, comment.on, changed), result: undefined }
    })
  }

  /** As on other forges, the newest check of a name counts: one that another key came after is made anew. */
  async keepCheck({ commit, ...check }: WantedCheck): Promise<Kept> {
    const url = this.#url(`check-${commit}`)
    return this.#change<Kept>(`Keep ${check.name}`, async (_, state) => {
      const there = state.checks.get(commit) ?? []
      const newest = there.findLast((c) => c.name === check.name)
      if (newest !== undefined && newest.key === check.key && equal(newest, check))
        return { writes: new Map(), result: { url, done: 'same' } }
      const inPlace = newest?.key === check.key
      const checks = inPlace
        ? there.map((c) => (c === newest ? check : c))
        : [...there.filter((c) => c.name !== check.name || c.key !== check.key), check]
      const writes = new Map([...outlived(state), ...checksOf(commit, checks)])
      return { writes, result: { url, done: inPlace ? 'changed' : 'made' } }
    })
  }

  async supersedeChecks(name: string, commit: string, except: string | undefined, because: string): Promise<number> {
    return this.#change(`Take back ${name}`, async (_, state) => {
      const there = state.checks.get(commit) ?? []
      const isOld = (c: KeptCheck) =>
        c.name === name && c.key !== except && !(c.conclusion === 'neutral' && c.title === outOfDate)
      const result = there.filter(isOld).length
      if (result === 0) return { writes: new Map(), result }
      const neutral = { conclusion: 'neutral', title: outOfDate, summary: because } as const
      return {
        writes: checksOf(
          commit,
          there.map((c) => (isOld(c) ? { ...c, ...neutral } : c)),
        ),
        result,
      }
    })
  }

  async keepIssue(marker: string, wanted: Parameters<Forge['keepIssue']>[1]): Promise<Kept | undefined> {
    const body = marked(wanted.body, marker)
    return this.#change<Kept | undefined>('Keep an issue', async (_, state, by) => {
      const ours = [...state.issues.values()]
        .sort((a, b) => a.number - b.number)
        .find((issue) => issue.author.login === by.account.login && issue.body.includes(marker))
      if (ours === undefined && wanted.state === 'closed') return nothing
      const made: KeptIssue = ours ?? { ...this.#thread(state, by), state: 'open' }
      const { title, state: open } = wanted
      const labels = [...made.labels, ...wanted.labels.filter((label) => !made.labels.includes(label))]
      const kept: KeptIssue = { ...made, title, body, labels, state: open }
      const url = this.#url(`issue-${kept.number}`)
      if (ours !== undefined && equal(ours, kept)) return { writes: new Map(), result: { url, done: 'same' } }
      const done = ours === undefined ? 'made' : 'changed'
      return { writes: new Map([[`issues/${kept.number}.json` as const, kept]]), result: { url, done } }
    })
  }

  /** Nobody writes issues into a git repository. */
  async issue(): Promise<undefined> {
    return undefined
  }

  async setIssue(): Promise<void> {}

  async permission({ login }: ForgeAccount) {
    const { access = {} } = (await this.#store.look()).state
    return (Object.hasOwn(access, login) ? access[login] : undefined) ?? 'none'
  }

  async uploadFindings(): Promise<boolean> {
    return false
  }

  async settings(branches: readonly string[], environments: readonly string[]) {
    return settingsOf((await this.#store.look()).remote, branches, environments)
  }

  /** What became of open requests since is written down with whatever else is: branches go away, and with them what they tell. */
  async #change<Result>(
    title: string,
    edit: (remote: Remote, state: ForgeState, by: Actor) => Promise<Edit<Result>>,
  ): Promise<Result> {
    const { account, ...person } = await whoActs(this.#context.git)
    const by = { account, at: seconds(this.#clock.now()) }
    return this.#store.change(title, { ...person, at: by.at } satisfies Person, async (remote, state) => {
      const { writes, result } = await edit(remote, state, by)
      if (writes.size === 0) return { writes, result }
      const all = new Map(writes)
      for (const stands of await this.#standing(remote, state)) {
        const path = `requests/${stands.number}.json` as const
        const written = all.get(path) as KeptRequest | undefined
        const { state: is, head, merged, mergedBy, mergedAt } = stands
        const facts = { head, ...(merged !== undefined && { merged, mergedBy, mergedAt }) }
        if (written !== undefined) all.set(path, { ...written, ...facts, ...(is !== 'open' && { state: is }) })
        else if (!equal(state.requests.get(stands.number), stands)) all.set(path, stands)
      }
      return { writes: all, result }
    })
  }

  #standing(remote: Remote, { requests }: ForgeState): Promise<readonly KeptRequest[]> {
    return Promise.all([...requests.values()].map((r) => asItStands(this.#context, r, remote.branches)))
  }

  #thread(
    { requests, issues }: ForgeState,
    { account: author, at }: Actor,
  ): Omit<KeptThread, 'title' | 'body'> & typeof noText {
    const number = Math.max(0, ...requests.keys(), ...issues.keys()) + 1
    return { ...noText, number, labels: [], author, openedAt: at, comments: [] }
  }

  async #whole(request: KeptRequest, remote: Remote, { checks, access }: ForgeState): Promise<RequestPage> {
    const may = (login: string) => (Object.hasOwn(access ?? {}, login) ? access?.[login] : undefined) ?? 'none'
    return {
      ...this.#page(request),
      reviews: request.reviews.map(({ author, ...review }) => ({
        ...{ ...review, account: shown(author) },
        ...(access !== undefined && { permission: may(author.login) }),
      })),
      pushes: await pushesOf(this.#context, request, remote.branches),
      plans: planChecks(request.head, checks.get(request.head) ?? []),
    }
  }

  #page({ author, mergedBy, comments: _, base: __, ...request }: KeptRequest): RequestPage {
    return {
      ...{ ...request, host: this.place.host, repository: this.place.repository, author: shown(author) },
      ...(mergedBy !== undefined && { mergedBy: shown(mergedBy) }),
      ...{ fork: false, draft: false, url: this.#url(`request-${request.number}`) },
      ...{ reviews: [], pushes: [], mergeable: 'unknown' },
    }
  }

  #comment(on: number, { id, author, body, at, edited = false }: KeptComment): ForgeComment {
    return { id, on, account: shown(author), body, at, edited, url: this.#url(`comment-${on}-${id}`) }
  }

  #kept(on: number, comment: KeptComment, done: Kept['done']): Kept {
    return { url: this.#comment(on, comment).url, done }
  }

  #url(what: string): string {
    return `${this.place.url}#${what}`
  }
}

/** Who acts, and when. */
interface Actor {
  readonly account: KeptAccount
  /** ISO 8601, UTC. */
  readonly at: string
}

const noText = { title: '', body: '' } as const
const nothing = { writes: new Map(), result: undefined } as const

/** Throws `forge-unknown`. */
function threadOf(state: ForgeState, number: number): Thread {
  const request = state.requests.get(number)
  if (request !== undefined) return { folder: 'requests', thread: request }
  const issue = state.issues.get(number)
  if (issue !== undefined) return { folder: 'issues', thread: issue }
  throw forgeError('forge-unknown', `the remote keeps no pull request or issue ${number}`)
}

function withComments(state: ForgeState, number: number, comments: readonly KeptComment[]): Writes {
  const { folder, thread } = threadOf(state, number)
  return new Map([[`${folder}/${number}.json` as const, { ...thread, comments }]])
}

const newComment = (there: readonly KeptComment[], { account, at }: Actor, body: string): KeptComment => ({
  ...{ id: String(there.length + 1), author: account, body, at },
})

const checksOf = (commit: string, checks: readonly KeptCheck[]): Writes =>
  new Map([[`checks/${commit}.json` as const, checks]])

/** So many commits have checks before those that nobody asks for any more go. */
const mostChecked = 1000

/** Checks of commits that are nobody's newest one, removed once there are many. */
function outlived({ checks, requests }: ForgeState): Writes {
  if (checks.size < mostChecked) return new Map()
  const heads = new Set([...requests.values()].map((request) => request.head))
  return new Map([...checks.keys()].flatMap((id) => (heads.has(id) ? [] : [[`checks/${id}.json` as const, null]])))
}

/** Of each name and plan the newest, in the order in which they came. */
const planChecks = (commit: string, checks: readonly KeptCheck[]): readonly PlanCheck[] =>
  checks.flatMap(({ name, key, conclusion }) =>
    isCheckName(name) && /^sha256:[0-9a-f]{64}$/.test(key) ? [{ name, commit, plan: key as Digest, conclusion }] : [],
  )

const isCheckName = (name: string): name is CheckName => checkNames.some((known) => known === name)

const shown = ({ login, bot = false }: KeptAccount): ForgeAccount => ({ login, bot })

/** The text with the mark that it is found by. */
const marked = (text: string, marker: string): string => (text.includes(marker) ? text : `${marker}\n${text}`)

const sameLabel = (a: string, b: string | undefined): boolean => a.toLowerCase() === b?.toLowerCase()

const seconds = (now: Date): string => `${now.toISOString().slice(0, 19)}Z`
