import { readdirSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../model/document.ts'
import type { ResourceType } from '../model/resource.ts'
import { besides, type Entry, mergeResources, partOf, type Wish } from './merge-resources.ts'
import { entryOf } from './profile-items.ts'

const folder = new URL('../resources/', import.meta.url)
const types = new Map<string, ResourceType>()
for (const { name } of readdirSync(folder, { withFileTypes: true }).filter((e) => e.isDirectory()))
  types.set(name, ((await import(`../resources/${name}/index.ts`)) as { resource: ResourceType }).resource)

const place = { file: 'a.yaml', line: 1, column: 1 }
const name = fc.constantFrom('ana', 'ben', 'web')
const path = fc.constantFrom('/etc/web.conf', '/etc/passwd', '/etc/sudoers.d/ana', '/srv/web')
const said: fc.Arbitrary<readonly [string, JsonObject]> = fc.oneof(
  fc.tuple(fc.constant('package'), fc.record({ name })),
  fc.tuple(fc.constant('group'), fc.record({ name })),
  fc.tuple(fc.constant('user'), fc.record({ login: name, groups: fc.subarray(['ana', 'web']) })),
  fc.tuple(fc.constant('file'), fc.record({ path, content: fc.constantFrom('a', 'b'), owner: name })),
  fc.tuple(fc.constant('line'), fc.record({ path, line: name })),
  fc.tuple(fc.constant('service'), fc.record({ name })),
  fc.tuple(
    fc.constant('sudoRule'),
    fc.record({ name, subjects: fc.tuple(name), commands: fc.constant(['/bin/true']) }),
  ),
)
const wish = fc
  .constantFrom('package:web', 'user:ana', 'file:/etc/web.conf', 'service:web', 'group:ben')
  .map((id): Wish => ({ id, place }))
const wishes: fc.Arbitrary<readonly Wish[]> = fc.oneof(
  { weight: 9, arbitrary: fc.constant([]) },
  { weight: 1, arbitrary: wish.map((w) => [w]) },
)
const entry: fc.Arbitrary<Entry> = fc
  .record({ said, requires: wishes, restartOn: wishes, notifies: wishes, by: fc.constantFrom('a', 'b') })
  .map(({ said: [type, spec], by, ...wanted }) => {
    const known = types.get(type)
    if (known === undefined) throw new Error(`there is no type ${type}`)
    return { ...entryOf(known, spec), declaration: { address: `Profile/${by}`, place }, ...wanted }
  })
const entries = fc.array(entry, { maxLength: 4 })

describe('besides', () => {
  it('says what merging both parts says, or nothing', () => {
    let joined = 0
    fc.assert(
      fc.property(entries, entries, (a, b) => {
        const resources = besides(partOf(a, types), partOf(b, types))
        if (resources === undefined) return
        joined += a.length > 0 && b.length > 0 ? 1 : 0
        expect({ resources, diagnostics: [] }).toEqual(mergeResources('web-01', [...a, ...b], types))
      }),
      { numRuns: 5000 },
    )
    expect(joined).toBeGreaterThan(50)
  })
})
