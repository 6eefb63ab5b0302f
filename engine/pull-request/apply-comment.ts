import { count } from '../model/count.ts'
import type { ActionOutcome } from '../model/event.ts'
import { code, details, link, table, words } from './markdown.ts'
import { momentText } from './moments.ts'
import type { AppliedTold, HostApplied, WaveTold } from './told.ts'
import { changesOf, hostList, resourceText, toDo } from './wording.ts'

/** Stands at the head of the comment about a change, so that it is found again. */
export const applyMarker = (change: string): string =>
  `<!-- plumbline:apply ${change.replace(/[^A-Za-z0-9-]/g, '')} -->`

const mostWaves = 30
const mostFailures = 20

/** What became of a merged change, told on its pull request: what was applied in each wave, what failed, and what comes next. */
export function applyComment(told: AppliedTold): { readonly body: string; readonly shortened: boolean } {
  const { icon, title, sentence } = outcomeOf(told)
  const failures = failedActions(told.waves)
  const parts = [
    applyMarker(told.change.id),
    `## ${icon} ${title}`,
    sentence,
    ...nextStep(told),
    ...(told.waves.length === 0 ? [] : [wavesTable(told.waves)]),
    ...(failures.length === 0 ? [] : ['### What went wrong', failureLines(failures)]),
    ...gateLines(told.waves),
    '---',
    footer(told),
  ]
  return { body: `${parts.join('\n\n')}\n`, shortened: told.waves.length > mostWaves || failures.length > mostFailures }
}

interface Outcome {
  readonly icon: string
  readonly title: string
  readonly sentence: string
}

function outcomeOf(told: AppliedTold): Outcome {
  const { change, counts, waits, waves, takenBackBy } = told
  const id = code(change.id, 40)
  const hosts = new Set(waves.flatMap((w) => w.hosts.map((h) => h.host))).size
  const stopped = told.stopped === undefined ? '' : ` ${capital(words(told.stopped, 300))}.`
  const done = `${counts.applied} of ${changesOf(total(counts))} ${counts.applied === 1 ? 'is' : 'are'} applied`
  if (waits !== undefined) {
    const from =
      waits.from === undefined
        ? 'No time is in sight at which it may be applied.'
        : `It is applied from **${momentText(waits.from, undefined)}**.`
    return { icon: '🕓', title: 'Merged, waits to be applied', sentence: `${id} ${words(waits.because, 300)}. ${from}` }
  }
  if (takenBackBy !== undefined)
    return {
      icon: '⛔',
      title: 'Failed, and taken back',
      sentence: `${id} failed: ${done}.${stopped} ${code(takenBackBy, 40)} takes it back.`,
    }
  switch (change.state) {
    case 'implemented':
    case 'reviewed':
    case 'closed': {
      const all =
        total(counts) === 0
          ? 'There was nothing to do on any host.'
          : `All ${changesOf(total(counts))} on ${count(hosts, 'host')} are applied and verified.`
      return {
        icon: '✅',
        title: 'Applied',
        sentence: `${id} is done. ${total(counts) === 1 ? `The change on ${hostList(waves.flatMap((w) => w.hosts.map((h) => h.host)))} is applied and verified.` : all}`,
      }
    }
    case 'failed':
      return { icon: '⛔', title: 'Failed', sentence: `${id} failed: ${done}.${stopped}` }
    case 'paused':
      return { icon: '⏸️', title: 'Paused', sentence: `${id} is paused: ${done}.${stopped}` }
    case 'implementing':
      return { icon: '🔄', title: 'Being applied', sentence: `${id} is under way: ${done}.` }
    case 'unapproved':
      return {
        icon: '⛔',
        title: 'Merged without approval, not applied',
        sentence: `${id} was merged without the approvals it needs, so nothing of it is applied.${stopped}`,
      }
    case 'rejected':
      return {
        icon: '⛔',
        title: 'Rejected, not applied',
        sentence: `${id} was rejected, so nothing of it is applied.${stopped}`,
      }
    case 'rolled-back':
      return { icon: '↩️', title: 'Taken back', sentence: `${id} was applied, and has been taken back since.` }
    case 'superseded':
    case 'expired':
      return {
        icon: '⚪',
        title: 'Not applied',
        sentence: `${id} is ${change.state}, so nothing of it is applied.${stopped}`,
      }
    default:
      return {
        icon: '🕓',
        title: 'Merged, to be applied',
        sentence: `${id} is ${change.state}: ${total(counts) === 0 ? 'it does nothing on any host' : `${changesOf(total(counts))} on ${count(hosts, 'host')} will be applied`}.${stopped}`,
      }
  }
}

