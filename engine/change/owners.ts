import type { Address } from '../model/address.ts'
import { compareText, type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { ApprovalRequirement } from '../model/plan.ts'
import type { Authorship } from './authors.ts'
import type { ChangedDocument } from './changed-documents.ts'
import { codes } from './codes.ts'
import { belongsTo, humansOf, type People, referenced } from './people.ts'

const report = reporter(codes)

/**
 * Asks the owners of changed documents to agree: one person of the team (or the person) that `metadata.owner` names in the base;
 * for a new document, the owner it names. Nobody is asked where everybody who wrote the change belongs to
 * the owner: they know already, and somebody independent has to agree anyway.
 */
export function ownerRequirements(
  changed: readonly ChangedDocument[],
  people: People,
  authorship: Authorship,
): { readonly requirements: readonly ApprovalRequirement[]; readonly warnings: readonly Diagnostic[] } {
  const requirements: ApprovalRequirement[] = []
  const warnings: Diagnostic[] = []
  for (const [owner, documents] of byOwner(changed)) {
    if (humansOf(people, owner).length === 0) {
      const summary = `${owner} owns ${listed(documents)}, and nobody active is behind that name in the base`
      warnings.push(report('owner-missing', { summary, subject: owner }))
      continue
    }
    const { authors, unproven } = authorship
    const theirs = unproven.length === 0 && authors.length > 0 && authors.every((a) => belongsTo(people, a, [owner]))
    if (!theirs) requirements.push({ count: 1, teams: [owner], because: `${owner} owns ${listed(documents)}` })
  }
  return { requirements, warnings }
}

function byOwner(changed: readonly ChangedDocument[]): readonly (readonly [Address, readonly Address[]])[] {
  const owned = new Map<Address, Address[]>()
  for (const { address, before, after } of changed) {
    const owner = (before ?? after)?.document.metadata.owner
    if (owner === undefined) continue
    const key = referenced(owner, 'Team')
    owned.set(key, [...(owned.get(key) ?? []), address])
  }
  return [...owned].sort(([a], [b]) => compareText(a, b))
}

/** The first two, and how many more. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, 2).join(', ')
  return names.length > 2 ? `${shown} and ${names.length - 2} more` : shown
}
