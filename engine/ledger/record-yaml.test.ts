import fc from 'fast-check'
import { dump, load } from 'js-yaml'
import { expect, it } from 'vitest'
import { readRecordYaml, recordYaml } from './record-yaml.ts'

/** Texts as they stand in records, and such as are meant to go wrong. */
const text = fc.oneof(
  fc.uuid(),
  fc.string({ unit: fc.constantFrom(...'0123456789be'), minLength: 40, maxLength: 40 }),
  fc.string({ unit: fc.constantFrom(...'01b'), minLength: 40, maxLength: 40 }),
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 40, maxLength: 64 }),
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.stringMatching(/^[A-Za-z0-9:.#'"\-~ ]{0,12}$/),
  fc.constantFrom('y', 'No', 'on', 'null', 'NULL', 'true', '0x1', '1e3', '.inf', '-', '- a', 'a: b', 'a #b', 'a:', '~'),
  fc.constantFrom('2026-10-02T12:00:00Z', '2026-10-02', 'sha256:12ab', 'file:/etc/motd', 'a\nb\n', '<<', '=', "it's"),
)
const key = fc.oneof(
  fc.stringMatching(/^[a-z][A-Za-z]{0,6}$/),
  fc.constantFrom('n', 'y', 'null', 'a b', 'a:b', '1', ''),
  text,
)
const { tree: record } = fc.letrec((tie) => ({
  tree: fc.dictionary(
    key.filter((name) => name !== '__proto__'),
    fc.oneof({ maxDepth: 4 }, text, fc.integer(), fc.double({ noNaN: true }), fc.boolean(), tie('list'), tie('tree')),
    { maxKeys: 5, noNullPrototype: true },
  ),
  list: fc.array(fc.oneof({ maxDepth: 4 }, text, fc.integer(), tie('tree'), tie('list')), { maxLength: 4 }),
}))

it('is written as js-yaml writes it', () => {
  fc.assert(
    fc.property(record, (value) => {
      expect(recordYaml(value)).toBe(dump(value, { noRefs: true, lineWidth: -1 }))
    }),
    { numRuns: 2_000 },
  )
})

it('is read as js-yaml reads it', () => {
  fc.assert(
    fc.property(record, (value) => {
      const yaml = dump(value, { noRefs: true, lineWidth: -1 })
      expect(readRecordYaml(yaml)).toEqual(load(yaml))
    }),
    { numRuns: 2_000 },
  )
})

it.each(['', 'a: 1\na: 2\n', 'a: [1\n', 'a:\n\t- 1\n', 'a: *b\n'])('%j is refused', (yaml) => {
  expect(() => readRecordYaml(yaml)).toThrow()
})

it.each([
  'a: {b: 1}\n',
  'a: &x 1\nb: *x\n',
  'a:   1\n',
  '# why\na: 1\n',
  '- 1\n',
  'a: 012\n',
  'a:\nb: 1\n',
])('%j is read as js-yaml reads it', (yaml) => expect(readRecordYaml(yaml)).toEqual(load(yaml)))
