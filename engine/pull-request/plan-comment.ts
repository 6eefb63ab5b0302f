import { count } from '../model/count.ts'
import { changesSection, type HostGroup, hostGroups } from './changes-section.ts'
import { type AlikeHosts, alikeHosts, differencesSection } from './differences-section.ts'
import { code, link } from './markdown.ts'
import { reachSection } from './reach-section.ts'
import { commentSizes, type LeftOut, leftOutWords, type Room } from './room.ts'
import { approvalsSection, findingsSection, forbidden, riskSection, timesSection, undoSection } from './sections.ts'
import type { PlanTold, RefusedTold } from './told.ts'
import { verdictOf } from './verdict.ts'
import { listed } from './wording.ts'

/** Stands at the head of the comment, so that it is found again. */
export const planMarker = '<!-- plumbline:plan -->'

/** GitHub takes 65,536 characters; the rest is margin for whoever counts in another way. */
export const commentLimit = 60_000

/** A text, and whether something was left out of it. */
export interface Composed {
  readonly body: string
  readonly shortened: boolean
}

/**
 * The comment on a pull request: the verdict, what changes, the risk, who has to approve, policies, when, what it reaches, and how it
 * is taken back; then what differs, folded. Never longer than `commentLimit`: what is left out is said.
 */
export function planComment(told: PlanTold | RefusedTold): Composed {
  const { body, shortened } = composed(
    told,
    commentSizes,
    (text) => text.length <= commentLimit - planMarker.length - 1,
  )
  return { body: `${planMarker}\n${body}`, shortened }
}

/** The roomiest text that fits. */
export function composed(
  told: PlanTold | RefusedTold,
  sizes: readonly Omit<Room, 'leaveOut'>[],
  fits: (text: string) => boolean,
): Composed {
  const grouped = 'refused' in told ? undefined : { groups: hostGroups(told.plan), alike: alikeHosts(told.plan) }
  let text = { body: '', shortened: false }
  for (const size of sizes) {
    text = sized(told, grouped, size)
    if (fits(text.body)) return text
  }
  return text
}

/** What does not depend on how much room there is. */
interface Grouped {
  readonly groups: readonly HostGroup[]
  readonly alike: readonly AlikeHosts[]
}

function sized(told: PlanTold | RefusedTold, grouped: Grouped | undefined, size: Omit<Room, 'leaveOut'>): Composed {
  const left = new Map<LeftOut, number>()
  const room: Room = { ...size, leaveOut: (what, several) => left.set(what, (left.get(what) ?? 0) + several) }
  const { icon, title, sentences } = verdictOf(told)
  const sections = told.supersededBy !== undefined ? [] : sectionsOf(told, grouped, room)
  const missing = left.size === 0 ? [] : [notice(told, left)]
  const parts = [`## ${icon} ${title}`, sentences.join('\n\n'), ...missing, ...sections, footer(told)]
  return { body: `${parts.filter((part) => part !== undefined).join('\n\n')}\n`, shortened: left.size > 0 }
}

const sectionsOf = (told: PlanTold | RefusedTold, grouped: Grouped | undefined, room: Room) =>
  'refused' in told || grouped === undefined ? [findingsSection(told, room)] : planSections(told, grouped, room)

function planSections(told: PlanTold, { groups, alike }: Grouped, room: Room): readonly (string | undefined)[] {
  const findings = findingsSection(told, room)
  // What forbids a change is what its author wants to know.
  const first = forbidden(told.plan) ? [findings] : []
  return [
    ...first,
    changesSection(told, groups, room),
    riskSection(told, room),
    approvalsSection(told, room),
    ...(first.length > 0 ? [] : [findings]),
    timesSection(told, room),
    reachSection(told, room),
    undoSection(told),
    differencesSection(alike, room),
  ]
}

function notice(told: PlanTold | RefusedTold, left: ReadonlyMap<LeftOut, number>): string {
  const parts = [...left].map(([what, several]) => count(several, leftOutWords[what][0], leftOutWords[what][1]))
  const { artifact } = told.links
  const command = code(`plumbline plan ${told.head.slice(0, 12)}`)
  const where = artifact === undefined ? command : `${link('the whole plan', artifact)}, or ${command}`
  return `> ✂️ Too long to be shown here: ${listed(parts)}. See ${where}.`
}

/** What exactly this is about, and what can be asked for. */
function footer(told: PlanTold | RefusedTold): string {
  const { head, links, engine, answersCommands } = told
  const exact =
    'refused' in told
      ? [`head ${code(head)}`]
      : [`plan ${code(told.plan.subject.plan)}`, `head ${code(head)}`, `base ${code(told.plan.subject.base)}`]
  const record = 'refused' in told ? undefined : told.record
  const more = [
    ...(record === undefined ? [] : [`change ${code(record.id, 40)}, ${record.state}`]),
    ...(links.artifact === undefined ? [] : [link('whole plan', links.artifact)]),
    ...(links.run === undefined ? [] : [link('log', links.run)]),
    `Plumbline ${code(engine, 40)}`,
  ]
  const commands =
    answersCommands === true
      ? [`Comment ${code('/plumbline plan')} to plan it again, ${code('/plumbline help')} for everything else.`]
      : []
  return ['---', [...commands, `<sub>${[...exact, ...more].join(' · ')}</sub>`].join('\n\n')].join('\n\n')
}
