import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { load } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import { kinds } from '../../generated/kinds.ts'
import { buildGraph } from '../../graph/build-graph.ts'
import { loadDocuments } from '../../load/load-documents.ts'
import { checkFacilities } from './check.ts'
import { codes } from './codes.ts'
import { drawRack } from './draw-rack.ts'
import { mountedEquipment } from './equipment.ts'
import { loadWithout, powerMap } from './power.ts'
import { reports } from './reports.ts'

const ground = `
{ kind: Site, metadata: { name: s1 }, spec: {} }
{ kind: Room, metadata: { name: hall }, spec: { site: s1, width: 4, depth: 4, cooling: { spare: 1 } } }
{ kind: CoolingUnit, metadata: { name: c1 }, spec: { room: hall, capacity: 1800, position: { x: 0, y: 0 } } }
{ kind: CoolingUnit, metadata: { name: c2 }, spec: { room: hall, capacity: 9000 } }
{ kind: Rack, metadata: { name: r1 }, spec: { room: hall, units: 10, maxWeight: 100, maxDraw: 3000, position: { x: 1, y: 1 } } }
{ kind: PowerFeed, metadata: { name: fa }, spec: { site: s1, capacity: 2500 } }
{ kind: PowerFeed, metadata: { name: fb }, spec: { site: s1, capacity: 2500 } }
{ kind: Pdu, metadata: { name: pa }, spec: { rack: r1, feed: fa, capacity: 1650, outlets: 8 } }
{ kind: Pdu, metadata: { name: pb }, spec: { rack: r1, feed: fb, capacity: 1650, outlets: 8 } }
{ kind: Pdu, metadata: { name: pa2 }, spec: { rack: r1, feed: fa, capacity: 1650 } }
{ kind: Pdu, metadata: { name: pb2 }, spec: { rack: r1, feed: fb, capacity: 1650 } }
`

function estate(lines: string) {
  const text = `${ground}${lines}`
    .trim()
    .split('\n')
    .map((line) => line.trim().replace('{', '{ apiVersion: plumbline/v1,'))
    .join('\n---\n')
  const loaded = loadDocuments([{ path: 'estate.yaml', bytes: new TextEncoder().encode(text) }], { kinds })
  expect(loaded.diagnostics).toEqual([])
  const { graph, diagnostics } = buildGraph(loaded.documents, kinds, loaded.locate)
  expect(diagnostics).toEqual([])
  return { graph, locate: loaded.locate, now: new Date('2026-10-01T00:00:00Z') }
}

interface Case {
  readonly name: string
  readonly documents: string
  readonly findings?: readonly Record<string, unknown>[]
}

const cases = load(readFileSync(new URL('cases/findings.yaml', import.meta.url), 'utf8')) as Case[]

describe('facilities', () => {
  it.each(cases)('$name', ({ documents, findings = [] }) => {
    const found = checkFacilities(estate(documents))
    expect(found.map((d) => `${d.code} ${d.subject}: ${d.summary}`)).toHaveLength(findings.length)
    for (const finding of findings) expect(found).toContainEqual(expect.objectContaining(finding))
    for (const { line } of found) expect(line).toBeGreaterThan(0)
  })

  it('has a case for each of its codes', () => {
    const covered = new Set(cases.flatMap((c) => (c.findings ?? []).map((f) => f['code'])))
    expect(Object.keys(codes).filter((code) => !covered.has(code))).toEqual([])
  })

  it('loses no watt, whichever feed is lost: what is drawn is carried, or dark', () => {
    const machine = fc.record({
      draw: fc.integer({ min: 0, max: 900 }),
      supplies: fc.subarray(['pa', 'pb', 'pa2', 'pb2'], { minLength: 1 }),
    })
    fc.assert(
      fc.property(
        fc.array(machine, { maxLength: 8 }),
        fc.constantFrom(undefined, 'PowerFeed/fa', 'PowerFeed/fb'),
        (machines, lost) => {
          const { graph } = estate(
            machines
              .map(
                ({ draw, supplies }, i) =>
                  `{ kind: Host, metadata: { name: h${i} }, spec: { rack: { rack: r1 }, power: { draw: ${draw}, supplies: [${supplies.join(', ')}] } } }`,
              )
              .join('\n'),
          )
          const equipment = mountedEquipment(graph)
          const { feeds, units, dark } = loadWithout(
            powerMap(graph),
            equipment,
            lost as `PowerFeed/${string}` | undefined,
          )
          const sum = (values: Iterable<number>) => [...values].reduce((a, b) => a + b, 0)
          const wanted = sum(equipment.map((e) => e.draw ?? 0)) - sum(dark.map((e) => e.draw ?? 0))
          expect(sum(feeds.values())).toBeCloseTo(wanted, 6)
          expect(sum(units.values())).toBeCloseTo(wanted, 6)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('shows a rack from the top down, with all of its units', () => {
    const input = estate(
      '{ kind: Host, metadata: { name: a }, spec: { rack: { rack: r1, unit: 9, height: 2 } } }\n{ kind: Host, metadata: { name: b }, spec: { rack: { rack: r1, unit: 4 } } }\n{ kind: Equipment, metadata: { name: c }, spec: { rack: { rack: r1 } } }',
    )
    const racks = reports[0]?.run(input, input.graph.ofKind('Rack'))
    expect(racks?.tables[1]?.rows.map((r) => r.slice(0, 2))).toEqual([
      ['9–10', 'a'],
      ['5–8', 'free'],
      ['4', 'b'],
      ['1–3', 'free'],
      ['beside', 'Equipment/c'],
    ])
    expect(racks?.tables[0]?.rows[0]).toEqual(['r1', 'hall', 10, 7, '0 kg', '100 kg', '0 W', '3 kW'])
  })

  it('draws what is mounted inside of its rack, and marks what stands out of it', () => {
    const { graph } = estate('{ kind: Host, metadata: { name: a }, spec: { rack: { rack: r1, unit: 10, height: 2 } } }')
    const drawing = drawRack('r1', 10, mountedEquipment(graph))
    expect(drawing.shapes.filter((s) => s.shape === 'box').map((s) => s.tone)).toEqual(['frame', 'warning'])
    expect(drawing.title).toBe('Elevation of rack r1: 1 mounted, in 10 units')
  })
})
