import type { Address } from '../model/address.ts'
import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { Graph } from '../model/graph.ts'
import type { Subject } from '../model/plan.ts'
import type { BreakGlassPredicate, Emergency, Envelope } from '../model/record.ts'
import { codes } from './codes.ts'
import { humansOf, keyFault, keyOf, type People, peopleOf, referenced } from './people.ts'
import { type Replanned, staleness } from './staleness.ts'

const report = reporter(codes)

export interface EmergencyQuestion {
  readonly emergency: Emergency
  /** What is about to be merged or applied, as it is now. */
  readonly subject: Subject
  /** Documents of the base commit: who may break the glass, and with which keys. */
  readonly base: Graph
  readonly verifyEnvelope: (
    envelope: Envelope,
  ) =>
    | { readonly ok: true; readonly publicKey: string; readonly predicate: BreakGlassPredicate }
    | { readonly ok: false; readonly because: string }
  readonly now: Date
  /** It was begun in time: what is half done may be brought to its end. */
  readonly begun: boolean
  /** What planning again gives; without it a moved base voids the statement. */
  readonly replanned?: Replanned
}

/** The team of the base by which somebody may break the glass, or why they may not. */
export function roleForEmergencies(base: Graph, person: Address): { readonly role: Address } | Diagnostic {
  const people = peopleOf(base)
  const teams = teamsForEmergencies(base)
  if (teams.length === 0) return report('break-glass-unset', { summary: 'the base names no team for emergencies' })
  const role = teams.find((team) => humansOf(people, team).includes(person))
  if (role !== undefined) return { role }
  return report('break-glass-not-allowed', { summary: `${person} is no active person of ${teams.join(' or ')}` })
}

/** Whether somebody may break the glass as one of a team, by the documents of the base. */
export function mayBreakGlass(base: Graph, person: Address, team: Address): boolean {
  return teamsForEmergencies(base).includes(team) && humansOf(peopleOf(base), team).includes(person)
}

/** Why the word of somebody who broke the glass does not carry a change; undefined where it does. */
export function emergencyFault(question: EmergencyQuestion): Diagnostic | undefined {
  const { emergency, subject, base, now } = question
  const said = question.verifyEnvelope(emergency.envelope)
  if (!said.ok) return invalid(said.because)
  const { predicate, publicKey } = said
  const { envelope: _, ...told } = emergency
  const altered = (Object.keys(told) as (keyof typeof told)[]).find((field) => told[field] !== predicate[field])
  if (altered !== undefined) return invalid(`the record names another ${altered} than was signed`)
  const stale = staleness({ decision: 'approve', subject: predicate.subject }, subject, question.replanned)
  if (stale !== undefined) return invalid(`it is about something else: ${stale.because}`)
  const role = roleForEmergencies(base, predicate.person)
  if ('code' in role) return role
  if (!mayBreakGlass(base, predicate.person, predicate.role))
    return report('break-glass-not-allowed', {
      summary: `${predicate.person} is not in ${predicate.role} for emergencies`,
    })
  return keyProblem(peopleOf(base), predicate, publicKey, now) ?? (question.begun ? undefined : overdue(predicate, now))
}

function overdue({ at, until }: BreakGlassPredicate, now: Date): Diagnostic | undefined {
  // Clocks of two machines may differ a little.
  if (Date.parse(at) > now.getTime() + 300_000) return invalid(`it claims ${at}, which has not come yet`)
  if (now.getTime() <= Date.parse(until)) return undefined
  return report('break-glass-over', { summary: `the glass was broken until ${until}` })
}

function keyProblem(
  people: People,
  { person, at }: BreakGlassPredicate,
  publicKey: string,
  now: Date,
): Diagnostic | undefined {
  const found = people.byAddress.get(person)
  const key = found === undefined ? undefined : keyOf(found, publicKey)
  const shared = people.ownersOfKey(publicKey).some((p) => p.address !== person)
  const because =
    key === undefined
      ? `the base lists no such key for ${person}`
      : shared
        ? 'somebody else lists the same key'
        : keyFault(key, Date.parse(at), now.getTime())?.because
  return because === undefined ? undefined : report('break-glass-not-allowed', { summary: because })
}

const invalid = (because: string): Diagnostic => report('break-glass-invalid', { summary: because })

function teamsForEmergencies(base: Graph): readonly Address[] {
  const [estate] = base.ofKind('Estate')
  const spec = estate?.document.spec as { readonly changes?: { readonly breakGlass?: { readonly teams?: unknown } } }
  const teams = spec?.changes?.breakGlass?.teams
  return Array.isArray(teams) ? teams.map((t) => referenced(String(t), 'Team')) : []
}
