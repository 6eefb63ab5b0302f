import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { load } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import { practiceEstate } from '../../../test/practice-cases.ts'
import type { Address } from '../../model/address.ts'
import { stockResult } from './stock-result.ts'
import { type Scan, takeStock } from './take-stock.ts'

interface Case {
  readonly name: string
  readonly scans: readonly string[]
  readonly places?: readonly Address[]
  readonly found?: readonly string[]
  readonly elsewhere?: readonly object[]
  readonly missing?: readonly object[]
  readonly unexpected?: readonly object[]
}

const { graph } = practiceEstate(`
{ kind: Site, metadata: { name: s }, spec: {} }
{ kind: Room, metadata: { name: r }, spec: { site: s } }
{ kind: Room, metadata: { name: other }, spec: { site: s } }
{ kind: Rack, metadata: { name: r1 }, spec: { room: r } }
{ kind: Rack, metadata: { name: r2 }, spec: { room: r } }
{ kind: Host, metadata: { name: h }, spec: { site: s, rack: { rack: r2 } } }
{ kind: Asset, metadata: { name: one }, spec: { type: hardware, tag: LB-1, location: rack/r1 } }
{ kind: Asset, metadata: { name: two }, spec: { type: hardware, serial: S-TWO, location: rack/r1 } }
{ kind: Asset, metadata: { name: three }, spec: { type: hardware, tag: LB-3, state: stock, location: rack/r1 } }
{ kind: Asset, metadata: { name: four }, spec: { type: hardware, tag: LB-4, host: h } }
{ kind: Asset, metadata: { name: five }, spec: { type: hardware, tag: LB-5, location: room/r } }
{ kind: Asset, metadata: { name: gone }, spec: { type: hardware, tag: LB-6, state: disposed, location: room/other } }
{ kind: Asset, metadata: { name: coming }, spec: { type: hardware, tag: LB-7, serial: LB-8, state: ordered, location: room/other } }
{ kind: Asset, metadata: { name: lb-8 }, spec: { type: hardware, state: repair, location: room/other } }
{ kind: Asset, metadata: { name: nowhere }, spec: { type: hardware, state: retired } }
{ kind: Asset, metadata: { name: paper }, spec: { type: licence, location: rack/r1 } }
`)

const scanned = (lines: readonly string[]): readonly Scan[] =>
  lines.map((text, i) => {
    const [mark = '', place] = text.split(' @ ')
    return { line: i + 1, mark, ...(place !== undefined && { place: place as Address }) }
  })

const cases = load(readFileSync(new URL('cases/stock-take.yaml', import.meta.url), 'utf8')) as Case[]

describe('taking stock', () => {
  it.each(cases)('$name', ({ scans, places = [], found = [], elsewhere = [], missing = [], unexpected = [] }) => {
    const taken = takeStock(graph, { scans: scanned(scans), places })
    expect(taken.found.map((f) => f.asset)).toEqual(found.map((name) => `Asset/${name}`))
    expect(taken.elsewhere).toMatchObject(elsewhere)
    expect(taken.missing).toMatchObject(missing)
    expect(taken.unexpected).toMatchObject(unexpected)
    expect([taken.elsewhere, taken.missing, taken.unexpected].map((l) => l.length)).toEqual(
      [elsewhere, missing, unexpected].map((l) => l.length),
    )
    // Every difference has a line of its own with both ways out.
    const [wrong] = stockResult(taken).tables
    expect(wrong?.rows).toHaveLength(elsewhere.length + missing.length + unexpected.length)
    for (const row of wrong?.rows ?? []) expect(row.slice(-2)).not.toContain('')
  })

  it('never loses an asset or a line, whatever the list says', () => {
    const mark = fc.oneof(
      fc.constantFrom('LB-1', 'S-TWO', 'three', 'LB-4', 'LB-5', 'LB-6', 'LB-8', 'nowhere', 'paper'),
      fc.string({ minLength: 1 }),
    )
    const place = fc.constantFrom<(Address | undefined)[]>('Rack/r1', 'Rack/r2', 'Room/r', 'Room/other', undefined)
    fc.assert(
      fc.property(fc.array(fc.tuple(mark, place)), (list) => {
        const scans = list.map(([text, at], i) => ({ line: i + 1, mark: text, ...(at && { place: at }) }))
        const taken = takeStock(graph, { scans, places: [] })
        const lines = [...taken.found, ...taken.elsewhere, ...taken.unexpected].map((f) => f.line)
        expect(new Set(lines).size).toBe(lines.length)
        const met = [...taken.found, ...taken.elsewhere].map((f) => f.asset)
        expect(new Set(met).size).toBe(met.length)
        expect(taken.missing.filter((m) => met.includes(m.asset))).toEqual([])
      }),
    )
  })
})
