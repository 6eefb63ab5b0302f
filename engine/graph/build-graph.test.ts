import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { load } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import { kinds } from '../generated/kinds.ts'
import { loadDocuments } from '../load/load-documents.ts'
import { buildGraph } from './build-graph.ts'
import { graphView } from './graph-view.ts'
import { order } from './order.ts'
import { reach } from './reach.ts'
import { graphJson, renderDot, renderMermaid, renderTree } from './render.ts'

interface Case {
  readonly name: string
  readonly documents: string
  readonly edges?: readonly string[]
  readonly findings?: readonly Record<string, unknown>[]
}

const cases = load(readFileSync(new URL('cases/graph.yaml', import.meta.url), 'utf8')) as Case[]

/** One document a line, without `apiVersion`. */
function estate(lines: string) {
  const text = lines
    .trim()
    .split('\n')
    .map((line) => line.trim().replace('{', '{ apiVersion: plumbline/v1, '))
    .join('\n---\n')
  const { documents, locate, diagnostics } = loadDocuments(
    [{ path: 'estate.yaml', bytes: new TextEncoder().encode(text) }],
    { kinds },
  )
  expect(diagnostics).toEqual([])
  return buildGraph(documents, kinds, locate)
}

const services = `
  { kind: Service, metadata: { name: shop }, spec: { dependsOn: [pay, stock], hosts: [web] } }
  { kind: Service, metadata: { name: pay }, spec: { dependsOn: [db] } }
  { kind: Service, metadata: { name: stock }, spec: { dependsOn: [db] } }
  { kind: Service, metadata: { name: db, owner: team/t }, spec: {} }
  { kind: Team, metadata: { name: t }, spec: {} }
  { kind: Host, metadata: { name: web }, spec: {} }
  { kind: Profile, metadata: { name: nginx }, spec: {} }`

describe('buildGraph', () => {
  it.each(cases)('$name', ({ documents, edges, findings = [] }) => {
    const { graph, diagnostics } = estate(documents)
    const all = [...graph.documents.keys()].flatMap((a) =>
      graph.outgoing(a).map((e) => `${e.from} -${e.label}-> ${e.to}`),
    )
    if (edges !== undefined) expect(all.sort()).toEqual([...edges].sort())
    expect(diagnostics.map((d) => d.code).sort()).toEqual(findings.map((f) => f['code']).sort())
    for (const finding of findings) expect(diagnostics).toContainEqual(expect.objectContaining(finding))
  })

  it('finds references through fragments, lists and choices of a schema, however they recurse', () => {
    const tree = {
      title: 'Tree',
      type: 'object',
      properties: {
        children: { type: 'array', items: { $ref: '#' } },
        at: {
          oneOf: [
            { type: 'string', ref: 'Site' },
            { type: 'array', items: { type: 'string', ref: 'Site' } },
          ],
        },
        named: {
          type: 'object',
          properties: { plain: { type: 'string' } },
          additionalProperties: { type: 'string', ref: 'Site' },
        },
      },
    }
    const own = new Map([...kinds, ['Tree', { name: 'Tree', domain: 'x', schema: tree, file: 'schemas/x/Tree.yaml' }]])
    const text =
      'apiVersion: plumbline/v1\nkind: Tree\nmetadata: { name: t }\nspec: { children: [{ at: a }, { children: [{ at: [b] }] }], named: { x: c, plain: none } }\n'
    const { documents, locate } = loadDocuments([{ path: 't.yaml', bytes: new TextEncoder().encode(text) }], {
      kinds: own,
    })
    const { diagnostics } = buildGraph(documents, own, locate)
    expect(diagnostics.map((d) => d.summary)).toEqual([
      'there is no Site/a',
      'there is no Site/b',
      'there is no Site/c',
    ])
  })

  it('finds a loop wherever there is one, and only there', () => {
    const pairs = fc.array(fc.tuple(fc.nat(7), fc.nat(7)), { maxLength: 16 })
    fc.assert(
      fc.property(pairs, (edges) => {
        const lines = Array.from({ length: 8 }, (_, i) => {
          const to = edges.filter(([from]) => from === i).map(([, target]) => `s${target}`)
          return `{ kind: Service, metadata: { name: s${i} }, spec: { dependsOn: [${to.join(', ')}] } }`
        })
        const { graph, diagnostics } = estate(lines.join('\n'))
        const position = new Map(order(graph).map((address, i) => [address, i]))
        const respected = [...graph.documents.keys()].every((a) =>
          graph.outgoing(a).every((e) => (position.get(e.to) ?? 0) < (position.get(e.from) ?? 0)),
        )
        expect(diagnostics.length === 0).toBe(respected)
      }),
      { numRuns: 60 },
    )
  })

  it('bears a chain of many thousand references', () => {
    const lines = Array.from(
      { length: 20_000 },
      (_, i) => `{ kind: Service, metadata: { name: s${i} }, spec: { dependsOn: [s${(i + 1) % 20_000}] } }`,
    )
    const { graph, diagnostics } = estate(lines.join('\n'))
    expect(diagnostics.map((d) => d.code)).toEqual(['cycle'])
    expect(reach(graph, ['Service/s0'])).toHaveLength(20_000)
    expect(order(graph)).toHaveLength(20_000)
    expect(renderTree(graphView(graph)).split('\n').length).toBeGreaterThan(100)
  })
})

