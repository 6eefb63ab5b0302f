import { type Address, kindOf, nameOf } from '../model/address.ts'
import { count } from '../model/count.ts'
import type { GraphDrawing, GraphEdge, GraphNode, Tone } from '../model/drawing.ts'
import type { Loss, ReportResult } from '../model/practice.ts'
import type { WhatIf } from './what-if.ts'

/** What a loss comes to, as tables and a picture. */
export function whatIfResult(found: WhatIf): ReportResult {
  const { lost, losses, services } = found
  return {
    title: `Without ${lost.join(', ')}`,
    tables: [
      {
        caption: 'Services',
        head: ['service', 'state', 'because'],
        rows: services.map((s) => [nameOf(s.address), s.state, s.because]),
        empty: 'there are no services',
      },
      {
        caption: 'What goes with it',
        head: ['what', 'state', 'because'],
        rows: losses.map((l) => [l.address, l.state, l.because]),
        empty: 'nothing else goes with it',
      },
    ],
    drawings: [lossDrawing(found)],
    data: JSON.parse(JSON.stringify({ lost, losses, services })) as ReportResult['data'],
  }
}

const tones: Readonly<Record<string, Tone>> = { down: 'warning', degraded: 'caution' }

/** What is down and degraded, and what it follows from. Those that are lost in the same way, with the same end, are one node. */
function lossDrawing({ lost, losses, services }: WhatIf): GraphDrawing {
  const touched = services.filter((s): s is Loss => s.state !== 'unaffected')
  const all = [
    ...lost.map((address): Loss => ({ address, state: 'down', because: 'you took it away' })),
    ...losses,
    ...touched.filter((s) => !lost.includes(s.address)),
  ]
  const bundles = bundled(all)
  const of = new Map(bundles.flatMap((bundle) => bundle.map((l): [Address, Loss] => [l.address, bundle[0] ?? l])))
  const edges = new Map<string, GraphEdge>()
  for (const { address, causes = [], state } of all)
    for (const cause of causes) {
      const [from, to] = [of.get(cause)?.address, of.get(address)?.address]
      const tone = tones[state]
      if (from !== undefined && to !== undefined)
        edges.set(`${from} ${to}`, { from, to, ...(tone !== undefined && { tone }) })
    }
  const rest = services.length - touched.length
  return {
    name: `without-${lost
      .join('-')
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .slice(0, 80)}`,
    title: `Without ${lost.join(', ')}: ${count(touched.filter((s) => s.state === 'down').length, 'service')} down, ${touched.filter((s) => s.state === 'degraded').length} degraded, ${rest} unaffected`,
    meaning: 'An arrow leads from what is lost to what that costs. Red is down, yellow degraded, green unaffected.',
    nodes: [
      ...bundles.map((bundle) => lossNode(bundle, lost)),
      ...(rest === 0
        ? []
        : [{ id: 'unaffected', label: count(rest, 'service'), note: 'unaffected', tone: 'space' } as const]),
    ],
    edges: [...edges.values()],
  }
}

function lossNode(bundle: readonly Loss[], lost: readonly Address[]): GraphNode {
  const [{ address, state, because } = { address: '' as Address, state: 'down', because: '' }] = bundle
  const kind = kindOf(address)
  const names = bundle.map((l) => nameOf(l.address))
  return {
    id: address,
    label: bundle.length === 1 ? nameOf(address) : count(bundle.length, kind),
    note: bundle.length === 1 ? `${kind}, ${state}` : `${state}: ${names.join(', ')}`,
    title: bundle.length === 1 ? `${address} is ${state}: ${because}` : `${names.join(', ')}: ${because}`,
    tone: tones[state] ?? 'thing',
    ...(lost.includes(address) && { heavy: true as const }),
  }
}

/** Services, and what somebody took away, stand alone; others of one kind, state, cause and end stand together. */
function bundled(all: readonly Loss[]): readonly (readonly Loss[])[] {
  const ends = new Map<Address, Address[]>()
  for (const { address, causes = [] } of all)
    for (const cause of causes) ends.set(cause, [...(ends.get(cause) ?? []), address])
  const bundles = new Map<string, Loss[]>()
  for (const loss of all) {
    const { address, state, causes } = loss
    const alone = causes === undefined || kindOf(address) === 'Service'
    const key = alone
      ? address
      : JSON.stringify([kindOf(address), state, [...causes].sort(), [...(ends.get(address) ?? [])].sort()])
    const bundle = bundles.get(key) ?? []
    bundle.push(loss)
    bundles.set(key, bundle)
  }
  return [...bundles.values()]
}
