import type { Address } from '../model/address.ts'
import { compareText, type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { PullRequest, Review } from '../model/pull-request.ts'
import type { ForgeApproval } from '../model/record.ts'
import type { JudgedCommit } from './authors.ts'
import { codes } from './codes.ts'
import { accountName, type People } from './people.ts'
import { withoutUpdates } from './pushers.ts'

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
      const { host, repository, number, author } = request
      const { login } = review.account
      statements.push({
        assertion: 'forge-asserted',
        approver: read.approver,
        at: review.state === 'dismissed' ? noticedAt : review.at,
        decision: decisions[review.state],
        head: review.commit,
        forge: {
          ...{ host, repository, request: number, review: review.id, login, author: author.login },
          pushes: withoutUpdates(request.pushes, commits),
        },
      })
    }
  return { statements: statements.sort((a, b) => compareText(a.at, b.at)), findings }
}

const decisions = { approved: 'approve', 'changes-requested': 'reject', dismissed: 'dismiss' } as const

function readOne(
  request: PullRequest,
  review: Review,
  head: string,
  people: People,
): { readonly approver: Address } | Diagnostic {
  const account = { host: request.host, login: review.account.login }
  const name = accountName(account)
  const what = `review ${review.id} of pull request ${request.number} by ${name}`
  const warning = (code: keyof typeof codes, summary: string): Diagnostic =>
    report(code, { summary: `${what} does not count: ${summary}`, severity: 'warning' })
  if (review.account.bot) return warning('approver-bot', 'the forge says that it is a bot')
  const [person, other] = people.byAccount(account)
  if (person === undefined) return warning('account-unknown', 'the base lists that account for nobody')
  if (other !== undefined)
    return warning('account-shared', `${person.address} and ${other.address} both list that account`)
  if (review.commit !== head && review.state !== 'dismissed')
    return warning(
      'approval-stale-head',
      `it is of ${review.commit.slice(0, 12)}, and the head is ${head.slice(0, 12)}`,
    )
  return { approver: person.address }
}
