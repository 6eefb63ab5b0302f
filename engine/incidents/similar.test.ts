import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { load } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import { alikeTo, type Likeness, similarity, Vocabulary, wordsOf } from './similar.ts'

type Written = Omit<Likeness, 'causes'> & { readonly causes?: readonly string[] }

interface Case {
  readonly name: string
  readonly one: Written
  readonly others: readonly Written[]
  readonly alike: readonly string[]
  readonly because?: Readonly<Record<string, readonly string[]>>
}

const cases = load(readFileSync(new URL('cases/similar.yaml', import.meta.url), 'utf8')) as readonly Case[]
const whole = (written: Written): Likeness => ({ causes: [], ...written })

describe('similarity', () => {
  it.each(cases)('$name', ({ one, others, alike, because = {} }) => {
    const found = alikeTo(whole(one), others.map(whole))
    expect(found.map((s) => s.id)).toEqual(alike)
    for (const [id, words] of Object.entries(because)) expect(found.find((s) => s.id === id)?.because).toEqual(words)
  })

  const words = fc.array(fc.constantFrom('slow', 'basket', 'login', 'error', 'disk', 'the', '42'), { maxLength: 6 })
  const incident = fc.record({
    text: words.map((w) => w.join(' ')),
    service: fc.constantFrom('Service/a', 'Service/b'),
    item: fc.constantFrom('Host/a', 'Host/b'),
    causes: fc.subarray(['CHG-1', 'CHG-2']),
  })

  it('law: it is the same from either side, between nothing and one, and whole for what is the same', () => {
    fc.assert(
      fc.property(incident, incident, (a, b) => {
        const [one, other] = [
          { id: 'x', ...a },
          { id: 'y', ...b },
        ]
        const vocabulary = new Vocabulary([wordsOf(a.text), wordsOf(b.text)])
        const there = similarity(one, other, vocabulary)
        const back = similarity(other, one, vocabulary)
        expect(there.score).toBeCloseTo(back.score, 12)
        expect(there.because).toEqual(back.because)
        expect(there.score).toBeGreaterThanOrEqual(0)
        expect(there.score).toBeLessThanOrEqual(1)
        if (wordsOf(a.text).size > 0) expect(similarity(one, one, vocabulary).score).toBeCloseTo(1, 12)
      }),
    )
  })
})
