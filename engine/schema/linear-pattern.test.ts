import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { linearPattern } from './linear-pattern.ts'

function test(source: string, text: string): boolean {
  const result = linearPattern(source)
  if ('refused' in result) throw new Error(result.refused)
  return result.pattern.test(text)
}

describe('linearPattern', () => {
  it('answers what the native engine answers', () => {
    const piece = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '\\d', '\\w', '\\bx', 'é', '\\u{1F600}', '^', '$', '-')
    const repeated = fc
      .tuple(piece, fc.constantFrom('', '*', '+?', '?', '{2}', '{1,3}', '{2,}'))
      .map(([p, q]) => (/^[\^$]$/.test(p) ? p : `(?:${p})${q}`))
    const branch = fc.array(repeated, { maxLength: 4 }).map((parts) => parts.join(''))
    const pattern = fc.array(branch, { minLength: 1, maxLength: 3 }).map((parts) => `x?(${parts.join('|')})*y?`)
    const text = fc.array(fc.constantFrom('a', 'b', 'x', 'y', '1', 'é', '😀', '-', ' '), { maxLength: 8 })
    fc.assert(
      fc.property(pattern, text, (source, characters) => {
        expect(test(source, characters.join(''))).toBe(new RegExp(source, 'u').test(characters.join('')))
        expect(test(`^${source}$`, characters.join(''))).toBe(new RegExp(`^${source}$`, 'u').test(characters.join('')))
      }),
      { numRuns: 500 },
    )
  })

  it.each([
    '^(a+)+$',
    '^(a|a)*$',
    '^([a-z]{1,20}){1,20}$',
    '^(.*a){12}$',
    '(x+x+)+y',
  ])('answers %s on a hostile text', (source) => {
    expect(test(source, `${'a'.repeat(2000)}!`)).toBe(false)
  })

  it.each([
    ['(?=a)b', 'look-around is not allowed'],
    ['(?<!a)b', 'look-around is not allowed'],
    ['(a)\\1', 'back-references are not allowed'],
    ['(?<n>a)\\k<n>', 'back-references are not allowed'],
    ['((a{100}){100}){100}', 'it repeats so much that it needs over 5000 states'],
  ])('refuses %s', (source, refused) => {
    expect(linearPattern(source)).toEqual({ refused })
  })

  it('says what is wrong with a broken pattern', () => {
    expect(linearPattern('a(b')).toMatchObject({ refused: expect.stringContaining('Unterminated group') })
  })
})
