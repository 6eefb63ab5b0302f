import { zeroId } from './bare-repository.ts'
import { type Account, type ActivityType, type RepositoryState, type State, stamp } from './state.ts'
import { emit } from './webhooks.ts'

export interface RefUpdate {
  readonly ref: string
  /** Forty zeros where it is new, or gone. */
  readonly before: string
  readonly after: string
}

/** Notes that a ref moved, and says so. */
export async function recordActivity(
  state: State,
  repository: RepositoryState,
  account: Account,
  update: RefUpdate,
  type: ActivityType,
): Promise<void> {
  const at = stamp(state)
  repository.activity.push({ id: state.nextId(), ...update, type, account, at })
  repository.pushedAt = at
  emit(state, 'push', repository, account, await pushPayload(state, repository, account, update, type))
}

async function pushPayload(
  state: State,
  repository: RepositoryState,
  account: Account,
  { ref, before, after }: RefUpdate,
  type: ActivityType,
) {
  const gone = after === zeroId
  const from = before === zeroId ? `${after}^` : before
  const ids = gone ? [] : await repository.git.commits(from, after).catch(() => [after])
  const page = `${state.web}/${repository.fullName}`
  const commits = await Promise.all(
    ids.map(async (id) => {
      const facts = await repository.git.commit(id)
      const timestamp = new Date(Number(facts.committer.date.split(' ')[0]) * 1000).toISOString()
      const author = { name: facts.author.name, email: facts.author.email }
      const committer = { name: facts.committer.name, email: facts.committer.email }
      const url = `${page}/commit/${id}`
      const none = { added: [], removed: [], modified: [], distinct: true }
      return { id, tree_id: facts.tree, message: facts.message, timestamp, url, author, committer, ...none }
    }),
  )
  return {
    ref,
    before,
    after,
    created: before === zeroId,
    deleted: gone,
    forced: type === 'force_push',
    base_ref: null,
    compare: `${page}/compare/${before.slice(0, 12)}...${after.slice(0, 12)}`,
    commits,
    head_commit: commits.at(-1) ?? null,
    pusher: { name: account.login, email: `${account.login}@users.noreply.github.com` },
  }
}
