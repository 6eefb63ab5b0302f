import type { Diagnostic } from '../model/diagnostic.ts'
import type { Tag } from '../ports/repository.ts'
import { report } from './codes.ts'
import { releaseTag } from './release-record.ts'
import type { VerifyQuestion } from './verify-question.ts'
import type { LedgerWalk } from './verify-walk.ts'

/** Holds the tags that the clone has against the releases of the ledger. A tag that is not there says nothing: clones may lack them. */
export function tagFindings(walk: LedgerWalk, question: VerifyQuestion): readonly Diagnostic[] {
  const released = new Map([...walk.releases.values()].map((r) => [releaseTag(r.id), r]))
  return (question.releaseTags ?? []).flatMap((tag) => {
    const because = tagFault(tag, released.get(tag.name), walk, question)
    return because === undefined ? [] : [report('release-tag-differs', { summary: `the tag ${tag.name} ${because}` })]
  })
}

function tagFault(
  tag: Tag,
  release: { readonly id: string; readonly commit: string } | undefined,
  walk: LedgerWalk,
  { verifySignature }: VerifyQuestion,
): string | undefined {
  if (release === undefined) return 'is of no release that the ledger holds'
  if (tag.commit !== release.commit)
    return `leads to ${tag.commit ?? 'no commit'}, and the ledger says that ${release.id} is ${release.commit}`
  if (tag.signature === undefined) return 'is not signed'
  const check = verifySignature(tag.signature, tag.signedPayload, 'git')
  if (!check.ok) return `has a signature that does not hold: ${check.because}`
  // A key that was retired since has signed in its time; one that never was an engine's has not.
  return walk.engineKeys.has(check.publicKey)
    ? undefined
    : `is signed by ${walk.nameOf(check.publicKey)}, which is no engine's key`
}
