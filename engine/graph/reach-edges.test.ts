import { expect, it } from 'vitest'
import type { Address } from '../model/address.ts'
import type { Graph } from '../model/graph.ts'
import { reachEdges } from './reach-edges.ts'

const graphOf = (edges: readonly string[]): Graph => ({
  documents: new Map(),
  ofKind: () => [],
  outgoing: () => [],
  incoming: (address) =>
    edges.flatMap((edge) => {
      const [from = '', to = '', label = 'spec.on'] = edge.split(' ')
      return to === address ? [{ from: from as Address, to: to as Address, path: [], label, acyclic: false }] : []
    }),
})

it('tells one shortest way to each end, over both sides, and nothing that leads elsewhere', () => {
  const now = graphOf([
    'Service/shop Host/web-01',
    'Service/shop Profile/web',
    'Service/bank Service/shop',
    'Profile/web Team/ops metadata.owner',
    'Host/db-01 Site/a',
  ])
  const before = graphOf(['Service/old Profile/gone'])
  const links = [{ from: 'Host/web-01' as Address, to: 'Profile/web' as Address }]
  const edges = reachEdges(
    [
      { graph: now, links },
      { graph: before, links: [] },
    ],
    ['Profile/web', 'Profile/gone', 'Team/ops'] as Address[],
    ['Service/bank', 'Host/web-01', 'Service/old'] as Address[],
  )
  expect(edges.map((e) => `${e.from} ${e.to}`)).toEqual([
    'Profile/gone Service/old',
    'Profile/web Host/web-01',
    'Profile/web Service/shop',
    'Service/shop Service/bank',
  ])
})

it('goes round a loop once', () => {
  const graph = graphOf(['Service/a Service/b', 'Service/b Service/a'])
  const edges = reachEdges([{ graph, links: [] }], ['Service/a'] as Address[], ['Service/a', 'Service/b'] as Address[])
  expect(edges).toEqual([{ from: 'Service/a', to: 'Service/b' }])
})
