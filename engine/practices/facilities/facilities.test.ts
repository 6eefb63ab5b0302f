import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { load } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import { type PracticeCase, practiceCases, practiceEstate } from '../../../test/practice-cases.ts'
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

const estate = (lines: string) => practiceEstate(`${ground}${lines}`)

const cases = load(readFileSync(new URL('cases/findings.yaml', import.meta.url), 'utf8')) as PracticeCase[]

describe('facilities', () => {
  practiceCases(cases, codes, checkFacilities, ground)

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
