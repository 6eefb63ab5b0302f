import { type Address, kindOf, nameOf } from '../model/address.ts'
import { count } from '../model/count.ts'
import { code, details, fenced } from './markdown.ts'
import type { Room } from './room.ts'
import type { PlanTold } from './told.ts'
import { listedFew } from './wording.ts'

const mostNodes = 24
const mostHosts = 8

/** What stands on what changes: services by name, and a drawing of the way there. */
export function reachSection({ plan, reach }: PlanTold, room: Room): string | undefined {
  const services = plan.reach.filter((a) => kindOf(a) === 'Service')
  const hosts = plan.reach.filter((a) => kindOf(a) === 'Host')
  const busy = new Set(plan.actions.map((a) => `Host/${a.host}`))
  // That a host is reached which is changed anyway says nothing new.
  if (services.length === 0 && hosts.every((h) => busy.has(h))) return undefined
  const parts = [
    ...(services.length === 0
      ? []
      : [`${count(services.length, 'service')}: ${listedFew(services, 8, (s) => code(nameOf(s), 80))}`]),
    ...(hosts.length === 0 ? [] : [count(hosts.length, 'host')]),
  ]
  const drawing = room.diffLines === 0 && room.changes <= 4 ? undefined : mermaid(reach)
  return [
    '### What it reaches',
    `${parts.join('; ')}.`,
    ...(drawing === undefined ? [] : [details('Drawing: how what changes leads there', fenced(drawing, 'mermaid'))]),
  ].join('\n\n')
}

/** A flowchart of a bounded number of nodes, nearest to what changed first; hosts beyond a few are one node. */
function mermaid({ changed, edges }: PlanTold['reach']): readonly string[] | undefined {
  if (edges.length === 0) return undefined
  const near = nearestFirst(changed, edges)
  const hosts = near.filter((a) => kindOf(a) === 'Host')
  const drawn = hosts.length > mostHosts ? near.filter((a) => kindOf(a) !== 'Host') : near
  const shown = drawn.slice(0, mostNodes)
  const ids = new Map(shown.map((address, i) => [address, `n${i}`]))
  const many = hosts.length > mostHosts ? 'hosts' : undefined
  const idOf = (address: Address): string | undefined =>
    many !== undefined && kindOf(address) === 'Host' ? many : ids.get(address)
  const arrows = edges.flatMap(({ from, to }) => {
    const [a, b] = [idOf(from), idOf(to)]
    return a === undefined || b === undefined || a === b ? [] : [`  ${a} --> ${b}`]
  })
  if (arrows.length === 0) return undefined
  const marked = changed.flatMap((a) => ids.get(a) ?? [])
  return [
    'flowchart LR',
    ...shown.map((address) => `  ${ids.get(address)}["${label(address)}"]`),
    ...(many === undefined ? [] : [`  ${many}["${count(hosts.length, 'host')}"]`]),
    ...(drawn.length > shown.length ? [`  more["and ${drawn.length - shown.length} more"]`] : []),
    ...[...new Set(arrows)].slice(0, 3 * mostNodes),
    ...(marked.length === 0 ? [] : ['  classDef changed stroke-width:3px', `  class ${marked.join(',')} changed`]),
  ]
}

function nearestFirst(changed: readonly Address[], edges: PlanTold['reach']['edges']): readonly Address[] {
  const next = new Map<Address, Address[]>()
  for (const { from, to } of edges) {
    const list = next.get(from)
    if (list === undefined) next.set(from, [to])
    else list.push(to)
  }
  const found = new Set<Address>(changed)
  for (const address of found) for (const to of next.get(address) ?? []) found.add(to)
  return [...found]
}

/** Letters, digits and a few signs as they are, everything else by its number: nothing ends the string or the line. */
const label = (text: string): string =>
  [...text]
    .slice(0, 80)
    .join('')
    .replace(/[^A-Za-z0-9 ./_-]/gu, (c) => `#${c.codePointAt(0)};`)