describe('reach', () => {
  it('follows references backwards, links too, and no owners', () => {
    const { graph } = estate(services)
    expect(reach(graph, ['Service/db'])).toEqual(['Service/db', 'Service/pay', 'Service/shop', 'Service/stock'])
    expect(reach(graph, ['Team/t'])).toEqual(['Team/t'])
    expect(reach(graph, ['Profile/nginx'], [{ from: 'Host/web', to: 'Profile/nginx' }])).toEqual([
      'Host/web',
      'Profile/nginx',
      'Service/shop',
    ])
  })
})

describe('views', () => {
  const { graph } = estate(services)

  it('draws a tree', () => {
    expect(renderTree(graphView(graph, { kinds: ['Service', 'Host'] }))).toBe(
      'Service/shop\n├─ Host/web  hosts\n├─ Service/pay  dependsOn\n│  └─ Service/db  dependsOn\n└─ Service/stock  dependsOn\n   └─ Service/db  dependsOn\n',
    )
    expect(renderTree(graphView(graph, { about: ['Service/db'], direction: 'neededBy', depth: 1 }), true)).toBe(
      'Service/db\n├─ Service/pay  dependsOn\n└─ Service/stock  dependsOn\n',
    )
  })

  it('draws loops once', () => {
    const loop = estate(
      '{ kind: Service, metadata: { name: a }, spec: { dependsOn: [b] } }\n{ kind: Service, metadata: { name: b }, spec: { dependsOn: [a] } }',
    )
    expect(renderTree(graphView(loop.graph))).toBe('Service/a\n└─ Service/b  dependsOn\n   └─ Service/a  dependsOn …\n')
  })

  it('speaks DOT, Mermaid and JSON', () => {
    const view = graphView(graph, { about: ['Service/pay'], owners: true })
    expect(renderDot(view)).toContain('"Service/pay" -> "Service/db" [label="dependsOn"]')
    expect(renderMermaid(view)).toContain('n0["Service/db"]')
    expect(renderMermaid(view)).toContain('n1 -->|dependsOn| n0')
    expect(graphJson(view)).toEqual({
      nodes: [
        { address: 'Service/db', kind: 'Service' },
        { address: 'Service/pay', kind: 'Service' },
        { address: 'Team/t', kind: 'Team' },
      ],
      edges: [
        { from: 'Service/db', to: 'Team/t', label: 'metadata.owner' },
        { from: 'Service/pay', to: 'Service/db', label: 'spec.dependsOn' },
      ],
    })
  })
})
