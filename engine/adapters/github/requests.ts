import {
  checkNames,
  type ForgePermission,
  type PlanCheck,
  type PullRequest,
  type RequestPage,
  type Review,
} from '../../model/pull-request.ts'
import type { ForgePush } from '../../model/record.ts'
import { fieldsOf, isObjectId, listOf, numberOf } from './answers.ts'
import type { Call } from './api.ts'
import { GithubError, isHidden, isMissing } from './github-error.ts'
import { mergeableOf } from './mergeable.ts'
import { permissionOf } from './permission.ts'
import {
  accountsOf,
  type BarePage,
  planChecks,
  readHeadBranch,
  readPage,
  readPushes,
  readRetargeted,
  readReviews,
} from './read-request.ts'
import { runsOf } from './runs.ts'
import { appOf, type Self } from './who-we-are.ts'

/** Those whose newest commit it is or that were merged as it, by number. */
export async function requestsOf(call: Call, commit: string, self: Self): Promise<readonly PullRequest[]> {
  if (!isObjectId(commit)) return []
  const meant = (page: BarePage): boolean => page.head === commit || page.merged === commit
  const what = `looking for pull requests of ${commit.slice(0, 12)}`
  let listed: readonly unknown[]
  try {
    listed = await call.list(what, (rest, at) =>
      rest.repos.listPullRequestsAssociatedWithCommit.endpoint({ ...at, commit_sha: commit, per_page: 100 }),
    )
  } catch (error) {
    // A commit that was never pushed has none; that we may not see any is another matter.
    if (!(error instanceof GithubError) || (error.status !== 422 && error.status !== 404)) throw error
    await seeRepository(call)
    return []
  }
  // Pull requests into other repositories that hold the commit are listed, too.
  const here = listed.filter((value) => isOurs(value, call))
  const near = here.map((value) => readPage(value, call.place)).filter(meant)
  // The list leaves out old heads of what was merged otherwise than by a merge commit, and heads that lie in forks.
  const numbers = near.length > 0 ? near.map((page) => page.number) : await searched(call, commit, what)
  const found: PullRequest[] = []
  const permissions: Permissions = new Map()
  for (const number of [...new Set(numbers)].sort((a, b) => a - b)) {
    const page = await requestOf(call, number, self, { permissions, meant })
    if (page !== undefined) found.push(page)
  }
  return found
}

function isOurs(value: unknown, call: Call): boolean {
  const { repo } = fieldsOf(fieldsOf(value, 'a pull request')['base'], 'base')
  const name = fieldsOf(repo, 'base.repo')['full_name']
  return typeof name === 'string' && name.toLowerCase() === call.place.repository.toLowerCase()
}

/** Numbers of pull requests that a search finds by a commit; those that only hold it among them. */
async function searched(call: Call, commit: string, what: string): Promise<readonly number[]> {
  const q = `${commit} repo:${call.place.repository} is:pr`
  const answer = await call.ask(what, (rest, { request }) =>
    rest.search.issuesAndPullRequests({ q, per_page: 100, request }),
  )
  const { items, incomplete_results: incomplete } = fieldsOf(answer, 'a search')
  if (incomplete === true) throw new GithubError('github-unreachable', `${what}: GitHub did not search to the end`)
  return listOf(items, 'items of a search').map((item) => numberOf(fieldsOf(item, 'an item')['number'], 'number'))
}

type Permissions = Map<string | undefined, ForgePermission | undefined>

interface Reading {
  /** What is known already of what accounts may do. */
  readonly permissions: Permissions
  /** Whether the rest is to be read. */
  readonly meant: (page: BarePage) => boolean
}

/** One with all that is known of it; undefined where there is none, or it is not meant. */
export async function requestOf(
  call: Call,
  number: number,
  self: Self,
  { permissions, meant }: Reading = { permissions: new Map(), meant: () => true },
): Promise<RequestPage | undefined> {
  const reading = `reading pull request ${number}`
  let pull: unknown
  try {
    pull = await call.ask(reading, (rest, at) => rest.pulls.get({ ...at, pull_number: number }))
  } catch (error) {
    if (!isMissing(error)) throw error
    await seeRepository(call)
    return undefined
  }
  const page = readPage(pull, call.place)
  if (!meant(page)) return undefined
  const [written, pushes, plans, retargeted] = await Promise.all([
    call.list(`${reading}'s reviews`, (rest, at) =>
      rest.pulls.listReviews.endpoint({ ...at, pull_number: number, per_page: 100 }),
    ),
    pushesOf(call, pull, page),
    plansOf(call, page.head, self),
    retargetedOf(call, number),
  ])
  const reviews = await withPermissions(call, readReviews(written), permissions)
  const mergeable = await mergeableOf(call, pull, page, reviews, self)
  return {
    ...page,
    ...(retargeted !== undefined && { retargetedAt: retargeted }),
    ...{ reviews, pushes, ...(plans !== undefined && { plans }), mergeable },
  }
}

