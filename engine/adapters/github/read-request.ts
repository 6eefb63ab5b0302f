import type { Digest } from '../../model/canonical.ts'
import {
  type CheckConclusion,
  checkNames,
  type ForgeAccount,
  type PlanCheck,
  type RequestPage,
  type Review,
} from '../../model/pull-request.ts'
import type { ForgePush } from '../../model/record.ts'
import {
  accountOf,
  branchOf,
  fieldsOf,
  flagOf,
  instantOf,
  isNoCommit,
  listOf,
  malformed,
  numberOf,
  objectIdOf,
  pageOf,
  textIfAny,
  textOf,
  word,
} from './answers.ts'
import type { GithubPlace } from './place.ts'

/** What the page of a pull request says by itself. */
export type BarePage = Omit<RequestPage, 'reviews' | 'pushes' | 'plans' | 'mergeable'>

export interface HeadBranch {
  /** The repository that it is in; undefined where that is gone. */
  readonly repository: { readonly owner: string; readonly name: string } | undefined
}

/** Reads a pull request as `pulls` and `pulls/N` write it; of a list, without who merged it. */
export function readPage(value: unknown, place: GithubPlace): BarePage {
  const pull = fieldsOf(value, 'a pull request')
  const number = numberOf(pull['number'], 'number')
  const at = (field: string) => `${field} of pull request ${number}`
  const base = fieldsOf(pull['base'], at('base'))
  const head = fieldsOf(pull['head'], at('head'))
  const its = textOf(fieldsOf(base['repo'], at('base.repo'))['full_name'], at('base.repo.full_name'))
  if (its.toLowerCase() !== place.repository.toLowerCase()) throw malformed(at('base.repo.full_name'))
  const state = word(pull['state'], at('state'), /^(?:open|closed)$/)
  const merged = textIfAny(pull['merged_at'], at('merged_at')) !== undefined
  // Lists do not have this one.
  if (pull['merged'] !== undefined && flagOf(pull['merged'], at('merged')) !== merged) throw malformed(at('merged'))
  const mergedBy = pull['merged_by']
  return {
    ...{ host: place.host, repository: place.repository, number },
    target: branchOf(base['ref'], at('base.ref')),
    head: objectIdOf(head['sha'], at('head.sha')),
    author: accountOf(pull['user'], at('user')),
    ...(merged && { merged: objectIdOf(pull['merge_commit_sha'], at('merge_commit_sha')) }),
    ...(merged && { mergedAt: instantOf(pull['merged_at'], at('merged_at')) }),
    ...(merged && typeof mergedBy === 'object' && mergedBy !== null
      ? { mergedBy: accountOf(mergedBy, at('merged_by')) }
      : {}),
    state: merged ? 'merged' : state === 'open' ? 'open' : 'closed',
    title: textOf(pull['title'], at('title')),
    body: textIfAny(pull['body'], at('body')) ?? '',
    branch: branchOf(head['ref'], at('head.ref')),
    fork: isFork(head['repo'], base['repo'], at),
    draft: pull['draft'] === undefined ? false : flagOf(pull['draft'], at('draft')),
    labels: listOf(pull['labels'], at('labels')).map((label) =>
      textOf(fieldsOf(label, at('labels'))['name'], at('labels')),
    ),
    url: pageOf(pull['html_url'], at('html_url')),
    openedAt: instantOf(pull['created_at'], at('created_at')),
  }
}

function isFork(head: unknown, base: unknown, at: (field: string) => string): boolean {
  // A fork that was deleted is shown as nothing.
  if (head === null) return true
  const [from, to] = [fieldsOf(head, at('head.repo')), fieldsOf(base, at('base.repo'))]
  return numberOf(from['id'], at('head.repo.id')) !== numberOf(to['id'], at('base.repo.id'))
}

/** Where the branch of a pull request lies, as `pulls/N` writes it. */
export function readHeadBranch(value: unknown): HeadBranch {
  const repo = fieldsOf(fieldsOf(value, 'a pull request')['head'], 'head')['repo']
  if (repo === null) return { repository: undefined }
  const full = word(fieldsOf(repo, 'head.repo')['full_name'], 'head.repo.full_name', /^[\w.-]{1,100}\/[\w.-]{1,100}$/)
  const [owner = '', name = ''] = full.split('/')
  return { repository: { owner, name } }
}

const reviewStates: Readonly<Record<string, Review['state'] | 'pending'>> = {
  APPROVED: 'approved',
  CHANGES_REQUESTED: 'changes-requested',
  COMMENTED: 'commented',
  DISMISSED: 'dismissed',
  PENDING: 'pending',
}

const noCommit = '0'.repeat(40)

