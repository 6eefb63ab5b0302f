import { count } from '../model/count.ts'
import type { DriftFinding } from '../model/drift.ts'
import type { RequestPage } from '../model/pull-request.ts'
import type { WantedIssue } from '../ports/forge.ts'
import { cluesText } from './clues.ts'
import { code, link, table, words } from './markdown.ts'
import { dayText, momentText } from './moments.ts'
import { commentLimit } from './plan-comment.ts'
import type { DashboardTold } from './told.ts'
import { listed, listedFew, resourceText, shortCommit } from './wording.ts'

/** Stands at the head of the issue, so that it is found again. */
export const dashboardMarker = '<!-- plumbline:dashboard -->'

/** Rows of a table, as many as there is room for. */
const sizes = [25, 10, 4, 2] as const

/** One issue that says how the estate stands: open as long as somebody has to do something. */
export function dashboard(told: DashboardTold): WantedIssue {
  const troubles = verdictParts(told)
  const open = troubles.length > 0
  const looked = `${told.hosts.looked === told.hosts.total ? `All ${count(told.hosts.total, 'host')}` : `${told.hosts.looked} of ${count(told.hosts.total, 'host')}`} looked at on ${momentText(told.at, undefined)}, held against ${shortCommit(told.commit)}.`
  const verdict = open ? `## 🟡 ${capital(listed(troubles))}` : '## ✅ Everything is as the documents want it'
  const written = (most: number): string => {
    const sections = [waiting, failed, unauthorised, drift, unknown, requests, ignored].flatMap((make) =>
      make(told, most),
    )
    return [dashboardMarker, verdict, looked, ...sections, '---', footer(told)].join('\n\n')
  }
  let body = written(sizes[0])
  for (const most of sizes) if (body.length > commentLimit - 1) body = written(most)
  return {
    title: 'Plumbline: how the estate stands',
    body: `${body}\n`,
    labels: ['plumbline'],
    state: open ? 'open' : 'closed',
  }
}

function verdictParts({
  drift: found,
  unknowns,
  unauthorised: open,
  failed: broken,
  waiting: waits,
  requests: asked,
}: DashboardTold): readonly string[] {
  const hosts = new Set(found.map((d) => d.host)).size
  const blind = new Set(unknowns.map((u) => u.host)).size
  return [
    ...(broken.length === 0 ? [] : [`${count(broken.length, 'change')} failed or paused`]),
    ...(hosts === 0 ? [] : [`drift on ${count(hosts, 'host')}`]),
    ...(open.length === 0 ? [] : [`${count(open.length, 'unauthorised change')}`]),
    ...(blind === 0 ? [] : [`${count(blind, 'host')} not fully seen`]),
    ...(waits.length === 0 ? [] : [`${count(waits.length, 'thing')} waiting for somebody`]),
    ...(waits.length > 0 || asked.length === 0 ? [] : [`${count(asked.length, 'pull request')} to look at`]),
  ]
}

/** A heading and a table of bounded length, or nothing. */
function section<Item>(
  heading: string,
  heads: readonly string[],
  items: readonly Item[],
  most: number,
  row: (item: Item) => readonly string[],
): readonly string[] {
  if (items.length === 0) return []
  const more = items.length > most ? [`and ${items.length - most} more`] : []
  return [`### ${heading}`, table(heads, items.slice(0, most).map(row)), ...more]
}

const waiting = (told: DashboardTold, most: number): readonly string[] =>
  section('Waiting', ['What', 'For', 'Since'], told.waiting, most, (w) => [
    `${link(code(w.what, 60), w.url)} ${words(w.title, 120)}`,
    words(w.for, 120),
    w.since === undefined ? '–' : dayText(w.since),
  ])

const failed = (told: DashboardTold, most: number): readonly string[] =>
  section('Failed or paused', ['Change', 'State', 'Why'], told.failed, most, (f) => [
    `${code(f.id, 60)} ${words(f.title, 120)}`,
    f.state,
    f.because === undefined ? '–' : words(f.because, 300),
  ])

const unauthorised = (told: DashboardTold, most: number): readonly string[] =>
  section('Changes that no record knows', ['Number', 'Where', 'What', 'Found'], told.unauthorised, most, (u) => [
    code(u.id, 60),
    code(u.host, 80),
    `${resourceText(u.resource)}${u.fields.length === 0 ? '' : `: ${listedFew(u.fields, 4, (f) => code(f, 60))}`}`,
    dayText(u.foundAt),
  ])

const origins: Readonly<Record<DriftFinding['attribution'], string>> = {
  'not-applied': 'not applied yet',
  outside: 'made outside',
  unknown: 'nobody can tell how',
}

function drift(told: DashboardTold, most: number): readonly string[] {
  const hosts = new Map<string, DriftFinding[]>()
  for (const finding of told.drift) {
    const list = hosts.get(finding.host)
    if (list === undefined) hosts.set(finding.host, [finding])
    else list.push(finding)
  }
  const found = section('Drift', ['Host', 'What is off'], [...hosts], most, ([host, findings]) => [
    code(host, 80),
    [
      ...findings
        .slice(0, 8)
        .map((f) =>
          [
            resourceText(f.resource),
            f.pending === undefined ? origins[f.attribution] : `${code(f.pending, 40)} not applied yet`,
            ...[f.attribution === 'not-applied' ? undefined : cluesText(f.clues)].filter((t) => t !== undefined),
          ].join(' · '),
        ),
      ...(findings.length > 8 ? [`and ${findings.length - 8} more`] : []),
    ].join('<br>'),
  ])
  const ways = told.drift.some((d) => d.attribution !== 'not-applied')
    ? [`Bring it back with ${code('plumbline drift revert')}, or keep it with ${code('plumbline drift adopt')}.`]
    : []
  return [...found, ...ways]
}

const unknown = (told: DashboardTold, most: number): readonly string[] =>
  section('Not seen', ['Host', 'What', 'Why'], told.unknowns, most, (u) => [
    code(u.host, 80),
    u.resource === undefined ? 'all of it' : resourceText(u.resource),
    words(u.unknown.detail, 200),
  ])

function requests(told: DashboardTold, most: number): readonly string[] {
  const { limit } = told
  const row = (r: RequestPage): readonly string[] => [
    link(`${code(`#${r.number}`)} ${words(r.title, 120)}`, r.url),
    dayText(r.openedAt),
  ]
  const held =
    limit === undefined || limit.heldBack.length === 0
      ? []
      : [
          `${limit.most} may be open at once. Held back until one is merged or closed: ${listedFew(limit.heldBack, 6, (h) => words(h, 80))}.`,
        ]
  return [
    ...section('Pull requests that Plumbline opened', ['Pull request', 'Opened'], told.requests, most, row),
    ...held,
  ]
}

const ignored = (told: DashboardTold, most: number): readonly string[] =>
  section('Left alone on purpose', ['Where', 'What', 'Until', 'Why'], told.ignored, most, (i) => [
    code(i.host, 80),
    `${resourceText(i.resource)}${i.fields.length === 0 ? '' : `: ${listedFew(i.fields, 4, (f) => code(f, 60))}`}`,
    dayText(i.until),
    `${words(i.reason, 200)} (${words(i.owner, 60)}, ${code(i.exception, 80)})`,
  ])

const footer = ({ links, engine }: DashboardTold): string =>
  `<sub>${[...(links.run === undefined ? [] : [link('log', links.run)]), `Plumbline ${code(engine, 40)}`, 'this issue is kept up to date, and closed when nothing is left'].join(' · ')}</sub>`

const capital = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`
