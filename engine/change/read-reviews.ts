import { accountEntry } from '../model/account.ts'
import type { Address } from '../model/address.ts'
import { compareText, type Diagnostic, reporter } from '../model/diagnostic.ts'
import { mayWrite, type PullRequest, type Review } from '../model/pull-request.ts'
import type { ForgeApproval } from '../model/record.ts'
import type { JudgedCommit } from './authors.ts'
import { codes } from './codes.ts'
import type { People } from './people.ts'
import { withoutUpdates } from './pushers.ts'
import { whoseAccount } from './whose-account.ts'

const report = reporter(codes)

/** What the reviews of pull requests come to, as a record keeps it. */
export interface ReadReviews {
  /** Oldest first. Whether they count is for `judgeApprovals` to say. */
  readonly statements: readonly ForgeApproval[]
  /** Reviews that nobody of the base is behind, or that are of another commit. */
  readonly findings: readonly Diagnostic[]
}

/**
 * Reads who said what about a commit out of pull requests whose head it is. Comments say nothing for or against; an account
 * stands for the one person of the base that lists it.
 *
 * @param noticedAt ISO 8601, UTC: forges don't say when a review was dismissed
 */
export function readReviews(
  requests: readonly PullRequest[],
  head: string,
  commits: readonly JudgedCommit[],
  people: People,
  noticedAt: string,
): ReadReviews {
  const statements: ForgeApproval[] = []
  const findings: Diagnostic[] = []
  for (const request of requests)
    for (const review of request.reviews) {
      if (review.state === 'commented') continue
      const read = readOne(request, review, head, people)
      if ('code' in read) {
        findings.push(read)
        continue
      }
      const below = tooLittle(request, review)
      if (below !== undefined) findings.push(below)
      const { host, repository, number, author } = request
      const { login, id } = review.account
      statements.push({
        assertion: 'forge-asserted',
        approver: read.approver,
        ...(below !== undefined || review.state === 'dismissed'
          ? { at: noticedAt, decision: 'dismiss' as const }
          : { at: review.at, decision: review.state === 'approved' ? ('approve' as const) : ('reject' as const) }),
        head: review.commit,
        forge: {
          ...{ host, repository, request: number, review: review.id, login, author: author.login },
          ...(id !== undefined && { id }),
          ...(author.id !== undefined && { authorId: author.id }),
          pushes: withoutUpdates(request.pushes, commits),
        },
      })
    }
  return { statements: statements.sort((a, b) => compareText(a.at, b.at)), findings }
}

/**
 * An approval by an account that may not write there. What was recorded of it while it could is taken back with it, as by a dismissal. Whoever
 * objects does so whatever they may.
 */
function tooLittle({ number }: PullRequest, { id, state, permission, account }: Review): Diagnostic | undefined {
  if (state !== 'approved' || permission === undefined || mayWrite(permission)) return undefined
  const may = permission === 'none' ? 'may do nothing' : `has ${permission} permission only`
  const summary = `review ${id} of pull request ${number} by ${account.login} does not count: the account ${may} there`
  return report('account-permission', { summary })
}

function readOne(
  request: PullRequest,
  review: Review,
  head: string,
  people: People,
): { readonly approver: Address } | Diagnostic {
  const { login, id, bot } = review.account
  const account = { host: request.host, login, ...(id !== undefined && { id }) }
  const what = `review ${review.id} of pull request ${request.number} by ${accountEntry(account)}`
  const warning = (code: keyof typeof codes, summary: string, hint?: string): Diagnostic =>
    report(code, {
      summary: `${what} does not count: ${summary}`,
      severity: 'warning',
      ...(hint !== undefined && { hint }),
    })
  if (bot) return warning('approver-bot', 'the forge says that it is a bot')
  const person = whoseAccount(account, people)
  if ('code' in person) return warning(person.code, person.because, person.hint)
  if (review.commit !== head && review.state !== 'dismissed')
    return warning(
      'approval-stale-head',
      `it is of ${review.commit.slice(0, 12)}, and the head is ${head.slice(0, 12)}`,
    )
  const { mergedAt, retargetedAt, target } = request
  if (review.state === 'approved' && retargetedAt !== undefined && Date.parse(review.at) <= Date.parse(retargetedAt))
    return warning(
      'approval-other-branch',
      `it was given at ${review.at}, and the pull request goes into ${target} since ${retargetedAt}: what it brings there is more than was to be seen`,
    )
  if (review.state === 'approved' && mergedAt !== undefined && Date.parse(review.at) > Date.parse(mergedAt))
    return warning(
      'approval-after-merge',
      `it was given at ${review.at}, and the pull request was merged at ${mergedAt}`,
    )
  return { approver: person.address }
}
