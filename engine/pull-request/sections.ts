import { nameOf } from '../model/address.ts'
import { count } from '../model/count.ts'
import { compareDiagnostics, type Diagnostic, hasErrors } from '../model/diagnostic.ts'
import type { Plan } from '../model/plan.ts'
import type { Reversibility } from '../model/resource.ts'
import { code, table, words } from './markdown.ts'
import { dayText, momentText, spanText } from './moments.ts'
import { type Room, some } from './room.ts'
import type { Approver, PlanTold, RefusedTold } from './told.ts'
import {
  findingText,
  hostList,
  listed,
  listedFew,
  personText,
  placeText,
  resourceText,
  shortCommit,
  teamsText,
  windowsText,
} from './wording.ts'

/** How risky, and why, the heaviest reason first. */
export function riskSection({ plan }: PlanTold, room: Room): string | undefined {
  const { score, level, factors } = plan.risk
  if (plan.actions.length === 0) return undefined
  const heaviest = [...factors].sort((a, b) => b.points - a.points)
  const lines = some(room, heaviest, Math.min(room.items, 12), 'reasons').map(({ points, because, evidence = [] }) => {
    const told = evidence.filter((e) => !because.includes(e) && !because.includes(nameOf(e)))
    const named = told.length === 0 ? '' : `: ${listedFew(told, 4, (e) => code(e, 100))}`
    return `- ${words(because, room.text)}${named} (+${points})`
  })
  return [`### Risk: ${level}, ${score} of 100`, lines.length === 0 ? 'Nothing speaks of any.' : lines.join('\n')].join(
    '\n\n',
  )
}

/** Who agreed, who still has to and why, and whose approval does not count. */
export function approvalsSection(told: PlanTold, room: Room): string | undefined {
  const { standing, names, plan, record } = told
  const { nearly } = plan.standard ?? {}
  // An emergency waits for no approval, and none helps against what forbids a change.
  if (record?.type === 'emergency' || forbidden(plan)) return undefined
  const given = standing.counted.map((c) => `- ✅ ${personText(c.approver, names)} approved it on ${dayText(c.at)}`)
  const refused = standing.refused.map(
    (r) => `- ✖️ The approval of ${personText(r.approver, names)} does not count: ${words(r.because, room.text)}`,
  )
  const blocked = standing.blocked.map((d) => findingText(d, room.text, ''))
  const nearest =
    nearly === undefined || standing.holds
      ? []
      : [`Not a standard change: ${code(nearly.template)} comes nearest, but ${words(nearly.because, room.text)}.`]
  const entries = some(room, [...blocked, ...refused, ...given], room.items, 'findings')
  if (standing.missing.length + blocked.length + refused.length + nearest.length === 0) return undefined
  const heading = standing.missing.length === 0 ? '### Approvals' : '### Who still has to approve'
  return [
    heading,
    ...(standing.missing.length === 0 ? [] : [missingTable(told, room)]),
    ...list(entries),
    ...nearest,
    ...(standing.missing.length === 0 || told.desiredOnly !== undefined ? [] : [howToApprove(told)]),
  ].join('\n\n')
}

/** A policy denies it, or something about it is wrong. */
export const forbidden = ({ verdict, diagnostics }: Plan): boolean =>
  verdict.denials.length > 0 || hasErrors(diagnostics)

const list = (lines: readonly string[]): readonly string[] => (lines.length === 0 ? [] : [lines.join('\n')])

function missingTable({ standing, approvers }: PlanTold, room: Room): string {
  const rows = some(
    room,
    standing.missing.map((m, i) => ({ ...m, people: approvers[i] ?? [] })),
    room.rows,
    'findings',
  )
  return table(
    ['Missing', 'Why', 'Who may'],
    rows.map(({ requirement, have, need, people }) => [
      `${have === 0 ? need : `${need - have} of ${need}`} by ${teamsText(requirement.teams)}`,
      words(requirement.because, room.text),
      people.length === 0 ? '**nobody who is left**' : listedFew(people, 6, approverText),
    ]),
  )
}

const approverText = ({ address, name, account }: Approver): string => {
  const shown = name === undefined || name === '' ? code(nameOf(address), 60) : words(name, 60)
  return account === undefined || account === '' ? `${shown} (no account here)` : `${shown} (${code(account, 60)})`
}

function howToApprove({ request, head, standing, names, plan, answersCommands }: PlanTold): string {
  const wrote = listedFew(standing.authors, 4, (a) => personText(a, names))
  const not = wrote === '' ? '' : ` Nobody approves what they wrote: that leaves out ${wrote}.`
  const own = code(`plumbline approve ${head.slice(0, 12)}`)
  if (request === undefined) return `Approve with ${own}.${not}`
  // Of a fork nobody may know whether something was pushed after it was read: then a few digits are not enough.
  const digest = plan.subject.plan.replace('sha256:', '').slice(0, request.fork ? undefined : 8)
  const comment = answersCommands === true ? `, with the comment ${code(`/plumbline approve ${digest}`)}` : ''
  return `Approve with a review of ${shortCommit(head)}${comment}, or signed with your own key: ${own}.${not}`
}

