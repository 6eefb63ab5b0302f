import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { ResourceId } from '../model/resource.ts'
import { hostile, misread } from './hostile-text.ts'
import { adoptionProposal, adoptsMark, rollbackProposal, takenBackBy, takesBackMark } from './proposal.ts'

const id = fc.integer({ min: 1, max: 99_999 }).map((n) => `CHG-2026-${String(n).padStart(5, '0')}`)
const key = '0123456789abcdef'

/** What stands below is read as itself: nothing above has swallowed it. */
const faults = (body: string, mark: string): readonly string[] => misread(`${body}\n<sub>below</sub>\n`, mark)

it('a rollback names what it takes back, whatever its title and the reason for it are', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ id, title: hostile }), { minLength: 1, maxLength: 3 }),
      hostile,
      (changes, because) => {
        const ids = changes.map((c) => c.id)
        const { title, body } = rollbackProposal({ changes, because })
        expect(takenBackBy(body)).toEqual(ids)
        expect(faults(body, takesBackMark(ids))).toEqual([])
        expect(title).not.toMatch(/[\r\n]/)
        expect(title.length).toBeLessThanOrEqual(200)
      },
    ),
  )
})

it('an adoption shows what hosts say as what it is: text', () => {
  const seen = fc.record({
    host: hostile,
    resource: hostile.map((name) => `file:${name}` as ResourceId),
    clues: fc.record({
      file: fc.record({ path: hostile, what: fc.constant('changed' as const), at: hostile }),
      logins: fc.array(fc.record({ user: hostile, how: fc.constant('login' as const), at: hostile }), { maxLength: 4 }),
    }),
  })
  fc.assert(
    fc.property(
      fc.array(seen, { minLength: 1, maxLength: 3 }),
      fc.array(hostile),
      hostile,
      (adopted, files, because) => {
        const { title, body } = adoptionProposal({ key, adopted, files, because })
        expect(faults(body, adoptsMark(key))).toEqual([])
        expect(takenBackBy(body)).toEqual([])
        expect(title).not.toMatch(/[\r\n]/)
      },
    ),
  )
})

it('a thousand hosts fit into what a forge takes', () => {
  const adopted = Array.from({ length: 1000 }, (_, i) => ({
    host: `web-${i}`,
    resource: `file:/etc/${'x'.repeat(500)}` as ResourceId,
    clues: {},
  }))
  const { body } = adoptionProposal({ key, adopted, files: adopted.map((a) => a.resource) })
  expect(body.length).toBeLessThan(60_000)
  expect(body).toContain('and 960 more')
})
