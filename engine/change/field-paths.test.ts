import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Document, JsonObject } from '../model/document.ts'
import { changedLeaves, fieldMatches, fieldText } from './field-paths.ts'

const person = (spec: JsonObject, labels?: Record<string, string>): Document => ({
  apiVersion: 'plumbline/v1',
  kind: 'Person',
  metadata: { name: 'ada', ...(labels && { labels }) },
  spec,
})
const texts = (before: Document | undefined, after: Document | undefined) => changedLeaves(before, after).map(fieldText)

describe('changed fields', () => {
  it('names the leaves that differ, on either side', () => {
    const before = person({ email: 'a@x', sshKeys: [{ key: 'one', revoked: false }], note: 'same' })
    const after = person({ email: 'a@x', sshKeys: [{ key: 'one', revoked: true }, { key: 'two' }], note: 'same' })
    expect(texts(before, after)).toEqual(['spec.sshKeys.0.revoked', 'spec.sshKeys.1.key'])
    expect(texts(person({ tags: [] }, { env: 'prod' }), person({ tags: ['a'] }))).toEqual([
      'metadata.labels.env',
      'spec.tags.0',
    ])
    expect(texts(person({ values: { 'net.ipv4.ip_forward': 0 } }), person({ values: {} }))).toEqual([
      'spec.values["net.ipv4.ip_forward"]',
    ])
  })

  it('takes a whole document for changed where it comes or goes', () => {
    const whole = person({ email: 'a@x', sshKeys: [] })
    expect(texts(undefined, whole)).toEqual(['metadata.name', 'spec.email', 'spec.sshKeys'])
    expect(texts(whole, undefined)).toEqual(texts(undefined, whole))
  })

  it.each([
    ['spec.sshKeys', ['spec', 'sshKeys', 0, 'key'], true],
    ['spec.sshKeys.*.revoked', ['spec', 'sshKeys', 3, 'revoked'], true],
    ['spec.sshKeys.*.revoked', ['spec', 'sshKeys', 3, 'key'], false],
    ['spec.sshKeys.*.revoked', ['spec', 'sshKeys'], false],
    ['spec.ssh', ['spec', 'sshKeys'], false],
    ['spec.*', ['spec', 'email'], true],
    ['spec.values["net.ipv4.ip_forward"]', ['spec', 'values', 'net.ipv4.ip_forward'], true],
    ['spec.values["*"]', ['spec', 'values', 'a'], false],
  ])('%s and %j: %s', (pattern, path, expected) => {
    expect(fieldMatches(pattern, path)).toBe(expected)
  })

  it('finds none where nothing differs, the same both ways, and each by its own text', () => {
    const spec = fc.dictionary(
      fc.constantFrom('a', 'b', 'net.x', '*'),
      fc.oneof(
        fc.integer(),
        fc.array(fc.integer(), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom('a', 'b'), fc.integer()),
      ),
    ) as fc.Arbitrary<JsonObject>
    fc.assert(
      fc.property(spec, spec, (a, b) => {
        expect(texts(person(a), person(a))).toEqual([])
        expect(texts(person(a), person(b))).toEqual(texts(person(b), person(a)))
        for (const path of changedLeaves(person(a), person(b))) expect(fieldMatches(fieldText(path), path)).toBe(true)
      }),
    )
  })
})
