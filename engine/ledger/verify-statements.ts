import { canonicalJson, digestOf } from '../model/canonical.ts'
import { namespaceOf } from '../model/dsse.ts'
import type { ChangeRecord } from '../model/record.ts'
import type { LedgerStep } from '../ports/ledger.ts'
import type { LedgerWalk } from './verify-walk.ts'

/** What is signed beside approvals: reviews by people, and ends of deployments by engines. */
export async function statementFault(
  walk: LedgerWalk,
  record: ChangeRecord,
  step: LedgerStep,
): Promise<string | undefined> {
  const { name } = record.transition
  if (name === 'review') return reviewFault(walk, record, step)
  return name === 'finish' || name === 'fail' ? attestationFault(walk, record, step) : undefined
}

/** A review is signed by a person of the target branch who had no hand in the change, and says what the record says. */
async function reviewFault(
  walk: LedgerWalk,
  record: ChangeRecord,
  { commit }: LedgerStep,
): Promise<string | undefined> {
  const { review, subject, id, emergency } = record
  if (review === undefined) return undefined
  const { envelope, ...told } = review
  const { reviewer } = told
  const opened = walk.open('review', envelope)
  if (!opened.ok) return `what ${reviewer} signed does not hold: ${opened.because}`
  if (canonicalJson(opened.predicate) !== canonicalJson({ ...told, subject, change: id }))
    return `what ${reviewer} signed is something else than the record says`
  const namespace = namespaceOf('review')
  const fault = await walk.laterPersonFault(opened.publicKey, reviewer, subject.base, commit.at, namespace)
  if (fault !== undefined) return fault
  if (emergency?.person === reviewer) return `${reviewer} broke the glass for it, and reviewed it`
  return (await walk.question.authorsOf(record)).includes(reviewer)
    ? `${reviewer} wrote some of it, and reviewed it`
    : undefined
}

/** What an engine attests of an end is what the record says. Records of older engines have none. */
function attestationFault(walk: LedgerWalk, record: ChangeRecord, { commit }: LedgerStep): string | undefined {
  const { deployment, subject, id, transition } = record
  if (deployment?.attestation === undefined) return undefined
  const opened = walk.open('apply', deployment.attestation)
  if (!opened.ok) return `the attestation of its end does not hold: ${opened.because}`
  const { startedAt, finishedAt, results } = deployment
  const expected = {
    subject,
    change: id,
    outcome: transition.name === 'finish' ? 'implemented' : 'failed',
    startedAt,
    finishedAt: finishedAt ?? '',
    results: digestOf(walk.question.sha256, results),
  }
  if (canonicalJson(opened.predicate) !== canonicalJson(expected))
    return 'what the engine attests of its end is something else than the record says'
  const fault = walk.engineFault(opened.publicKey, commit.at, namespaceOf('apply'))
  return fault === undefined ? undefined : `the attestation of its end: ${fault}`
}
