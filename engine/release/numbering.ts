import inc from 'semver/functions/inc.js'
import type { ChangeType } from '../model/record.ts'
import { compareVersions, isVersion } from '../model/version.ts'
import { cancelled, type ReleaseChange } from './release-change.ts'

export type Bump = 'major' | 'minor' | 'patch'

/** What makes a change more than a patch; everything that a rule names has to hold. */
export interface BumpRule {
  readonly to: Bump
  readonly types?: readonly ChangeType[]
  readonly kinds?: readonly string[]
  readonly labels?: Readonly<Record<string, string>>
  /** `Breaking`, or `Release: feature`. */
  readonly trailer?: string
}

export type Numbering =
  | { readonly scheme: 'semver'; readonly first?: string; readonly bump?: readonly BumpRule[] }
  | { readonly scheme: 'calver'; readonly format?: 'YYYY.MM.N' | 'YY.MM.N' }

const ranks = ['patch', 'minor', 'major'] as const

/** What a change is by the rules: the highest that one of them makes of it. */
export function bumpOf(change: ReleaseChange, rules: readonly BumpRule[]): Bump {
  const ranked = rules.filter((rule) => holds(rule, change)).map((rule) => ranks.indexOf(rule.to))
  return ranks[Math.max(0, ...ranked)] ?? 'patch'
}

function holds(rule: BumpRule, change: ReleaseChange): boolean {
  const { types, kinds, labels, trailer } = rule
  if (types !== undefined && !types.includes(change.type)) return false
  const meant = change.documents.filter(
    (d) =>
      (kinds === undefined || kinds.includes(d.kind)) &&
      (labels === undefined ||
        d.labels.some((side) => Object.entries(labels).every(([key, value]) => side[key] === value))),
  )
  if ((kinds !== undefined || labels !== undefined) && meant.length === 0) return false
  return trailer === undefined || change.trailers.some((t) => meansTrailer(trailer, t))
}

/** Names of trailers compare without case, as git does; a value, where one is asked for, does too. */
function meansTrailer(wanted: string, { name, value }: { readonly name: string; readonly value: string }): boolean {
  const [key = '', ...rest] = wanted.split(': ')
  if (key.toLowerCase() !== name.toLowerCase()) return false
  return rest.length === 0 || rest.join(': ').toLowerCase() === value.trim().toLowerCase()
}

export interface NumberQuestion {
  readonly numbering: Numbering
  readonly previous: string | undefined
  readonly changes: readonly ReleaseChange[]
  readonly now: Date
  /** What somebody asks for instead of what the changes come to. */
  readonly bump?: Bump
  readonly version?: string
}

/** The number of the next release, and why it is that; or why there is none. */
export function nextVersion(
  question: NumberQuestion,
): { readonly version: string; readonly because: string } | { readonly refused: string } {
  const { numbering, previous, version, bump } = question
  if (version !== undefined) return asked(version, previous)
  if (numbering.scheme === 'calver')
    return bump === undefined
      ? byCalendar(numbering.format ?? 'YYYY.MM.N', question)
      : { refused: 'numbers by the calendar have no major, minor or patch' }
  if (previous === undefined) return { version: numbering.first ?? '1.0.0', because: 'it is the first' }
  const rules = numbering.bump ?? []
  const gone = cancelled(question.changes)
  const counted = question.changes.filter((c) => !gone.has(c.id) && c.promotes === undefined)
  const by = counted.map((c) => ({ id: c.id, bump: bumpOf(c, rules) }))
  const highest = ranks[Math.max(0, ...by.map((b) => ranks.indexOf(b.bump)))] ?? 'patch'
  const next = bump ?? highest
  const cause = by.find((b) => b.bump === highest)
  return {
    version: inc(previous, next) ?? previous,
    because:
      bump !== undefined || cause === undefined
        ? `a ${next} release was asked for`
        : `${cause.id} makes it a ${next} release`,
  }
}

function asked(version: string, previous: string | undefined) {
  if (!isVersion(version)) return { refused: `${version} is no version: three numbers, such as 1.4.0 or 1.4.0-rc.1` }
  if (previous !== undefined && compareVersions(previous, version) >= 0)
    return { refused: `${version} does not come after ${previous}` }
  return { version, because: 'it was asked for' }
}

function byCalendar(format: 'YYYY.MM.N' | 'YY.MM.N', { previous, now }: NumberQuestion) {
  const year = format === 'YYYY.MM.N' ? now.getUTCFullYear() : now.getUTCFullYear() % 100
  const month = `${year}.${now.getUTCMonth() + 1}`
  const same = previous?.startsWith(`${month}.`) === true
  const last = same ? Number(/\.(\d+)(?:-.*)?$/.exec(previous ?? '')?.[1] ?? 0) : 0
  const version = `${month}.${last + 1}`
  return previous !== undefined && compareVersions(previous, version) >= 0
    ? { refused: `${version} does not come after ${previous}: the clock is wrong, or the numbering was another one` }
    : { version, because: same ? `it follows ${previous} in the same month` : 'it is the first of the month' }
}
