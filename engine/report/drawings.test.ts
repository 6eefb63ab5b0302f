import fc from 'fast-check'
import { SaxesParser } from 'saxes'
import { describe, expect, it, vi } from 'vitest'
import type { Drawing, GraphDrawing, GraphNode } from '../model/drawing.ts'
import { drawingSvg } from './drawing-svg.ts'
import { graphMermaid } from './graph-mermaid.ts'
import { tooLarge } from './graph-size.ts'
import { layoutGraph } from './layout-graph.ts'

/** Labels are names and texts of documents and hosts: whatever they are, a picture is well-formed, and says them as text. */

const hostile = [
  '<script>alert(1)</script>',
  '"><image href="http://evil.example/x"/>',
  "' onload='alert(1)",
  ']]><!ENTITY x SYSTEM "file:///etc/passwd">',
  '&lt; &amp; &nbsp; &#0; &x;',
  '\\N \\G \\L \\n',
  '<b>bold</b>',
  'bell \u0007, null \u0000, turned \u202e round, no character \ufffe\uffff',
  '\ud83d\ude80'.repeat(60),
  '\ud83d alone',
  '',
  'a\nb\r\nc\td',
]

interface Element {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
}

/** Elements of a document that a strict reader of XML takes, and its text. */
function read(svg: string): { readonly elements: readonly Element[]; readonly text: string } {
  const elements: Element[] = []
  let text = ''
  const parser = new SaxesParser()
  parser.on('error', (error) => {
    throw error
  })
  parser.on('opentag', (tag) => elements.push({ name: tag.name, attributes: tag.attributes as Record<string, string> }))
  parser.on('text', (piece) => {
    text += piece
  })
  parser.write(svg).close()
  return { elements, text }
}

const safe = new Set(['svg', 'title', 'desc', 'style', 'rect', 'text', 'line', 'g', 'path', 'a'])

/** Only what draws, and nothing that runs or is fetched. */
function expectSafe(svg: string): void {
  for (const { name, attributes } of read(svg).elements) {
    expect(safe).toContain(name)
    for (const [attribute, value] of Object.entries(attributes)) {
      expect(attribute).not.toMatch(/^on/i)
      if (attribute === 'href') expect(value).toMatch(/^(?:https?:|#)/)
    }
  }
  expect(svg).not.toMatch(/@import|url\(|<!DOCTYPE|<!ENTITY/)
}

const graphOf = (parts: Partial<GraphDrawing>): GraphDrawing => ({
  ...{ name: 'x', title: 'x', meaning: 'An arrow leads to what is needed.', nodes: [], edges: [] },
  ...parts,
})

const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 40 }), fc.constantFrom(...hostile))

/** Any graph: loops, several edges between the same two, groups in groups, empty ones. */
const graphs = fc
  .record({ nodes: fc.nat(12), groups: fc.nat(4), title: text })
  .chain(({ nodes, groups, title }) =>
    fc.record({
      title: fc.constant(title),
      nodes: fc.tuple(
        ...Array.from({ length: nodes }, (_, i) =>
          fc.record(
            {
              ...{ id: fc.constant(`node ${i}`), label: text, note: text, title: text, link: text },
              abreast: fc.constant(true as const),
              tone: fc.constantFrom('thing', 'caution', 'warning', 'space' as const),
              group: fc.constantFrom(...Array.from({ length: groups + 1 }, (_, g) => (g === 0 ? undefined : `g${g}`))),
            },
            { requiredKeys: ['id', 'label'] },
          ),
        ),
      ),
      groups: fc.tuple(
        ...Array.from({ length: groups }, (_, i) =>
          fc.record({ id: fc.constant(`g${i + 1}`), label: text, within: fc.constant(i < 2 ? undefined : `g${i}`) }),
        ),
      ),
      edges:
        nodes === 0
          ? fc.constant([])
          : fc.array(
              fc.record(
                {
                  ...{ from: fc.nat(nodes - 1).map((n) => `node ${n}`), to: fc.nat(nodes - 1).map((n) => `node ${n}`) },
                  ...{ label: text, dashed: fc.constant(true as const), plain: fc.constant(true as const) },
                },
                { requiredKeys: ['from', 'to'] },
              ),
              { maxLength: 20 },
            ),
    }),
  )
  .map((parts) => graphOf(JSON.parse(JSON.stringify(parts)) as Partial<GraphDrawing>))

const boxes = (drawing: Drawing) => drawing.shapes.filter((s) => s.shape === 'box')