/** Reviews stay when a pull request is made to go into another branch, though it brings other commits there. */
async function retargetedOf(call: Call, number: number): Promise<string | undefined> {
  const events = await call.list(`reading what happened to pull request ${number}`, (rest, at) =>
    rest.issues.listEvents.endpoint({ ...at, issue_number: number, per_page: 100 }),
  )
  return readRetargeted(events)
}

/** That a thing is not there is believed only where the repository is. Throws `github-missing`. */
async function seeRepository(call: Call): Promise<void> {
  await call.ask(`looking for ${call.place.repository}`, (rest, at) => rest.repos.get(at))
}

async function pushesOf(call: Call, pull: unknown, page: BarePage): Promise<readonly ForgePush[]> {
  const { repository } = readHeadBranch(pull)
  if (repository === undefined) return []
  try {
    const entries = await call.list(`reading who pushed to ${page.branch}`, (rest, at) =>
      rest.repos.listActivities.endpoint({
        ...{ ...at, owner: repository.owner, repo: repository.name },
        ...{ ref: `refs/heads/${page.branch}`, per_page: 100 },
      }),
    )
    return readPushes(entries)
  } catch (error) {
    // Of a fork we may not know; without pushes, commits have to be signed.
    if (isHidden(error)) return []
    throw error
  }
}

/** What we said of it. Where we said nothing, another identity of ours may have: jobs that plan need not be who merges. */
/** Slug of the app that the tokens of all jobs stand for. */
const jobs = 'github-actions'

async function plansOf(call: Call, head: string, self: Self): Promise<readonly PlanCheck[] | undefined> {
  const app = appOf(await self())
  if (app === undefined) return undefined
  try {
    const runs = (await Promise.all(checkNames.map((name) => runsOf(call, head, name)))).flat()
    const own = runs.filter((run) => run.app === app)
    // What plans is often the job of a workflow where what merges is an app; other apps say nothing for us.
    return planChecks(own.length > 0 ? own : runs.filter((run) => run.app === jobs))
  } catch (error) {
    if (isHidden(error)) return undefined
    throw error
  }
}

async function withPermissions(call: Call, reviews: readonly Review[], known: Permissions): Promise<readonly Review[]> {
  for (const account of accountsOf(reviews)) {
    if (known.has(account.id)) continue
    // Of whom we may not know it, we may not believe it either.
    const told = await permissionOf(call, account).catch((error: unknown): ForgePermission => {
      if (isHidden(error)) return 'none'
      throw error
    })
    known.set(account.id, told)
  }
  return reviews.map((review) => {
    const permission = known.get(review.account.id)
    return permission === undefined ? review : { ...review, permission }
  })
}

/** Open ones, by number, without what takes further questions. */
export async function openPages(
  call: Call,
  only: { readonly label?: string; readonly branch?: string } = {},
): Promise<readonly RequestPage[]> {
  const head = only.branch === undefined ? {} : { head: `${call.place.owner}:${only.branch}` }
  const listed = await call.list('listing open pull requests', (rest, at) =>
    rest.pulls.list.endpoint({ ...at, ...head, state: 'open', sort: 'created', direction: 'asc', per_page: 100 }),
  )
  const pages = new Map(listed.map((value) => readPage(value, call.place)).map((page) => [page.number, page]))
  const { label, branch } = only
  return [...pages.values()]
    .filter((page) => page.state === 'open')
    .filter((page) => label === undefined || page.labels.some((its) => its.toLowerCase() === label.toLowerCase()))
    .filter((page) => branch === undefined || (page.branch === branch && !page.fork))
    .sort((a, b) => a.number - b.number)
    .map((page) => ({ ...page, reviews: [], pushes: [], mergeable: 'unknown' }))
}