/** What somebody has to do now. */
function nextStep({ change, counts, reviewDue, takenBackBy }: AppliedTold): readonly string[] {
  const id = change.id.replace(/[^A-Za-z0-9-]/g, '')
  const steps = [
    ...(change.state === 'failed' && takenBackBy === undefined
      ? [
          `Mend the cause and apply again, which goes on where it stopped: ${code('plumbline apply')}. Or take it back: ${code(`plumbline rollback ${id}`)}.`,
        ]
      : []),
    ...(change.state === 'paused'
      ? [`Go on with ${code(`plumbline resume ${id}`)}, or take it back with ${code(`plumbline rollback ${id}`)}.`]
      : []),
    ...(change.state === 'unapproved' ? ['Let somebody approve it as it is, or revert the merge.'] : []),
    ...(counts.unknown > 0
      ? [
          `Of ${count(counts.unknown, 'change')} nobody knows whether ${counts.unknown === 1 ? 'it was' : 'they were'} made: the next apply looks.`,
        ]
      : []),
    ...(reviewDue === undefined
      ? []
      : [
          `It was an emergency: somebody else has to look back at it by ${momentText(reviewDue, undefined)}, with ${code(`plumbline review ${id}`)}.`,
        ]),
  ]
  return steps.length === 0 ? [] : [`**Next:** ${steps.join(' ')}`]
}

const outcomes: readonly (readonly [ActionOutcome, string])[] = [
  ['applied', '✅'],
  ['failed', '⛔'],
  ['unknown', '❓'],
  ['not-started', '⏹️'],
]

function wavesTable(waves: readonly WaveTold[]): string {
  const rows = waves.slice(0, mostWaves).map(({ name, environment, hosts, gates }) => {
    const all = hosts.flatMap((h) => h.actions)
    const cells = outcomes.flatMap(([outcome, icon]) => {
      const several = all.filter((a) => a.outcome === outcome).length
      return several === 0 ? [] : [`${icon} ${several} ${outcome === 'not-started' ? 'not started' : outcome}`]
    })
    const bad = gates.filter((g) => !g.ok).length
    const health = gates.length === 0 ? '' : bad === 0 ? ', healthy after it' : ', **not healthy after it**'
    const wave = environment === '' ? words(name, 60) : `${words(environment, 60)} · ${words(name, 60)}`
    return [wave, hostList(hosts.map((h) => h.host)), `${cells.length === 0 ? '–' : cells.join(', ')}${health}`]
  })
  const more = waves.length > mostWaves ? `\n\nand ${count(waves.length - mostWaves, 'more wave')}` : ''
  return `${table(['Wave', 'Hosts', 'Changes'], rows)}${more}`
}

type Failure = HostApplied['actions'][number] & { readonly host: string }

const failedActions = (waves: readonly WaveTold[]): readonly Failure[] =>
  waves.flatMap((w) =>
    w.hosts.flatMap(({ host, actions }) =>
      actions.filter((a) => a.outcome === 'failed' || a.outcome === 'unknown').map((a) => ({ ...a, host })),
    ),
  )

function failureLines(failures: readonly Failure[]): string {
  const lines = failures.slice(0, mostFailures).map(({ host, resource, verb, outcome, detail }) => {
    const why = detail === undefined ? '' : `: ${words(detail, 400)}`
    return `- ${code(host, 80)}: ${toDo[verb]} ${resourceText(resource)} ${outcome === 'failed' ? 'failed' : 'may or may not have been made'}${why}`
  })
  const more = failures.length - lines.length
  return [...lines, ...(more > 0 ? [`- and ${more} more`] : [])].join('\n')
}

function gateLines(waves: readonly WaveTold[]): readonly string[] {
  const tried = waves.flatMap((w) => w.gates.map((g) => ({ ...g, wave: w.name })))
  if (tried.length === 0) return []
  const shown = tried
    .slice(0, 30)
    .map(
      ({ wave, gate, ok, detail }) =>
        `- ${ok ? '✅' : '⛔'} ${words(gate, 80)} after ${words(wave, 60)}: ${words(detail, 300)}`,
    )
  const text = [...shown, ...(tried.length > shown.length ? [`- and ${tried.length - shown.length} more`] : [])].join(
    '\n',
  )
  return tried.some((g) => !g.ok)
    ? ['### Health', text]
    : [details(`${count(tried.length, 'health check')} passed`, text)]
}

function footer({ change, commit, plan, links, engine }: AppliedTold): string {
  const parts = [
    `change ${code(change.id, 40)}`,
    ...(commit === undefined ? [] : [`merged as ${code(commit)}`]),
    ...(plan === undefined ? [] : [`plan ${code(plan)}`]),
    ...(links.run === undefined ? [] : [link('log', links.run)]),
    `Plumbline ${code(engine, 40)}`,
  ]
  return `<sub>${parts.join(' · ')}</sub>`
}

const total = (counts: AppliedTold['counts']): number => Object.values(counts).reduce((sum, n) => sum + n, 0)
/** Only where it begins with a word and no name of anything. */
const capital = (text: string): string =>
  /^[a-z]+(?= )/.test(text) ? `${text.charAt(0).toUpperCase()}${text.slice(1)}` : text