/** Reads `pulls/N/reviews`, oldest first. Those that were not submitted yet are left out; of one that comes twice, the last counts. */
export function readReviews(values: readonly unknown[]): readonly Review[] {
  const reviews = new Map<string, Review>()
  for (const value of values) {
    const review = fieldsOf(value, 'a review')
    const id = String(numberOf(review['id'], 'id of a review'))
    const at = (field: string) => `${field} of review ${id}`
    const written = textOf(review['state'], at('state'))
    const state = Object.hasOwn(reviewStates, written) ? reviewStates[written] : undefined
    if (state === undefined) throw malformed(at('state'))
    if (state === 'pending') continue
    // Of a commit that is gone since the branch was pushed over: it is no commit that anybody could ask about.
    const commit = review['commit_id'] === null ? noCommit : objectIdOf(review['commit_id'], at('commit_id'))
    const account = accountOf(review['user'], at('user'))
    reviews.delete(id)
    reviews.set(id, { id, account, state, commit, at: instantOf(review['submitted_at'], at('submitted_at')) })
  }
  return [...reviews.values()]
}

/** Reads `activity` of one branch, newest first, into pushes, oldest first. Where the branch was deleted, nothing was pushed. */
export function readPushes(values: readonly unknown[]): readonly ForgePush[] {
  return values
    .flatMap((value): readonly ForgePush[] => {
      const entry = fieldsOf(value, 'an activity')
      const after = objectIdOf(entry['after'], 'after of an activity')
      if (isNoCommit(after)) return []
      const before = objectIdOf(entry['before'], 'before of an activity')
      const { login, id } = accountOf(entry['actor'], 'actor of an activity')
      return [
        {
          login,
          ...(id !== undefined && { id }),
          ...(!isNoCommit(before) && { before }),
          after,
          at: instantOf(entry['timestamp'], 'timestamp of an activity'),
        },
      ]
    })
    .reverse()
}

/** By somebody, or by GitHub when the branch that it went into was merged and deleted. */
const retargets: ReadonlySet<unknown> = new Set(['base_ref_changed', 'automatic_base_change_succeeded'])

/** Reads out of `issues/N/events` when a pull request was last made to go into another branch; undefined where it never was. */
export function readRetargeted(values: readonly unknown[]): string | undefined {
  const times = values.flatMap((value) => {
    const { event, created_at: at } = fieldsOf(value, 'an event')
    return retargets.has(event) ? [instantOf(at, 'created_at of an event')] : []
  })
  return times.sort((a, b) => Date.parse(a) - Date.parse(b)).at(-1)
}

/** One of our own checks, as `check-runs` writes it. */
export interface CheckRun {
  readonly id: number
  /** Slug of the app that made it. */
  readonly app: string | undefined
  readonly name: string
  readonly commit: string
  readonly key: string | undefined
  readonly conclusion: CheckConclusion
  readonly title: string
  readonly summary: string
  readonly annotations: number
  readonly details: string | undefined
  readonly url: string
}

export function readCheckRun(value: unknown, place: GithubPlace): CheckRun {
  const run = fieldsOf(value, 'a check run')
  const id = numberOf(run['id'], 'id of a check run')
  const at = (field: string) => `${field} of check run ${id}`
  const output = fieldsOf(run['output'], at('output'))
  const app = run['app'] === null ? undefined : fieldsOf(run['app'], at('app'))['slug']
  const annotations = output['annotations_count']
  return {
    id,
    app: textIfAny(app, at('app.slug')),
    name: textOf(run['name'], at('name')),
    commit: objectIdOf(run['head_sha'], at('head_sha')),
    key: textIfAny(run['external_id'], at('external_id')),
    conclusion: conclusionOf(textIfAny(run['conclusion'], at('conclusion'))),
    title: textIfAny(output['title'], at('output.title')) ?? '',
    summary: textIfAny(output['summary'], at('output.summary')) ?? '',
    annotations: typeof annotations === 'number' ? annotations : 0,
    details: textIfAny(run['details_url'], at('details_url')),
    url: run['html_url'] === null ? place.url : pageOf(run['html_url'], at('html_url')),
  }
}

/** What is not one of ours, such as a check that was cancelled or is not done, says nothing. */
function conclusionOf(written: string | undefined): CheckConclusion {
  if (written === 'success' || written === 'failure') return written
  return written === 'action_required' ? 'action-required' : 'neutral'
}

/** Our checks about plans, oldest first: of each name and plan the newest. */
export function planChecks(runs: readonly CheckRun[]): readonly PlanCheck[] {
  const plans = new Map<string, PlanCheck>()
  for (const run of [...runs].sort((a, b) => a.id - b.id)) {
    const { key = '', commit, conclusion } = run
    const name = checkNames.find((known) => known === run.name)
    if (name === undefined || !/^sha256:[0-9a-f]{64}$/.test(key)) continue
    plans.delete(`${name} ${key}`)
    plans.set(`${name} ${key}`, { name, commit, plan: key as Digest, conclusion })
  }
  return [...plans.values()]
}

/** Every account once, by its number. */
export function accountsOf(reviews: readonly Review[]): readonly ForgeAccount[] {
  return [...new Map(reviews.map(({ account }) => [account.id, account])).values()]
}
