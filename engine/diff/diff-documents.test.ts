import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { load } from 'js-yaml'
import { expect, it } from 'vitest'
import { thing, thingTypes } from '../../test/fixtures/thing-type.ts'
import type { JsonObject } from '../model/document.ts'
import type { AppliedHost } from '../model/record.ts'
import type { Catalogue, FieldChange, ResourceId } from '../model/resource.ts'
import { secretToken } from '../model/secret-ref.ts'
import { diffDocuments } from './diff-documents.ts'

type Specs = Readonly<Record<ResourceId, JsonObject>>

interface Case {
  readonly title: string
  /** Left out: the base knows no such host. */
  readonly base?: Specs
  readonly desired: Specs
  readonly links?: Readonly<Record<ResourceId, readonly ResourceId[]>>
  readonly applied?: Readonly<Record<ResourceId, { readonly created: boolean }>>
  readonly changes: readonly string[]
  readonly unchanged?: number
  readonly released?: readonly string[]
}

const secret = secretToken({ reference: 'age/one', version: '1' })
const cases = load(
  readFileSync('engine/diff/cases/documents.yaml', 'utf8').replaceAll('SECRET', JSON.stringify(secret)),
) as readonly Case[]

const catalogue = (specs: Specs, links: Case['links'] = {}): Catalogue => ({
  host: 'h',
  resources: Object.entries(specs).map(([id, spec]) =>
    thing(id as ResourceId, spec, { restartOn: links[id as ResourceId] ?? [] }),
  ),
})

const said = ({ path, before, after, sensitive }: FieldChange): string =>
  sensitive === true ? `${path} (not shown)` : `${path} ${before ?? 'null'} → ${after}`

for (const c of cases)
  it(c.title, () => {
    const applied = {
      apiVersion: 'plumbline/v1',
      kind: 'Applied',
      host: 'h',
      resources: c.applied ?? {},
    } as AppliedHost
    const base = c.base === undefined ? undefined : catalogue(c.base, c.links)
    const diff = diffDocuments(catalogue(c.desired, c.links), base, thingTypes, applied)
    expect(diff.changes.map((d) => [d.verb, d.resource.id, ...d.fields.map(said)].join(' '))).toEqual(c.changes)
    expect(diff.released).toEqual(c.released ?? [])
    if (c.unchanged !== undefined) expect(diff.unchanged).toHaveLength(c.unchanged)
    expect(diff.unknowns).toEqual([])
    // What a host has is never made up.
    for (const change of diff.changes) expect(change.have).toBeNull()
    expect(JSON.stringify(diff.changes.map((d) => d.fields))).not.toContain('age/one')
  })

it('finds nothing between two sides that want the same, whatever it is', () => {
  const spec = fc.oneof(fc.record({ value: fc.integer() }), fc.constant({ ensure: 'absent' }))
  const id = fc.constantFrom<ResourceId>('first:a', 'second:b', 'service:c')
  fc.assert(
    fc.property(fc.dictionary(id, spec), (specs) => {
      const same = catalogue(specs as Specs)
      expect(diffDocuments(same, same, thingTypes).changes).toEqual([])
    }),
  )
})
