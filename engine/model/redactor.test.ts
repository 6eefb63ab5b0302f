import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canaries, leaksIn } from '../../test/fixtures/canaries.ts'
import { createRedactor, masked } from './redactor.ts'

const redactor = createRedactor(canaries)

describe('createRedactor', () => {
  const encodings: Readonly<Record<string, (text: string) => string>> = {
    raw: (t) => t,
    base64: (t) => Buffer.from(t).toString('base64'),
    base64url: (t) => Buffer.from(t).toString('base64url'),
    hex: (t) => Buffer.from(t).toString('hex'),
    'upper hex': (t) => Buffer.from(t).toString('hex').toUpperCase(),
    url: encodeURIComponent,
    form: (t) => new URLSearchParams({ x: t }).toString().slice(2),
    json: (t) => JSON.stringify(t),
    'json in json': (t) => JSON.stringify({ said: JSON.stringify(t) }),
    shell: (t) => `'${t.replaceAll("'", `'\\''`)}'`,
    'one line of several': (t) => t.split('\n').at(-2) ?? t,
  }

  it.each(Object.entries(encodings))('takes values out as %s, wherever they stand', (_name, encode) => {
    for (const value of canaries) {
      for (const text of [encode(value), `before ${encode(value)} behind`, encode(`x${value}`), encode(`xy${value}z`)])
        expect(leaksIn(redactor.text(text))).toEqual([])
    }
  })

  it('goes through what is nested, keys included, and leaves the rest as it is', () => {
    const [value = ''] = canaries
    const told = { at: 1, list: [`a ${value} b`, null, true], [value]: { deep: value } }
    expect(redactor.value(told)).toEqual({ at: 1, list: [`a ${masked} b`, null, true], [masked]: { deep: masked } })
  })

  it('changes nothing where there is no secret', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(createRedactor([]).text(text)).toBe(text)
        expect(createRedactor(['a very long value that is not there']).text(text)).toBe(text)
      }),
    )
  })

  it('finds any value in any of the usual encodings', () => {
    const value = fc.string({ minLength: 8, maxLength: 60, unit: 'grapheme' }).filter((v) => v.trim().length >= 8)
    fc.assert(
      fc.property(value, fc.string({ maxLength: 5 }), (secret, around) => {
        const { text } = createRedactor([secret])
        for (const encode of [encodings['raw'], encodings['hex'], encodings['url'], encodings['base64']]) {
          const said = encode?.(secret) ?? ''
          expect(text(`${around}${said}${around}`)).not.toContain(said)
        }
      }),
    )
  })
})
