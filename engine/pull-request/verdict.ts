import { count } from '../model/count.ts'
import { compareDiagnostics, hasErrors } from '../model/diagnostic.ts'
import type { Action, Plan } from '../model/plan.ts'
import type { CheckConclusion } from '../model/pull-request.ts'
import { code, words } from './markdown.ts'
import { momentText, spanText } from './moments.ts'
import type { PlanTold, RefusedTold } from './told.ts'
import {
  changesOf,
  does,
  hostList,
  listed,
  listedFew,
  personText,
  resourceText,
  shortCommit,
  teamsText,
  verbCounts,
  windowsText,
} from './wording.ts'

/** What somebody is to know within seconds. */
export interface Verdict {
  readonly icon: '✅' | '🟡' | '⛔' | '⚪' | '🚨'
  /** Words and figures of ours only: it stands where nothing is escaped, too. */
  readonly title: string
  /** Markdown: what will happen, and what is missing. */
  readonly sentences: readonly string[]
  /** Of the check about the plan. */
  readonly conclusion: CheckConclusion
}

export function verdictOf(told: PlanTold | RefusedTold): Verdict {
  if (told.supersededBy !== undefined)
    return {
      icon: '⚪',
      title: 'Out of date',
      sentences: [
        `${sentence(words(told.supersededBy, 200))} What was planned for ${shortCommit(told.head)} does not count any more.`,
      ],
      conclusion: 'neutral',
    }
  return 'refused' in told ? refusedVerdict(told) : planVerdict(told)
}

function refusedVerdict({ refused }: RefusedTold): Verdict {
  const errors = refused.filter((d) => d.severity === 'error').sort(compareDiagnostics)
  const [first] = errors
  const more = errors.length > 1 ? ` That is the first of ${errors.length} errors.` : ''
  return {
    icon: '⛔',
    title: `No plan: ${count(Math.max(1, errors.length), 'error')}`,
    sentences: [
      'Nobody can say what merging this would do, so it can’t be approved or merged.',
      ...(first === undefined ? [] : [`${sentence(words(first.summary, 300))}${more}`]),
    ],
    conclusion: 'failure',
  }
}

function planVerdict(told: PlanTold): Verdict {
  const { plan, standing } = told
  const will = [[whatHappens(told), ...riskSentence(plan)].join(' '), ...unknownSentence(plan)]
  const rejected = standing.blocked.filter((d) => d.code === 'change-rejected')
  const errors = [...plan.verdict.denials, ...plan.diagnostics.filter((d) => d.severity === 'error')]
  const [first] = errors
  if (first !== undefined) {
    const more = errors.length > 1 ? ` That is the first of ${errors.length} reasons.` : ''
    const denied = plan.verdict.denials.length > 0
    return {
      icon: '⛔',
      title: denied ? 'Not allowed' : 'Can’t be applied as it is',
      sentences: [
        `**${sentence(words(first.summary, 300))}**${more}${denied ? ' Approvals don’t help: the change has to be made in another way.' : ''}`,
        ...will,
      ],
      conclusion: 'failure',
    }
  }
  if (told.desiredOnly !== undefined)
    return {
      icon: '🟡',
      title: 'Documents compared, hosts not looked at',
      sentences: [
        `**No host was looked at:** ${sentence(words(told.desiredOnly, 300), false)}`,
        ...will,
        desiredOnlyNext(told),
      ],
      conclusion: 'action-required',
    }
  if (rejected.length > 0) {
    const by = rejected.map((d) =>
      d.subject === undefined ? 'somebody' : personText(d.subject as `${string}/${string}`, told.names),
    )
    return {
      icon: '⛔',
      title: 'Rejected',
      sentences: [
        `${listedFew([...new Set(by)], 3, (name) => name)} rejected it. It stays so until they approve, or another commit is pushed.`,
        ...will,
      ],
      conclusion: planConclusion(plan),
    }
  }
  return { ...standingVerdict(told, will), conclusion: planConclusion(plan) }
}

