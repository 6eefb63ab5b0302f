import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { kinds } from '../generated/kinds.ts'
import { validators as quickValidators } from '../generated/quick-validators.js'
import { validators } from '../generated/validators.js'
import type { Json } from '../model/document.ts'
import { isObject } from './is-object.ts'

/** What a person or a program could put where something else belongs. */
const hostile: readonly Json[] = [
  ...[null, true, 0, -1, 1.5, 1e21, '', ' ', '\u0000', 'x'.repeat(5_000), '{"}', '__proto__', '2026-02-30', 'P1Y'],
  ...[[], [null], [[]], ['a', 'a'], {}, { until: 'never' }, { constructor: {} }, { '': { '~/': [0] } }],
  JSON.parse('{"__proto__": {"name": "x"}}') as Json,
]

const paths = (value: Json): readonly (readonly (string | number)[])[] =>
  Array.isArray(value)
    ? [[], ...value.flatMap((item, i) => paths(item).map((path) => [i, ...path]))]
    : isObject(value)
      ? [[], ...Object.entries(value).flatMap(([key, item]) => paths(item as Json).map((path) => [key, ...path]))]
      : [[]]

/** The same with another value at the path; with none where it is undefined. */
function changed(value: Json, path: readonly (string | number)[], to: Json | undefined): Json | undefined {
  const [step, ...rest] = path
  if (step === undefined) return to
  const inner = changed((value as Record<string | number, Json>)[step] ?? null, rest, to)
  if (Array.isArray(value))
    return value.flatMap((item, i) => (i === step ? (inner === undefined ? [] : [inner]) : [item]))
  const others = Object.entries(value as Record<string, Json>).flatMap(([key, item]) =>
    key !== step ? [[key, item] as const] : inner === undefined ? [] : [[key, inner] as const],
  )
  return Object.fromEntries(others)
}

describe('the validators that say nothing of mistakes', () => {
  it('are there for every kind', () => {
    expect([...quickValidators.keys()]).toEqual([...validators.keys()])
  })

  it.each(
    [...kinds.values()].map((kind) => [kind.name, kind] as const),
  )('answer as those that do: %s', (name, kind) => {
    const [quick, whole] = [quickValidators.get(name), validators.get(name)]
    const examples = (Array.isArray(kind.schema['examples']) ? kind.schema['examples'] : []) as Json[]
    const documents = examples.map(
      (spec): Json => ({ apiVersion: 'plumbline/v1', kind: name, metadata: { name: 'x', labels: { a: 'b' } }, spec }),
    )
    const said = new Map([...documents, ...hostile].map((document) => [document, quick?.(document)]))
    for (const [document, answer] of said) expect(answer).toBe(whole?.(document))
    for (const document of documents) expect(said.get(document)).toBe(true)
    const change = fc.constantFrom(...documents).chain((document) =>
      fc.record({
        ...{ document: fc.constant(document), path: fc.constantFrom(...paths(document)) },
        ...{
          to: fc.constantFrom(undefined, ...hostile),
          key: fc.option(fc.constantFrom('unknown', '__proto__', 'name')),
        },
      }),
    )
    fc.assert(
      fc.property(change, ({ document, path, to, key }) => {
        const put = key === null || !isObject(to) ? to : ({ ...to, [key]: 1 } as Json)
        const other = changed(document, path, put)
        expect(quick?.(other)).toBe(whole?.(other))
      }),
      { numRuns: 300 },
    )
  })
})