describe('a graph', () => {
  it('has every node and every connection drawn once, inside the picture, whatever is said of them', async () => {
    await fc.assert(
      fc.asyncProperty(graphs, async (graph) => {
        const drawing = await layoutGraph(graph)
        const used = new Set(graph.nodes.map((n) => n.group))
        for (const { id, within } of [...(graph.groups ?? [])].reverse()) if (used.has(id)) used.add(within)
        const frames = boxes(drawing).filter((b) => b.tone === 'frame')
        expect(boxes(drawing)).toHaveLength(graph.nodes.length + frames.length)
        expect(frames.length).toBeLessThanOrEqual(graph.groups?.length ?? 0)
        expect(frames.length).toBeGreaterThanOrEqual((graph.groups ?? []).filter((g) => used.has(g.id)).length)
        const curves = drawing.shapes.filter((s) => s.shape === 'curve')
        expect(curves).toHaveLength(graph.edges.length)
        for (const { points } of curves)
          expect([points.length % 3, points.flat().every(Number.isFinite)]).toEqual([1, true])
        for (const { x, y, width, height } of boxes(drawing)) {
          expect(Math.min(x, y)).toBeGreaterThanOrEqual(0)
          expect(x + width).toBeLessThanOrEqual(drawing.width)
          expect(y + height).toBeLessThanOrEqual(drawing.height)
        }
        expectSafe(await drawingSvg(graph))
      }),
      { numRuns: 40 },
    )
  })

  it('has no two nodes on the same spot, and is drawn alike every time', async () => {
    await fc.assert(
      fc.asyncProperty(graphs, async (graph) => {
        const drawing = await layoutGraph(graph)
        const nodes = boxes(drawing).filter((b) => b.tone !== 'frame')
        for (const [i, a] of nodes.entries())
          for (const b of nodes.slice(i + 1))
            expect(a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y).toBe(
              true,
            )
        expect(await layoutGraph(graph)).toEqual(drawing)
      }),
      { numRuns: 20 },
    )
  })

  it.each(hostile)('says %j as text', async (label) => {
    const node: GraphNode = { id: label, label, note: label, link: `javascript:${label}` }
    const svg = await drawingSvg(
      graphOf({ title: label, nodes: [node], edges: [{ from: label, to: label, label }], groups: [] }),
    )
    expectSafe(svg)
    expect(read(svg).elements.filter(({ name }) => name === 'a')).toEqual([])
  })

  it('keeps words whole where they have room, and cuts long ones between letters', async () => {
    const long = '\ud83d\ude80'.repeat(60)
    const { text: words } = read(await drawingSvg(graphOf({ nodes: [{ id: 'a', label: 'checkout-and-payments-02' }] })))
    expect(words).toContain('checkout-and-payments-02')
    const cut = await drawingSvg(graphOf({ nodes: [{ id: 'a', label: long, title: 'long' }] }))
    expect(/>((?:\ud83d\ude80)+)…</.test(cut)).toBe(true)
  })

  it('tells those who can not see it what it is and means, and follows a dark screen unless a page has its own colours', async () => {
    const graph = graphOf({
      title: 'Services',
      nodes: [{ id: 'a', label: 'a', link: 'https://git.example.org/a?b=1&c=2' }],
    })
    const svg = await drawingSvg(graph)
    expect(read(svg).elements[0]?.attributes).toMatchObject({ role: 'img', 'aria-label': 'Services' })
    expect(svg).toContain('<desc>An arrow leads to what is needed. 1 nodes, 0 connections.</desc>')
    expect(svg).toContain('prefers-color-scheme: dark')
    expect(svg).toContain('<a href="https://git.example.org/a?b=1&amp;c=2">')
    expect(await drawingSvg(graph, 'page')).not.toContain('<style>')
  })

  it('is refused once it is too large, with its size', async () => {
    const graph = graphOf({ nodes: Array.from({ length: 601 }, (_, i) => ({ id: `${i}`, label: `${i}` })) })
    expect(tooLarge(graph)).toContain('601 nodes')
    await expect(layoutGraph(graph)).rejects.toThrow('601 nodes')
    expect(tooLarge(graphOf({ nodes: graph.nodes.slice(1) }))).toBeUndefined()
  })

  it('is drawn at its largest, with many groups and long ways', async () => {
    const graph = graphOf({
      nodes: Array.from({ length: 600 }, (_, i) => ({ id: `${i}`, label: `node ${i}`, group: `g${i % 40}` })),
      edges: Array.from({ length: 1200 }, (_, i) => ({
        from: `${(i * 7919 + i * i * 13) % 600}`,
        to: `${(i * 104_729 + i * i * 21) % 600}`,
        label: 'spec.dependsOn',
      })),
      groups: Array.from({ length: 40 }, (_, i) => ({ id: `g${i}`, label: `group ${i}` })),
    })
    const said = vi.spyOn(console, 'error')
    const curves = (await layoutGraph(graph)).shapes.filter((s) => s.shape === 'curve')
    expect(curves.filter(({ points }) => points.length >= 4)).toHaveLength(1200)
    expect(said).not.toHaveBeenCalled()
    said.mockRestore()
  }, 60_000)
})

describe('a graph in Markdown', () => {
  it('is a flowchart of a line for each node and connection, whatever is said of them', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const lines = graphMermaid(graph)?.split('\n') ?? []
        expect(lines.filter((l) => /^n\d+\["[^"[\]()<>`]*(?:<br>[^"[\]()<>`]*)?"\]$/.test(l))).toHaveLength(
          graph.nodes.length,
        )
        const edge = /^n\d+ (?:-->|---|-\.->|-\.-)(?:\|"[^"|<>`]*"\|)? n\d+$/
        expect(lines.filter((l) => edge.test(l))).toHaveLength(graph.edges.length)
        const others = /^(?:flowchart LR|subgraph g\d+\["[^"[\]<>`]*"\]|end|class(?:Def)? .*)$/
        expect(lines.filter((l) => others.test(l)).length + graph.nodes.length + graph.edges.length).toBe(lines.length)
      }),
    )
  })
})
