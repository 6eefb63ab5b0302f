import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { load } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import type { NetworkPlatformSpec } from '../generated/types.ts'
import { secretToken } from '../model/secret-ref.ts'
import { compareConfigurations, type SectionDifference } from './compare.ts'
import { readPlatform } from './platform.ts'
import { type Line, readSections } from './sections.ts'

interface Case {
  readonly name: string
  readonly platform: NetworkPlatformSpec
  readonly golden: string
  readonly device: string
  readonly differences?: readonly SectionDifference[]
  readonly 'golden-problem'?: object
  readonly 'device-problem'?: object
}

const cases = load(readFileSync(new URL('cases/compare.yaml', import.meta.url), 'utf8')) as readonly Case[]

const withTokens = (text: string): string =>
  text.replace(/<secret ([^>]+)>/g, (_, reference: string) => secretToken({ reference, version: '1' }))

describe('what a device has, against what it shall have', () => {
  it.each(cases)('$name', (case_) => {
    const platform = readPlatform(case_.platform)
    const golden = readSections(withTokens(case_.golden), platform)
    const device = readSections(case_.device, platform)
    if ('problem' in golden) return expect(golden).toEqual(case_['golden-problem'])
    if ('problem' in device) return expect(device).toEqual(case_['device-problem'])
    expect(compareConfigurations(golden, device, platform)).toEqual(case_.differences)
  })
})

const platformOf = (order: NetworkPlatformSpec['order']) =>
  readPlatform({ prompt: '^x$', show: 'x', sections: { form: 'indent' }, ...(order !== undefined && { order }) })

const linesWithin = fc.memo((depth): fc.Arbitrary<Line[]> => {
  const inside = depth <= 1 ? fc.constant([]) : linesWithin()
  return fc.array(fc.record({ text: fc.constantFrom('a', 'b', 'c', 'd'), inside }), { maxLength: 4 })
})
const linesOf = linesWithin(4)

const textOf = (lines: readonly Line[], indent = ''): string =>
  lines.map(({ text, inside }) => `${indent}${text}\n${textOf(inside, `${indent} `)}`).join('')

describe('laws of comparing', () => {
  it('says nothing about a configuration and itself, however it is written down', () => {
    fc.assert(
      fc.property(linesOf, fc.boolean(), (lines, matters) => {
        const platform = platformOf({ matters })
        const read = readSections(textOf(lines), platform)
        expect(read).toEqual(lines)
        expect('problem' in read ? [] : compareConfigurations(lines, read, platform)).toEqual([])
      }),
    )
  })

  it('finds a line too many and a line too few wherever they stand, and both the other way round', () => {
    fc.assert(
      fc.property(linesOf, linesOf, fc.boolean(), (left, right, matters) => {
        const platform = platformOf({ matters })
        const count = (what: string, differences: readonly SectionDifference[]) =>
          differences.flatMap((d) => d.changes).filter((c) => c.what === what).length
        const there = compareConfigurations(left, right, platform)
        const back = compareConfigurations(right, left, platform)
        expect(count('missing', there)).toBe(count('extra', back))
        expect(count('moved', there)).toBe(count('moved', back))
        if (matters && there.length === 0) expect(left).toEqual(right)
      }),
    )
  })

  it('does not care for order where it means nothing', () => {
    const shuffled = linesOf.chain((lines) =>
      fc.tuple(fc.constant(lines), fc.shuffledSubarray(lines, { minLength: lines.length })),
    )
    fc.assert(
      fc.property(shuffled, ([lines, others]) => {
        expect(compareConfigurations(lines, others, platformOf({ matters: false }))).toEqual([])
      }),
    )
  })

  it('says the same of a hundred thousand hostile lines as of a few', () => {
    const platform = readPlatform({
      prompt: '^x$',
      show: 'x',
      ignore: ['^(a+)+$', '(x|x)*y$'],
      sections: { form: 'indent' },
    })
    const hostile = Array.from({ length: 50_000 }, (_, i) => `${' '.repeat(i % 300)}${'a'.repeat(20)}!${i % 7}`).join(
      '\n',
    )
    const read = readSections(hostile, platform)
    if ('problem' in read) throw new Error(read.problem)
    expect(compareConfigurations(read, read, platform)).toEqual([])
    expect(readSections('x\n'.repeat(100_001), platform)).toMatchObject({ problem: 'it has more than 100000 lines' })
    expect(readSections('x'.repeat(9000), platform)).toMatchObject({ line: 1 })
  })
})
