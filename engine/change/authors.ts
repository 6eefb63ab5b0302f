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
   * For a merge: true where its tree is exactly what git makes of its parents, so that nobody wrote anything in it. Any other
   * merge may hide lines of its own and is authorship like an ordinary commit.
   */
  readonly cleanMerge: boolean
}

/** Who wrote a change, and which of its commits nobody is proved to have written. */
export interface Authorship {
  /** Sorted. */
  readonly authors: readonly Address[]
  readonly unproven: readonly Diagnostic[]
}

/**
 * Collects everybody who had a hand in a change: authors, committers, co-authors and signers of every commit that is not a
 * clean merge. Names in a commit can be forged, so each such commit needs the signature of a `Person` of the base as well.
 */
export function authorsOf(commits: readonly JudgedCommit[], people: People, now: Date): Authorship {
  const authors = new Set<Address>()
  const unproven: Diagnostic[] = []
  for (const commit of commits) {
    if (commit.parents.length > 1 && commit.cleanMerge) continue
    const named = [commit.authorEmail, commit.committerEmail, ...commit.coAuthors].flatMap((e) => people.byEmail(e))
    const signers = commit.signerKey === undefined ? [] : people.ownersOfKey(commit.signerKey)
    for (const person of [...named, ...signers]) authors.add(person.address)
    const because = whyUnproven(commit, signers, now)
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

function whyUnproven(commit: JudgedCommit, signers: readonly JudgedPerson[], now: Date): string | undefined {
  if (commit.signerKey === undefined) return 'it carries no valid signature'
  const [signer, other] = signers
  if (signer === undefined) return 'its key belongs to nobody of the base'
  if (other !== undefined) return `its key is listed by ${signer.address} and by ${other.address}`
  if (!signer.active) return `its signer ${signer.address} is no longer active`
  const key = keyOf(signer, commit.signerKey)
  const fault = key === undefined ? undefined : keyFault(key, now.getTime(), now.getTime())
  return fault === undefined ? undefined : `signed by ${signer.address}, but ${fault.because}`
}
