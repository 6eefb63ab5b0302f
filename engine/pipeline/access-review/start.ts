import { type Address, addressOf, kindOf } from '../../model/address.ts'
import { count } from '../../model/count.ts'
import type { DeclaredRecord } from '../../model/declared-record.ts'
import { type Diagnostic, reporter } from '../../model/diagnostic.ts'
import type { JsonObject } from '../../model/document.ts'
import type { Graph } from '../../model/graph.ts'
import { type ReviewLine, type ReviewScope, reviewLines, scopeKinds } from '../../practices/access/review-lines.ts'
import { loadCommit } from '../estate.ts'
import { personsHand } from '../record-types/hand.ts'
import { writeRecords } from '../record-types/write.ts'
import { refusal } from '../records.ts'
import { reportInput } from '../report-input.ts'
import type { World } from '../world.ts'
import { codes } from './codes.ts'

const report = reporter(codes)
type Refused = { readonly refused: readonly Diagnostic[] }

export interface ReviewToStart {
  /** `hosts`, `rooms`, `applications`, `service/NAME`, `team/NAME`; everything where nothing is said. */
  readonly scope?: string
  /** `2027-01-31`, which counts to its end, UTC; in 30 days where nothing is said. */
  readonly due?: string
  /** Who decides where there is no owner and no manager but the holder. */
  readonly reviewer?: string
}

/** As many as a person can look at, and as the type of record lets be. */
const mostLines = 500
const usualDays = 30
const day = 86_400_000

/** Opens a review of who has what by the target branch as it stands, with a line for each holder of each grant. */
export async function startReview(world: World, asked: ReviewToStart): Promise<DeclaredRecord | Refused> {
  const hand = await personsHand(world)
  if ('refused' in hand) return hand
  const { graph, treeish } = hand.estate
  const scope = scopeNamed(graph, asked.scope ?? 'all')
  const due = dueAt(asked.due, world.clock.now())
  const otherwise = asked.reviewer === undefined ? undefined : reviewerNamed(graph, asked.reviewer)
  for (const found of [scope, due, otherwise]) if (typeof found === 'object') return { refused: [found] }
  const estate = await loadCommit(world, treeish)
  const found = reviewLines(await reportInput(world, estate, { observed: true }), scope as ReviewScope)
  const lines = found.map((line) => withReviewer(line, otherwise as Address | undefined))
  const fault = faultOf(lines, asked.scope ?? 'everything')
  if (fault !== undefined) return { refused: [fault] }
  const said = scope === 'all' ? 'everything' : String(scope)
  return writeRecords(world, hand, (desk) =>
    desk.open('access-review', {
      title: `Who has what: ${said}`,
      text: `${count(lines.length, 'line')}, to be decided by ${String(due).slice(0, 10)}`,
      fields: {
        scope: said,
        due: due as string,
        ...(/^[0-9a-f]{40,64}$/.test(treeish) && { commit: treeish }),
        lines: Object.fromEntries(lines.map((line, i) => [String(i + 1), { ...line } as unknown as JsonObject])),
        decisions: {},
      },
    }),
  )
}

function withReviewer(line: ReviewLine, otherwise: Address | undefined): ReviewLine {
  const usable = otherwise === undefined || otherwise === line.who ? [] : [otherwise]
  return line.reviewers.length > 0 ? line : { ...line, reviewers: usable }
}

function faultOf(lines: readonly ReviewLine[], scope: string): Diagnostic | undefined {
  if (lines.length === 0)
    return report('review-scope', { summary: `nobody has anything by a grant in ${scope.slice(0, 80)}` })
  if (lines.length > mostLines)
    return report('review-size', { summary: `it would have ${lines.length} lines, and ${mostLines} is the most` })
  const alone = lines.filter((line) => line.reviewers.length === 0)
  const [first] = alone
  if (first === undefined) return undefined
  const more = alone.length > 1 ? `, and of ${count(alone.length - 1, 'line')} more` : ''
  return report('review-nobody', {
    summary: `nobody but ${first.who} can decide about ${first.grant} of theirs${more}`,
    subject: first.grant,
  })
}

function scopeNamed(graph: Graph, text: string): ReviewScope | Diagnostic {
  if (text === 'all' || text === 'hosts' || text === 'rooms' || text === 'applications') return text
  const found = named(graph, text, scopeKinds)
  return (
    found ?? report('review-scope', { summary: `${text.slice(0, 80)} is neither a service nor a team that there is` })
  )
}

function reviewerNamed(graph: Graph, text: string): Address | Diagnostic {
  const found = named(graph, text.includes('/') ? text : `person/${text}`, ['Team', 'Person'])
  return (
    found ?? report('review-nobody', { summary: `${text.slice(0, 80)} is neither a person nor a team that there is` })
  )
}

function named(graph: Graph, text: string, kinds: readonly string[]): Address | undefined {
  const slash = text.indexOf('/')
  const kind = kinds.find((k) => k.toLowerCase() === text.slice(0, Math.max(slash, 0)).toLowerCase())
  const address = kind === undefined ? undefined : addressOf(kind, text.slice(slash + 1))
  return address !== undefined && graph.documents.has(address) && kindOf(address) === kind ? address : undefined
}

function dueAt(text: string | undefined, now: Date): string | Diagnostic {
  const plain = text ?? new Date(now.getTime() + usualDays * day).toISOString().slice(0, 10)
  const at = /^\d{4}-\d\d-\d\d$/.test(plain) ? Date.parse(`${plain}T23:59:59Z`) : Number.NaN
  if (Number.isNaN(at)) return report('review-due', { summary: `${plain.slice(0, 40)} is no date` })
  if (at < now.getTime()) return report('review-due', { summary: `${plain} has gone by` })
  return new Date(at).toISOString()
}

/** A review as it stands, or an end. */
export async function expectReview(world: World, id: string): Promise<DeclaredRecord> {
  const [{ declaredRecord }, { unknownRecord }] = await Promise.all([
    import('../record-types/read.ts'),
    import('../record-types/write.ts'),
  ])
  const found = await declaredRecord(world, 'access-review', id)
  if (found === undefined) throw refusal(unknownRecord('access-review', id))
  return found.record
}
