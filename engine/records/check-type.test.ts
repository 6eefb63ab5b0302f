import { describe, expect, it } from 'vitest'
import { recordTypes } from '../generated/record-types.ts'
import type { RecordTypeSpec } from '../model/declared-record.ts'
import { typeFaults } from './check-type.ts'
import { fieldFaults } from './judge-fields.ts'

/** Types that contradict themselves, or the commands that are made of them. */

const sound = recordTypes.get('incident')?.spec as RecordTypeSpec
const withField = (name: string): Partial<RecordTypeSpec> => ({
  fields: { ...sound.fields, properties: { ...sound.fields.properties, [name]: { type: 'string' } } },
})
const withMove = (name: string, move: object): Partial<RecordTypeSpec> => ({
  transitions: { ...sound.transitions, [name]: { title: 'do it', ...move } },
})

describe('a type of record', () => {
  it.each<[string, Partial<RecordTypeSpec>, string]>([
    ['with a field that is an option of its commands', withField('json'), 'commands have an option json'],
    ['with a field that would take back an option', withField('noShow'), 'commands have an option noShow'],
    ['with a move that is help', withMove('help', {}), 'every type has help already'],
    ['with a move to nowhere', withMove('lose', { to: 'constructor' }), 'there is no state constructor'],
    [
      'with a move that sets nothing that is there',
      withMove('lose', { sets: ['toString'] }),
      'there is no field toString',
    ],
    [
      'with a reaction of no move',
      { reactions: [{ on: { type: 'change', move: 'finish' }, do: 'valueOf' }] },
      'there is no move valueOf',
    ],
    ['with fields that are no schema', { fields: { properties: { a: { type: 'word' } } } }, 'the fields are no schema'],
    [
      'with a pattern that takes for ever',
      { fields: { properties: { a: { pattern: '^(a+)+\\1$' } } } },
      'the fields are no schema',
    ],
  ])('%s is named', async (_, over, expected) => {
    const faults = await typeFaults({ name: 'incident', spec: { ...sound, ...over } })
    expect(faults.map((f) => f.summary).join('\n')).toContain(expected)
  })

  it('whose schema leads back to itself refuses its records, and ends nothing', async () => {
    const fields = { properties: { a: { $ref: '#/$defs/a' } }, $defs: { a: { $ref: '#/$defs/a' } } }
    const type = { name: 'odd', spec: { fields } }
    const graph = { documents: new Map(), ofKind: () => [], outgoing: () => [], incoming: () => [] }
    expect((await fieldFaults(type, { id: 'ODD-2026-00001', fields: { a: 1 } }, graph)).length).toBe(1)
  })
})