function standingVerdict(told: PlanTold, will: readonly string[]): Omit<Verdict, 'conclusion'> {
  const { plan, standing, record } = told
  const idle = plan.actions.length === 0
  if (record?.emergency !== undefined && record.type === 'emergency')
    return {
      icon: '🚨',
      title: 'Emergency: carried out without the usual approvals',
      sentences: [...will, emergencySentence(told)],
    }
  const missing = missingSentence(told)
  if (!standing.holds) {
    const several = standing.missing.reduce((sum, m) => sum + m.need - m.have, 0)
    const waits = several === 0 ? 'Can’t be approved as it is' : `Waiting for ${count(several, 'approval')}`
    return {
      icon: '🟡',
      title:
        idle && plan.unknowns.length === 0
          ? `Nothing to do on any host; ${waits.charAt(0).toLowerCase()}${waits.slice(1)}`
          : waits,
      sentences: [...will, ...missing, ...(idle ? [] : whenSentence(told))],
    }
  }
  if (idle)
    return {
      icon: plan.unknowns.length > 0 ? '🟡' : '⚪',
      title:
        plan.unknowns.length === 0
          ? 'Nothing to do'
          : nothingSeen(plan)
            ? 'No host could be looked at'
            : 'Nothing to do where it could be seen',
      sentences: [...will, ...missing],
    }
  const open = told.times.open
  const merged = told.request === undefined || told.request.state === 'merged'
  const standard = plan.standard?.template
  const ready =
    standard !== undefined
      ? `Ready to ${merged ? 'apply' : 'merge'}: a standard change`
      : `Ready to ${merged ? 'apply' : 'merge'}`
  return {
    icon: '✅',
    title: open ? ready : `${ready}, applied later`,
    sentences: [...will, ...(missing.length > 0 ? missing : [nothingMissing(told)]), ...whenSentence(told)],
  }
}

/** Success says that it may be merged as far as the plan goes; approvals have a check of their own. */
function planConclusion(plan: Plan): CheckConclusion {
  if (plan.verdict.denials.length > 0 || hasErrors(plan.diagnostics)) return 'failure'
  if (plan.actions.length > 0) return 'success'
  return plan.unknowns.length > 0 ? 'failure' : 'neutral'
}

/** `` Merging this **changes file `/etc/motd`** on `web-01` in `production`. `` */
function whatHappens({ plan, request, desiredOnly }: PlanTold): string {
  const would = desiredOnly !== undefined
  const doing = request === undefined || request.state === 'merged' ? 'Applying this' : 'Merging this'
  const back =
    plan.rollbackOf === undefined
      ? ''
      : ` It takes back ${listedFew(plan.rollbackOf, 3, (id) => code(id))}${plan.partial === true ? ' in part' : ''}.`
  if (plan.actions.length === 0 && plan.unknowns.length > 0)
    return nothingSeen(plan)
      ? `What ${doing.charAt(0).toLowerCase()}${doing.slice(1)} would do is **not known**.${back}`
      : `${doing} changes **nothing where it could be seen**.${back}`
  if (plan.actions.length === 0) {
    const left = plan.unchanged > 0 && !would ? `: ${hostsAsWanted(plan)} as the documents want` : ''
    return `${doing} ${would ? 'would change' : 'changes'} **nothing on any host**${left}.${back}`
  }
  const busy = new Set(plan.actions.map((a) => a.host))
  const hosts = [...busy]
  const on = hosts.length <= 3 ? hostList(hosts) : `**${hosts.length} hosts**`
  const environments = [
    ...new Set(plan.waves.filter((w) => w.hosts.some((h) => busy.has(h))).map((w) => w.environment)),
  ]
  const where = environments.length === 0 ? '' : ` in ${listedFew(environments, 3, (e) => code(e, 60))}`
  return `${doing} ${deeds(plan.actions, would)} on ${on}${where}.${back}`
}

/** Every host that was to be looked at is unknown. */
function nothingSeen({ hosts, unknowns }: Plan): boolean {
  const unknown = new Set(unknowns.filter((u) => u.resource === undefined).map((u) => u.host))
  return unknown.size > 0 && hosts.planned.every((h) => unknown.has(h))
}

/** What makes somebody look twice: a risk that is not low, and what can't be undone. */
function riskSentence({ risk, actions }: Plan): readonly string[] {
  const final = actions.filter((a) => a.reversibility === 'irreversible').length
  const parts = [
    ...(risk.level === 'low' || actions.length === 0 ? [] : [`the risk is **${risk.level}** (${risk.score} of 100)`]),
    ...(final === 0 ? [] : [`**${changesOf(final)} can’t be undone**`]),
  ]
  return parts.length === 0 ? [] : [sentence(listed(parts))]
}

const hostsAsWanted = ({ hosts }: Plan): string =>
  hosts.planned.length === 1
    ? 'the host that was looked at is'
    : `all ${hosts.planned.length} hosts that were looked at are`

/** Up to three things by name; of more, how many. */
function deeds(actions: readonly Action[], would: boolean): string {
  const each = [...new Map(actions.map((a) => [`${a.verb} ${a.resource}`, a])).values()]
  if (each.length <= 3) {
    const verbs = [...new Set(each.map((a) => a.verb))]
    const parts = verbs.map((verb) => {
      const things = each.filter((a) => a.verb === verb).map((a) => resourceText(a.resource))
      return `**${would ? `would ${does[verb].slice(0, -1)}` : does[verb]}** ${listed(things)}`
    })
    return listed(parts)
  }
  return `${would ? 'would make' : 'makes'} **${changesOf(actions.length)}** (${verbCounts(actions)})`
}

