import { type Address, kindOf, nameOf } from '../model/address.ts'
import { count } from '../model/count.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import type { Action, WindowDemand } from '../model/plan.ts'
import type { Verb } from '../model/resource.ts'
import { code, link, pathInAddress, words } from './markdown.ts'
import type { Links } from './told.ts'

/** `a, b and c` */
export const listed = (items: readonly string[]): string =>
  items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`

/** Of many the first few, and how many more: only what is shown is written. */
export function listedFew<Item>(items: readonly Item[], most: number, write: (item: Item) => string): string {
  const shown = items.slice(0, most).map(write)
  return listed(items.length > most ? [...shown, `${items.length - most} more`] : shown)
}

export const hostList = (hosts: readonly string[], most = 6): string => listedFew(hosts, most, (h) => code(h, 80))

/** `` file `/etc/motd` `` */
export function resourceText(resource: string): string {
  const colon = resource.indexOf(':')
  return `${words(resource.slice(0, colon), 60)} ${code(resource.slice(colon + 1))}`
}

/** What an action does to its resource: `creates`, and `create` where somebody is told to expect it. */
export const does: Readonly<Record<Verb, string>> = {
  create: 'creates',
  update: 'changes',
  delete: 'removes',
  restart: 'restarts',
}
export const toDo: Readonly<Record<Verb, string>> = {
  create: 'create',
  update: 'change',
  delete: '**remove**',
  restart: 'restart',
}
export const done: Readonly<Record<Verb, string>> = {
  create: 'created',
  update: 'changed',
  delete: 'removed',
  restart: 'restarted',
}

/** `5 changed, 1 removed` */
export function verbCounts(actions: readonly Pick<Action, 'verb'>[]): string {
  const verbs = ['create', 'update', 'delete', 'restart'] as const
  return verbs
    .map((verb) => [actions.filter((a) => a.verb === verb).length, done[verb]] as const)
    .flatMap(([n, word]) => (n === 0 ? [] : [`${n} ${word}`]))
    .join(', ')
}

/** `` team `platform` or team `network` ``; anybody where none is named. */
export function teamsText(teams: readonly Address[]): string {
  if (teams.length === 0) return 'anybody who did not write it'
  const shown = teams.slice(0, 5).map((t) => (kindOf(t) === 'Team' ? `team ${code(nameOf(t))}` : code(t)))
  return `${shown.join(' or ')}${teams.length > 5 ? ` or ${teams.length - 5} more` : ''}`
}

/** The person's name where it is known. */
export function personText(address: Address, names: ReadonlyMap<Address, string> | undefined): string {
  const name = names?.get(address)
  return name === undefined || name === '' ? code(nameOf(address)) : words(name, 80)
}

/** Windows that will do: `` `ChangeWindow/sundays` ``; any of those that are for the hosts where none is named. */
export const windowsText = (windows: WindowDemand['windows']): string =>
  windows.length === 0 ? 'a change window' : listedFew(windows, 5, (w) => code(w)).replace(/ and ([^,]*)$/, ' or $1')

const marks = { error: '⛔', warning: '⚠️', info: 'ℹ️' } as const

/** A finding as an entry of a list: what, where, why and what to do. */
export function findingText(finding: Diagnostic, most: number, place: string): string {
  const { severity, summary, detail, hint, code: name } = finding
  const why = detail === undefined ? '' : `<br>${words(detail, most)}`
  const next = hint === undefined ? '' : `<br>Next: ${words(hint, most)}`
  return `- ${marks[severity]} ${words(summary, most)}${place} · ${code(name)}${why}${next}`
}

/** Where a finding is, linked to the file at its commit where that can be. */
export function placeText({ file, line, host }: Diagnostic, links: Links, commit: string): string {
  if (file === undefined) return host === undefined ? '' : ` · ${code(host)}`
  const at = line === undefined ? '' : `#L${line}`
  const page =
    links.repository === undefined ? undefined : `${links.repository}/blob/${commit}/${pathInAddress(file)}${at}`
  return ` · ${link(code(line === undefined ? file : `${file}:${line}`), page)}`
}

export const shortCommit = (commit: string): string => code(commit.slice(0, 8))

export const changesOf = (n: number): string => count(n, 'change')
