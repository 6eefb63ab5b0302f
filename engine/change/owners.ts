import { type Address, addressOf } from '../model/address.ts'
import { compareText, type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { ApprovalRequirement } from '../model/plan.ts'
import type { Authorship } from './authors.ts'
import type { ChangedDocument } from './changed-documents.ts'
import { type CodeOwners, type CodeOwnersRule, ruleFor } from './code-owners.ts'
import { codes } from './codes.ts'
import { belongsTo, humansOf, type People, referenced } from './people.ts'

const report = reporter(codes)

/** Files that a change touches, and the CODEOWNERS of its base. */
export interface OwnedPaths {
  readonly codeOwners: CodeOwners
  readonly paths: readonly string[]
}

interface Asked {
  readonly requirements: readonly ApprovalRequirement[]
  readonly warnings: readonly Diagnostic[]
}

/**
 * Asks the owners of changed documents to agree: one person of the team (or the person) that `metadata.owner` names in the base;
 * for a new document, the owner it names; and one of those whom CODEOWNERS names for a changed file. Nobody is asked where
 * everybody who wrote the change belongs to the owner: they know already, and somebody independent has to agree anyway.
 */
export function ownerRequirements(
  changed: readonly ChangedDocument[],
  people: People,
  authorship: Authorship,
  owned?: OwnedPaths,
): Asked {
  const asked = [...documentOwners(changed, people, authorship)]
  if (owned !== undefined) asked.push(...codeOwners(owned, people, authorship))
  return {
    requirements: asked.flatMap((a) => a.requirements),
    warnings: [...asked.flatMap((a) => a.warnings), ...(owned?.codeOwners.findings ?? [])],
  }
}

function* documentOwners(
  changed: readonly ChangedDocument[],
  people: People,
  authorship: Authorship,
): Generator<Asked> {
  for (const [owner, documents] of byOwner(changed)) {
    if (humansOf(people, owner).length === 0) {
      const summary = `${owner} owns ${listed(documents)}, and nobody active is behind that name in the base`
      yield { requirements: [], warnings: [report('owner-missing', { summary, subject: owner })] }
    } else if (!theirs([owner], people, authorship))
      yield {
        requirements: [{ count: 1, teams: [owner], because: `${owner} owns ${listed(documents)}` }],
        warnings: [],
      }
  }
}

/** One request for each line that is the last to match something of the change. */
function* codeOwners({ codeOwners, paths }: OwnedPaths, people: People, authorship: Authorship): Generator<Asked> {
  const matched = new Map<CodeOwnersRule, string[]>()
  for (const path of paths) {
    const rule = ruleFor(codeOwners, path)
    if (rule === undefined || rule.owners.length === 0) continue
    matched.set(rule, [...(matched.get(rule) ?? []), path])
  }
  for (const [rule, files] of [...matched].sort(([a], [b]) => a.line - b.line)) {
    const place = { file: codeOwners.file, line: rule.line }
    const found = rule.owners.map((owner) => ({ owner, address: addressBehind(owner, people) }))
    const teams = [...new Set(found.flatMap((f) => f.address ?? []))].sort(compareText)
    const warnings = found
      .filter((f) => f.address === undefined)
      .map(({ owner }) =>
        report('code-owner-unknown', {
          summary: `${owner} owns ${listed(files)}, and is nobody of the base`,
          ...place,
        }),
      )
    const because = `${place.file}:${place.line} says that ${rule.owners.join(' or ')} owns ${listed(files)}`
    const asked = teams.length === 0 || !theirs(teams, people, authorship)
    yield { requirements: asked ? [{ count: 1, teams, because }] : [], warnings }
  }
}

/** What is wrong with CODEOWNERS whatever a change touches: lines that can't be understood, and owners whom nobody knows. */
export function codeOwnerFindings(owners: CodeOwners, people: People): readonly Diagnostic[] {
  const unknown = owners.rules.flatMap((rule) =>
    rule.owners
      .filter((owner) => addressBehind(owner, people) === undefined)
      .map((owner) =>
        report('code-owner-unknown', {
          summary: `${owner}, who owns ${rule.pattern}, is nobody active that is known here`,
          file: owners.file,
          line: rule.line,
        }),
      ),
  )
  return [...owners.findings, ...unknown]
}

/** The person or team of the base that a line of CODEOWNERS means, where somebody active is behind it and nobody else is meant. */
function addressBehind(owner: string, people: People): Address | undefined {
  const [address, other] = candidates(owner.toLowerCase(), people).filter((a) => humansOf(people, a).length > 0)
  return other === undefined ? address : undefined
}

function candidates(owner: string, people: People): readonly Address[] {
  if (!owner.startsWith('@')) return people.byEmail(owner).map((p) => p.address)
  const name = owner.slice(1)
  const team = addressOf('Team', name.slice(name.lastIndexOf('/') + 1))
  const persons = [...people.byAddress.values()].filter((p) => p.accounts.some((a) => a.login === name))
  if (!name.includes('/') && persons.length > 0) return persons.map((p) => p.address)
  return people.members.has(team) ? [team] : []
}

/** Whether everybody who wrote the change is one of them, and it is certain who wrote it. */
function theirs(owners: readonly Address[], people: People, { authors, unproven }: Authorship): boolean {
  return unproven.length === 0 && authors.length > 0 && authors.every((a) => belongsTo(people, a, owners))
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
