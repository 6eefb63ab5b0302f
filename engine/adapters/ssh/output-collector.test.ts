import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { OutputCollector } from './output-collector.ts'

describe('OutputCollector', () => {
  it('keeps the same bytes however the stream is cut into packets', () => {
    const bytes = fc.uint8Array({ maxLength: 200 }).map((b) => Buffer.from(b))
    fc.assert(
      fc.property(bytes, bytes, fc.nat(60), fc.array(fc.nat(500), { maxLength: 8 }), (noise, output, cap, cuts) => {
        fc.pre(!noise.includes('marker'))
        const all = Buffer.concat([noise, Buffer.from('marker!'), output])
        const places = [0, ...cuts.map((cut) => cut % all.length).sort((a, b) => a - b), all.length]
        const collector = new OutputCollector('marker!', cap)
        for (const [i, to] of places.slice(1).entries()) collector.add(all.subarray(places[i], to))
        expect(collector.started).toBe(true)
        expect(Buffer.from(collector.finish().bytes)).toEqual(output.subarray(0, cap))
        expect(collector.truncated).toBe(output.length > cap)
      }),
    )
  })

  it('keeps little of endless noise, and says what it was', () => {
    const collector = new OutputCollector('marker', 100)
    for (let i = 0; i < 10_000; i += 1) collector.add(Buffer.from('blah '))
    expect([collector.started, collector.noise().length, collector.seen]).toEqual([false, 4096, 50_000])
  })

  it('finds the end mark behind more than the cap', () => {
    const collector = new OutputCollector('m', 10)
    collector.add(Buffer.from(`m${'x'.repeat(1000)}en`))
    collector.add(Buffer.from('d255'))
    expect(collector.finish('end255')).toMatchObject({ marked: true })
  })
})
