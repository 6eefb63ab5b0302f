import { expect, it } from 'vitest'
import type { Document, JsonObject } from '../model/document.ts'
import { graphOf } from './case-world.ts'
import { changedDocuments } from './changed-documents.ts'

const site = (name: string, spec: JsonObject): Document => ({
  apiVersion: 'plumbline/v1',
  kind: 'Site',
  metadata: { name },
  spec,
})
const changed = (before: readonly JsonObject[], after: readonly JsonObject[]) => {
  const graph = (specs: readonly JsonObject[]) => graphOf(specs.map((spec, i) => site(`s${i}`, spec)))
  return changedDocuments(graph(before), graph(after)).map((c) => `${c.verb} ${c.address}`)
}

it('tells what is new, gone and different, in the order of addresses', () => {
  expect(changed([{ a: 1 }, { a: 1 }], [{ a: 1 }, { a: 2 }, {}])).toEqual(['update Site/s1', 'create Site/s2'])
  expect(changed([{}, {}], [{}])).toEqual(['delete Site/s1'])
})

it.each<[string, JsonObject, JsonObject, boolean]>([
  ['keys in another order', { a: 1, b: 2 }, { b: 2, a: 1 }, false],
  ['a list in another order', { a: [1, 2] }, { a: [2, 1] }, true],
  ['a list for a map', { a: [] }, { a: {} }, true],
  ['nothing for no key', { a: null }, {}, true],
  ['another key with as many', { a: null }, { b: null }, true],
  ['a number for a text', { a: 1 }, { a: '1' }, true],
  ['a value deep inside', { a: [{ b: { c: 1 } }] }, { a: [{ b: { c: 2 } }] }, true],
])('%s', (_, before, after, differs) => {
  expect(changed([before], [after]).length > 0).toBe(differs)
})
