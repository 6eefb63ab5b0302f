import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { groupHosts } from './host-groups.ts'

const names = ['a', 'b', 'c', 'd', 'e']

describe('groupHosts', () => {
  it('gives hosts what selects them, in order, and one group to all that get the same', () => {
    fc.assert(
      fc.property(fc.array(fc.subarray(names), { maxLength: 12 }), (selections) => {
        const items = selections.map((_, i) => `item ${i}`)
        const groupOf = groupHosts(
          items,
          selections.map((selected) => ({ selected })),
        )
        const expected = (host: string) => items.filter((_, i) => selections[i]?.includes(host))
        for (const host of names) {
          const group = groupOf(host)
          expect(group.items).toEqual(expected(host))
          const alike = names.filter((n) => expected(n).join() === expected(host).join())
          expect(names.filter((n) => groupOf(n) === group)).toEqual(alike)
          expect(names.filter((n) => groupOf(n).id === group.id)).toEqual(alike)
          if (group.items.length > 0) expect(group.hosts).toBe(alike.length)
        }
      }),
    )
  })
})
