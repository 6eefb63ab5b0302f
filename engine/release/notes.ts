import { type Bump, bumpOf, type Numbering } from './numbering.ts'
import { cancelled, type ReleaseChange } from './release-change.ts'

export interface NotesQuestion {
  readonly pipeline: string
  readonly version: string
  readonly previous?: string
  /** ISO 8601, UTC. */
  readonly at: string
  readonly numbering: Numbering
  /** In the order in which they came. */
  readonly changes: readonly ReleaseChange[]
  readonly unrecorded: readonly string[]
}

/**
 * Release notes in Markdown, for people: what breaks first, then what is new, then what is mended; with CalVer by the type of change.
 * Promotions and what was taken back within the release come last, since they change nothing.
 */
export function releaseNotes(question: NotesQuestion): string {
  const { pipeline, version, changes, unrecorded } = question
  const gone = cancelled(changes)
  const promotions = changes.filter((c) => c.promotes !== undefined)
  const told = changes.filter((c) => !gone.has(c.id) && c.promotes === undefined)
  const parts = [
    `# ${pipeline} ${version}`,
    summary(question, told),
    ...groupsOf(question, told).flatMap(([title, group]) =>
      group.length === 0 ? [] : [section(title, group.map(line))],
    ),
    ...list('Taken back', changes.filter((c) => gone.has(c.id) && c.rolledBackBy !== undefined).map(takenBack)),
    ...list(
      'Promotions',
      promotions.map((c) => `${markup((c.promotes ?? []).join(', '))} (${c.id})`),
    ),
    ...list(
      'Without a change record',
      unrecorded.map((commit) => `\`${commit.slice(0, 12)}\``),
    ),
  ]
  return `${parts.join('\n\n')}\n`
}

function summary({ previous, at }: NotesQuestion, told: readonly ReleaseChange[]): string {
  const people = new Set(told.flatMap((c) => c.authors)).size
  const services = new Set(told.flatMap((c) => c.services)).size
  const after = previous === undefined ? 'The first release' : `After ${previous}`
  const by = people === 0 ? '' : ` by ${count(people, 'person', 'people')}`
  const reached = services === 0 ? '' : `, reaching ${count(services, 'service')}`
  return `${at.slice(0, 10)}. ${after}: ${count(told.length, 'change')}${by}${reached}.`
}

function groupsOf(
  { numbering }: NotesQuestion,
  told: readonly ReleaseChange[],
): readonly (readonly [string, readonly ReleaseChange[]])[] {
  if (numbering.scheme === 'calver')
    return [
      ['Emergencies', told.filter((c) => c.type === 'emergency')],
      ['Changes', told.filter((c) => c.type === 'normal')],
      ['Standard changes', told.filter((c) => c.type === 'standard')],
    ]
  const are = (bump: Bump) => told.filter((c) => bumpOf(c, numbering.bump ?? []) === bump)
  return [
    ['Breaking', are('major')],
    ['New', are('minor')],
    ['Fixes and upkeep', are('patch')],
  ]
}

/** `Title (CHG-2026-00042, emergency for INC-7; Service/checkout; 3 hosts)` */
function line(change: ReleaseChange): string {
  const { id, title, type, incident, services, hosts, rollbackOf, rolledBackBy, documents } = change
  const kind = type === 'normal' ? id : `${id}, ${type}${incident === undefined ? '' : ` for ${markup(incident)}`}`
  const owners = [...new Set(documents.flatMap((d) => d.owner ?? []))].sort()
  const facts = [
    kind,
    ...(services.length === 0 ? [] : [shortened(services.map((s) => s.slice('Service/'.length)))]),
    ...(hosts === 0 ? [] : [count(hosts, 'host')]),
    ...(owners.length === 0 ? [] : [shortened(owners)]),
    ...(rollbackOf === undefined ? [] : [`takes back ${rollbackOf}`]),
    ...(rolledBackBy === undefined ? [] : [`taken back since by ${rolledBackBy}`]),
  ]
  const why = change.trailers.filter((t) => t.name.toLowerCase() === 'breaking' && t.value.trim().length > 5)
  const told = why.map((t) => `\n  ${markup(t.value.trim())}`)
  return `${markup(title)} (${facts.join('; ')})${told.join('')}`
}

const takenBack = (change: ReleaseChange): string =>
  `${markup(change.title)} (${change.id}, by ${change.rolledBackBy ?? ''})`

const section = (title: string, lines: readonly string[]): string =>
  `## ${title}\n\n${lines.map((text) => `- ${text}`).join('\n')}`

const list = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : [section(title, lines)]

const shortened = (names: readonly string[]): string =>
  names.length > 4 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ')

const count = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`

/** What people wrote stays text: no markup, no link, no line of its own. */
const markup = (text: string): string => text.replaceAll(/\s+/g, ' ').replaceAll(/[\\`*_[\]<>#|]/g, '\\$&')
