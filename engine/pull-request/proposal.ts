import type { DriftFinding } from '../model/drift.ts'
import { cluesText } from './clues.ts'
import { code, plainLine, table, words } from './markdown.ts'
import { composed } from './plan-comment.ts'
import { commentSizes } from './room.ts'
import type { PlanTold } from './told.ts'
import { resourceText } from './wording.ts'

/** A pull request that the engine opens: its body says why, and what it would do as things were then. */
export interface Proposal {
  readonly title: string
  readonly body: string
}

/** Stands at the head of the body, so that what it is for is known when that is gone. */
export const takesBackMark = (changes: readonly string[]): string =>
  `<!-- plumbline:takes-back ${changes.join(' ')} -->`
export const adoptsMark = (key: string): string => `<!-- plumbline:adopts ${key} -->`

/** The changes that a pull request of ours takes back; none where it is no rollback. */
export function takenBackBy(body: string): readonly string[] {
  const [, ids = ''] = /^<!-- plumbline:takes-back ((?:CHG-\d{4}-\d{5,} ?)+)-->/.exec(body) ?? []
  return ids.split(' ').filter((id) => id !== '')
}

interface Asked {
  /** What somebody gave as the reason; a text that nobody has looked at. */
  readonly because?: string
  /** Who asked for it, in our words and Markdown, without a full stop: `` `Person/ana` asked for it in #12, and is one of its authors ``. */
  readonly asked?: string
  /** None where the branch was there already, so that nothing was planned. */
  readonly told?: PlanTold | undefined
}

export interface RollbackProposed extends Asked {
  readonly changes: readonly { readonly id: string; readonly title: string }[]
}

export function rollbackProposal({ changes, ...asked }: RollbackProposed): Proposal {
  const [first, ...others] = changes
  const title =
    others.length === 0
      ? `Roll back ${first?.id ?? ''}: ${first?.title ?? ''}`
      : `Roll back ${changes.map((c) => c.id).join(', ')}`
  return {
    title: plainLine(title, mostTitle),
    body: bodyOf(takesBackMark(changes.map((c) => c.id)), asked, [
      `Takes back ${changes.map((c) => `${code(c.id)} (${words(c.title, 200)})`).join(', ')}. Their documents are reverted; what they leave open comes back from what was kept on the hosts. The plan says of each thing what can be promised.`,
    ]),
  }
}

export interface AdoptionProposed extends Asked {
  /** The same for the same resources of the same hosts. */
  readonly key: string
  readonly adopted: readonly Pick<DriftFinding, 'host' | 'resource' | 'clues' | 'record'>[]
  readonly files: readonly string[]
}

export interface FulfilmentProposed extends Asked {
  /** Number of the request, its title, and what it is for. */
  readonly id: string
  readonly title: string
  readonly item: string
  readonly files: readonly string[]
}

/** What somebody asked for at the desk, as documents. */
export function fulfilmentProposal({ id, title, item, files, ...asked }: FulfilmentProposed): Proposal {
  return {
    title: plainLine(`${id}: ${title}`, mostTitle),
    body: bodyOf(`<!-- plumbline:fulfils ${id} -->`, asked, [
      `Fulfils ${code(id)} (${words(title, 200)}), asked for from the catalogue as ${code(item, 100)}. Changes ${files.map((f) => code(f)).join(', ')}. The request is fulfilled once this is applied.`,
    ]),
  }
}

export interface ReviewProposed extends Asked {
  /** Number of the review, and its title. */
  readonly id: string
  readonly title: string
  /** What is revoked, of whom, and who decided so. */
  readonly lines: readonly { readonly grant: string; readonly who: string; readonly by: string }[]
  readonly files: readonly string[]
}

/** What a review of access revoked, taken out of the documents. */
export function reviewProposal({ id, title, lines, files, ...asked }: ReviewProposed): Proposal {
  const hidden = lines.length > mostRows ? [`and ${lines.length - mostRows} more`] : []
  return {
    title: plainLine(`${id}: revoke what nobody needs`, mostTitle),
    body: bodyOf(`<!-- plumbline:fulfils ${id} -->`, asked, [
      `Takes away what ${code(id)} (${words(title, 200)}) revoked, and nothing else. Changes ${files.map((f) => code(f)).join(', ')}. The review ends once this is applied.`,
      table(
        ['Grant', 'Of whom', 'Decided by'],
        lines.slice(0, mostRows).map((l) => [code(l.grant, 80), code(l.who, 80), code(l.by, 80)]),
      ),
      ...hidden,
    ]),
  }
}

const mostRows = 40
const mostTitle = 200

export function adoptionProposal({ key, adopted, files, ...asked }: AdoptionProposed): Proposal {
  const [first, ...others] = adopted
  const more = others.length === 0 ? '' : ` and ${others.length} more`
  const hidden = adopted.length > mostRows ? [`and ${adopted.length - mostRows} more`] : []
  return {
    title: plainLine(`Adopt ${first?.resource ?? ''} as found on ${first?.host ?? ''}${more}`, mostTitle),
    body: bodyOf(adoptsMark(key), asked, [
      'Hosts were changed past all changes. This writes what is there into the documents, so that it stays; closing it leaves it drift.',
      table(
        ['Host', 'What', 'When, and who was there', 'Record'],
        adopted
          .slice(0, mostRows)
          .map((a) => [
            code(a.host, 80),
            resourceText(a.resource),
            cluesText(a.clues) ?? '–',
            a.record === undefined ? '–' : code(a.record, 40),
          ]),
      ),
      ...hidden,
      `Changes ${files
        .slice(0, 10)
        .map((f) => code(f))
        .join(
          ', ',
        )}${files.length > 10 ? ` and ${files.length - 10} more` : ''}. What hosts say of who was there is their own word.`,
    ]),
  }
}

/** GitHub takes 65,536 characters. */
const planLimit = 30_000

function bodyOf(mark: string, { because, asked, told }: Asked, paragraphs: readonly string[]): string {
  const reason = because === undefined ? [] : [`Why: ${words(because, 1000)}`]
  const hand = asked === undefined ? [] : [`${asked}.`]
  const plan =
    told === undefined
      ? []
      : [
          '---',
          'As it was planned when this was opened; the comment below is kept up to date.',
          composed(told, commentSizes, (text) => text.length <= planLimit).body.trimEnd(),
        ]
  return `${[mark, ...reason, ...paragraphs, ...hand, ...plan].join('\n\n')}\n`
}
