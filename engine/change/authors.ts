import { type Account, accountEntry } from '../model/account.ts'
import type { Address } from '../model/address.ts'
import { compareText, type Diagnostic, reporter } from '../model/diagnostic.ts'
import { codes } from './codes.ts'
import { type JudgedPerson, keyFault, keyOf, type People } from './people.ts'

const report = reporter(codes)

/** A commit of the change, as far as authorship goes. */
export interface JudgedCommit {
  readonly id: string
  readonly parents: readonly string[]
  readonly authorEmail: string
  readonly committerEmail: string
  /** E-mail addresses of `Co-authored-by` trailers; see `coAuthorsOf`. */
  readonly coAuthors: readonly string[]
  /** The public key whose signature over this very commit was verified. */
  readonly signerKey?: string
  /**
   * An engine of the estate signed it. It writes for somebody whom the message names as a co-author, so they count as one; it is
   * no person itself, and agrees to nothing.
   */
  readonly byEngine?: boolean
  /**
   * For a merge: true where its tree is exactly what git makes of its parents, so that nobody wrote anything in it. Any other
   * merge may hide lines of its own and is authorship like an ordinary commit.
   */
  readonly cleanMerge: boolean
  /**
   * Accounts that pushed it, where a forge tells. A forge knows who is at the other end of a push, so that this is proof of
   * somebody's hand as much as a signature is; the names in the commit can be forged all the same.
   */
  readonly pushers?: readonly Account[]
  /** Further accounts with a hand in the change: who opened the pull request, who pushed what was replaced since. No proof of anything. */
  readonly hands?: readonly Account[]
}

/** Who wrote a change, and which of its commits nobody is proved to have written. */
export interface Authorship {
  /** Sorted. */
  readonly authors: readonly Address[]
  readonly unproven: readonly Diagnostic[]
}

/**
 * Collects everybody who had a hand in a change: authors, committers, co-authors, signers and pushers of every commit that is not a
 * clean merge. Names in a commit can be forged, so each such commit needs the signature of a `Person` of the base as well, or a
 * forge's word that such a person pushed it.
 */
export function authorsOf(commits: readonly JudgedCommit[], people: People, now: Date): Authorship {
  const authors = new Set<Address>()
  const unproven: Diagnostic[] = []
  for (const commit of commits) {
    if (commit.parents.length > 1 && commit.cleanMerge) continue
    const named = [commit.authorEmail, commit.committerEmail, ...commit.coAuthors].flatMap((e) => people.byEmail(e))
    const signers = commit.signerKey === undefined ? [] : people.ownersOfKey(commit.signerKey)
    const accounts = [...(commit.pushers ?? []), ...(commit.hands ?? [])].flatMap((a) => people.maybeOfAccount(a))
    for (const person of [...named, ...signers, ...accounts]) authors.add(person.address)
    const because = whyUnproven(commit, signers, people, now)
    if (because !== undefined)
      unproven.push(report('author-unproven', { summary: `commit ${commit.id.slice(0, 12)}: ${because}` }))
  }
  return { authors: [...authors].sort(compareText), unproven }
}

/** E-mail addresses of the co-authors that a commit message names, wherever in it they stand. */
export function coAuthorsOf(message: string): readonly string[] {
  const trailers = message.matchAll(/^[ \t]*co-authored-by[ \t]*:(.*)$/gim)
  return [...trailers].flatMap(([, value]) => (value ?? '').split(/[\s<>,;]+/).filter((word) => word.includes('@')))
}

/** Undefined where a signature or a push shows whose hand it was. */
function whyUnproven(
  commit: JudgedCommit,
  signers: readonly JudgedPerson[],
  people: People,
  now: Date,
): string | undefined {
  if (commit.byEngine === true) return undefined
  const unsigned = whyUnsigned(commit, signers, now)
  if (unsigned === undefined || commit.pushers === undefined || commit.pushers.length === 0) return unsigned
  const unpushed = whyUnpushed(commit.pushers, people)
  return unpushed === undefined ? undefined : `${unsigned}, and ${unpushed}`
}

function whyUnsigned(commit: JudgedCommit, signers: readonly JudgedPerson[], now: Date): string | undefined {
  if (commit.signerKey === undefined) return 'it carries no valid signature'
  const [signer, other] = signers
  if (signer === undefined) return 'its key belongs to nobody of the base'
  if (other !== undefined) return `its key is listed by ${signer.address} and by ${other.address}`
  if (!signer.active) return `its signer ${signer.address} is no longer active`
  const key = keyOf(signer, commit.signerKey)
  const fault = key === undefined ? undefined : keyFault(key, now.getTime(), now.getTime())
  return fault === undefined ? undefined : `signed by ${signer.address}, but ${fault.because}`
}

/** Where it is not certain which of several pushes brought it, all of them have to be by people of the base. */
function whyUnpushed(pushers: readonly Account[], people: People): string | undefined {
  for (const account of pushers) {
    const [person, other] = people.byAccount(account)
    const name = accountEntry(account)
    if (person === undefined) return `${name}, who pushed it, is an account of nobody of the base`
    if (other !== undefined) return `${name}, who pushed it, is listed by ${person.address} and by ${other.address}`
    if (!person.active) return `${person.address}, who pushed it, is no longer active`
  }
  return undefined
}