/** What policies and checks have to say, the worst first. */
export function findingsSection(told: PlanTold | RefusedTold, room: Room): string | undefined {
  const order = { error: 0, warning: 1, info: 2 }
  const found = findingsOf(told).filter((d) => d.severity !== 'info')
  if (found.length === 0) return undefined
  const sorted = [...found].sort((a, b) => order[a.severity] - order[b.severity] || compareDiagnostics(a, b))
  const lines = some(room, sorted, room.items, 'findings').map((d) =>
    findingText(d, room.text, placeText(d, told.links, told.head)),
  )
  return [`### ${'refused' in told ? 'What is wrong' : 'Policies and findings'}`, lines.join('\n')].join('\n\n')
}

/** All that was found, each once, denials first. */
export function findingsOf(told: PlanTold | RefusedTold): readonly Diagnostic[] {
  const own =
    'refused' in told
      ? told.refused
      : [...told.plan.verdict.denials, ...told.plan.verdict.warnings, ...told.plan.diagnostics]
  return [...new Map([...own, ...told.findings].map((d) => [JSON.stringify(d), d])).values()]
}

/** When it may be carried out; undefined where nothing limits that. */
export function timesSection({ times, record, plan }: PlanTold, room: Room): string | undefined {
  const { open, next, timeZone, limits, freezes } = times
  const scheduled = record?.schedule
  if (plan.actions.length === 0) return undefined
  if (limits.length + freezes.length === 0 && scheduled === undefined && open) return undefined
  const asked = limits.map(
    (l) =>
      `- Only inside ${windowsText(l.windows)}, ${l.open ? 'open now' : 'closed now'}: ${words(l.because, room.text)}`,
  )
  const frozen = freezes.map(
    (f) => `- Not during ${code(f.address)}, ${spanText(f, timeZone)}: ${words(f.reason, room.text)}`,
  )
  const own = scheduled === undefined ? [] : [`- Scheduled for ${spanText(scheduled, timeZone)}`]
  const then =
    next === undefined
      ? 'No time is in sight at which it may be applied.'
      : `Next time: **${spanText(next, timeZone)}**${utc(next, timeZone)}.`
  const now =
    next?.until === undefined
      ? 'It may be applied now.'
      : `It may be applied now, until ${momentText(next.until, timeZone)}.`
  const lines = some(room, [...own, ...asked, ...frozen], room.items, 'reasons')
  return ['### When', [...list(lines), open ? now : then].join('\n\n')].join('\n\n')
}

const utc = (span: NonNullable<PlanTold['times']['next']>, timeZone: string | undefined): string =>
  timeZone === undefined || timeZone === 'UTC' ? '' : `, that is ${spanText(span, 'UTC')}`

const classes: readonly Reversibility[] = ['exact', 'inverse', 'best-effort', 'irreversible']
const promised: Readonly<Record<Reversibility, string>> = {
  exact: 'restored exactly',
  inverse: 'reversed',
  'best-effort': 'undone as far as possible',
  irreversible: '**never undone**',
}

/** What becomes of it if it is taken back, or what this taking back promises. */
export function undoSection({ plan }: PlanTold): string | undefined {
  if (plan.promises !== undefined) return promisesText(plan.promises)
  // A restart is done again where its cause is taken back: there is nothing of its own to undo.
  const actions = plan.actions.filter((a) => a.verb !== 'restart')
  if (actions.length === 0) return undefined
  const of = (name: Reversibility) => actions.filter((a) => a.reversibility === name)
  const [only, ...others] = classes.filter((name) => of(name).length > 0)
  if (only === undefined) return undefined
  const heading = '### If it has to be taken back'
  const named = (name: Reversibility): string => {
    if (name !== 'best-effort' && name !== 'irreversible') return ''
    const hosts = new Map<string, string[]>()
    for (const { resource, host } of of(name)) {
      const on = hosts.get(resource)
      if (on === undefined) hosts.set(resource, [host])
      else on.push(host)
    }
    const what = [...hosts].slice(0, 4).map(([resource, on]) => `${resourceText(resource)} on ${hostList(on, 3)}`)
    return ` (${[...what, ...(hosts.size > 4 ? [`${hosts.size - 4} more`] : [])].join('; ')})`
  }
  if (others.length === 0) {
    if (only === 'irreversible') return [heading, `**Nothing of it can be undone**${named(only)}.`].join('\n\n')
    const all = actions.length === 1 ? 'It is' : 'All of it is'
    return [heading, `${all} ${promised[only]}${named(only)}.`].join('\n\n')
  }
  const parts = [only, ...others].map((name) => `${of(name).length} ${promised[name]}${named(name)}`)
  return [heading, `Of ${count(actions.length, 'change')}: ${listed(parts)}.`].join('\n\n')
}

function promisesText(promises: NonNullable<Plan['promises']>): string {
  const kept = promises.filter((p) => p.how !== 'nothing' && p.how !== 'refused')
  const same = promises.filter((p) => p.how === 'nothing').length
  const refused = promises.filter((p) => p.how === 'refused')
  const parts = [
    ...classes.flatMap((name) => {
      const several = kept.filter((p) => p.reversibility === name).length
      return several === 0 ? [] : [`${several} ${promised[name]}`]
    }),
    ...(same === 0 ? [] : [`${same} as before already`]),
  ]
  const lines = [
    ...(parts.length === 0 ? [] : [`Of ${count(promises.length, 'thing')} that the change did: ${listed(parts)}.`]),
    ...(refused.length === 0
      ? []
      : [`**Not promised:** ${listedFew(refused, 5, (p) => `${resourceText(p.resource)} on ${code(p.host, 80)}`)}.`]),
  ]
  return ['### What comes back', ...(lines.length === 0 ? ['Nothing was done that has to come back.'] : lines)].join(
    '\n\n',
  )
}