function unknownSentence({ unknowns }: Plan): readonly string[] {
  const hosts = [...new Set(unknowns.filter((u) => u.resource === undefined).map((u) => u.host))]
  const things = unknowns.filter((u) => u.resource !== undefined).length
  const parts = [
    ...(hosts.length === 0 ? [] : [hosts.length <= 3 ? hostList(hosts) : `${hosts.length} hosts`]),
    ...(things > 0 ? [`${count(things, 'resource')}${hosts.length > 0 ? ' elsewhere' : ''}`] : []),
  ]
  if (parts.length === 0) return []
  const several = hosts.length + things > 1
  return [
    `**${listed(parts)} could not be looked at:** what ${several ? 'they need' : 'it needs'} is not in this plan.`,
  ]
}

function missingSentence({ standing, approvers, request, names }: PlanTold): readonly string[] {
  const approvals = standing.missing.map(
    ({ requirement, have, need }, i) =>
      `${count(need - have, have > 0 ? 'more approval' : 'approval')} by ${teamsText(requirement.teams)}${approvers[i]?.length === 0 ? ' (nobody is left who may give it)' : ''}`,
  )
  const blocked = standing.blocked.length > 0 ? ['what keeps approvals from counting has to be settled'] : []
  const conflicts = request?.mergeable === 'conflicts' ? ['conflicts with the target branch have to be solved'] : []
  const draft = request?.draft === true ? ['the pull request is a draft'] : []
  const all = [...approvals, ...blocked, ...conflicts, ...draft]
  if (all.length === 0) return []
  const given = listedFew(standing.counted, 3, (c) => personText(c.approver, names))
  const so = given === '' ? '' : ` ${given} approved it already.`
  return [`**Missing:** ${listedFew(all, 4, (part) => part)}.${standing.holds ? '' : so}`]
}

function nothingMissing({ standing, plan, names }: PlanTold): string {
  const template = plan.standard?.template
  if (template !== undefined) return `**Nothing is missing:** ${code(template)} agreed to it beforehand.`
  const by = listedFew(standing.counted, 4, (c) => personText(c.approver, names))
  return by === '' ? '**Nothing is missing:** no approval is asked for.' : `**Nothing is missing:** approved by ${by}.`
}

function whenSentence({ times, record }: PlanTold): readonly string[] {
  if (record?.schedule !== undefined) return [`It is scheduled for ${spanText(record.schedule, times.timeZone)}.`]
  if (times.open) return []
  const [freeze] = times.freezes
  const [limit] = times.limits.filter((l) => !l.open)
  const because =
    limit !== undefined ? ` (${windowsText(limit.windows)})` : freeze !== undefined ? ` (${code(freeze.address)})` : ''
  if (times.next === undefined) return [`**No time is in sight** at which it may be applied${because}.`]
  return [`It may be applied from **${momentText(times.next.from, times.timeZone)}**${because}.`]
}

function emergencySentence({ record, names, times }: PlanTold): string {
  const e = record?.emergency
  if (e === undefined) return ''
  const review =
    e.reviewed === true
      ? ' Somebody else has looked back at it.'
      : e.reviewDue === undefined
        ? ' Somebody else has to look back at it within a day of its start.'
        : ` **Missing:** somebody else has to look back at it by ${momentText(e.reviewDue, times.timeZone)}.`
  return `${personText(e.person, names)} broke the glass for incident ${code(e.incident, 60)} (${words(e.reason, 200)}); it may be begun until ${momentText(e.until, times.timeZone)}.${review}`
}

/** How the hosts come to be looked at. What strangers wrote has to be read first, by somebody who says which commit they read. */
function desiredOnlyNext({ answersCommands, request, head }: PlanTold): string {
  const missing = '**Missing:** a plan from what is on the hosts.'
  if (request?.fork !== true) return `${missing} Run ${code('plumbline plan')} where they can be reached.`
  const then =
    answersCommands === true ? `comments ${code(`/plumbline plan ${head}`)}` : 'pushes its branch to this repository'
  return `${missing} Somebody who may write here reads the change, and then ${then}.`
}

/** With a capital letter, where it begins with a word and no name of anything, and a full stop. */
function sentence(text: string, capital = true): string {
  const word = /^[a-z]+(?= )/.test(text)
  const begun = capital && word ? `${text.charAt(0).toUpperCase()}${text.slice(1)}` : text
  return /[.!?…]$/.test(begun) ? begun : `${begun}.`
}
