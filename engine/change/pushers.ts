import type { Account } from '../model/account.ts'
import { canonicalJson } from '../model/canonical.ts'
import type { ForgePush } from '../model/record.ts'
import type { JudgedCommit } from './authors.ts'

/** What a forge knows of the hands behind a pull request. */
export interface Pushed {
  /** Host name of the forge. */
  readonly host: string
  /** Login of the account that opened it, and the forge's number of it where it tells one. */
  readonly author: string
  readonly authorId?: string
  readonly pushes: readonly ForgePush[]
}

/**
 * Says of each commit of a change who pushed it. A push brought what is reachable from its tip and was not before it; where the
 * tip before it is not known, everything up to its tip. Who pushed what is not part of the change any more, since the branch was
 * rewritten, had a hand in it all the same: the lines may have gone into another commit.
 *
 * @param old tips of pushes that were on the target branch already: such a push brought nothing
 */
export function withPushers(
  commits: readonly JudgedCommit[],
  known: readonly Pushed[],
  old: ReadonlySet<string>,
): readonly JudgedCommit[] {
  if (known.length === 0) return commits
  const pushers = new Map<string, Account[]>()
  const hands: Account[] = []
  for (const { host, author, authorId, pushes } of known) {
    hands.push(accountOf(host, author, authorId))
    for (const push of pushes) {
      const account = accountOf(host, push.login, push.id)
      const brought = broughtBy(push, commits)
      if (brought === undefined && !old.has(push.after)) hands.push(account)
      for (const id of brought ?? []) pushers.set(id, [...(pushers.get(id) ?? []), account])
    }
  }
  return commits.map((c) => ({ ...c, pushers: unlike(pushers.get(c.id) ?? []), hands: unlike(hands) }))
}

/** Commits for which the forge's word on who pushed them counts against those people only: nobody's hand is proved by it. */
export function withPushesUnproven(commits: readonly JudgedCommit[]): readonly JudgedCommit[] {
  return commits.map(({ pushers = [], ...commit }) => ({
    ...commit,
    hands: unlike([...(commit.hands ?? []), ...pushers]),
  }))
}

/** Leaves out pushes that brought nothing but clean merges, such as of the target branch: those are no authorship. */
export function withoutUpdates(pushes: readonly ForgePush[], commits: readonly JudgedCommit[]): readonly ForgePush[] {
  const clean = new Set(commits.filter((c) => c.cleanMerge && c.parents.length > 1).map((c) => c.id))
  return pushes.filter((push) => {
    const brought = broughtBy(push, commits)
    return brought === undefined || brought.size === 0 || [...brought].some((id) => !clean.has(id))
  })
}

/** Ids of the commits of the change that a push brought; undefined where its tip is not among them. */
function broughtBy(push: ForgePush, commits: readonly JudgedCommit[]): ReadonlySet<string> | undefined {
  const parents = new Map(commits.map((c) => [c.id, c.parents]))
  if (!parents.has(push.after)) return undefined
  const before = push.before === undefined ? new Set<string>() : reachable(push.before, parents)
  return new Set([...reachable(push.after, parents)].filter((id) => !before.has(id)))
}

const accountOf = (host: string, login: string, id: string | undefined): Account => ({
  ...{ host, login },
  ...(id !== undefined && { id }),
})

function reachable(tip: string, parents: ReadonlyMap<string, readonly string[]>): Set<string> {
  const found = new Set<string>()
  const open = [tip]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const next = parents.get(id)
    if (next === undefined || found.has(id)) continue
    found.add(id)
    open.push(...next)
  }
  return found
}

function unlike(accounts: readonly Account[]): readonly Account[] {
  return [...new Map(accounts.map((a) => [canonicalJson(a), a])).values()]
}
