import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Resource, ResourceId } from '../model/resource.ts'
import { withoutLoops } from './without-loops.ts'

const idOf = (n: number): ResourceId => `file:/${n}`

const graphs = fc
  .array(fc.record({ written: fc.array(fc.nat(7), { maxLength: 2 }), known: fc.array(fc.nat(7), { maxLength: 2 }) }), {
    minLength: 1,
    maxLength: 8,
  })
  .map((nodes) =>
    nodes.map(({ written, known }, n): Resource => {
      const there = (to: number[]) => [...new Set(to)].filter((m) => m < nodes.length).map(idOf)
      const inferred = there(known.filter((m) => m !== n && !written.includes(m)))
      return {
        id: idOf(n),
        type: 'file',
        name: `/${n}`,
        spec: {},
        declaredBy: [],
        requires: [...there(written), ...inferred],
        ...(inferred.length > 0 && { inferred }),
        restartOn: [],
      }
    }),
  )

/** The ids in an order in which each comes after what it requires; shorter where there is none. */
function order(resources: readonly Resource[]): ResourceId[] {
  const done: ResourceId[] = []
  for (let more = true; more; ) {
    const next = resources.filter((r) => !done.includes(r.id) && r.requires.every((id) => done.includes(id)))
    done.push(...next.map((r) => r.id))
    more = next.length > 0
  }
  return done
}

it('leaves an order, reports every loop that was written, and drops nothing that was', () => {
  fc.assert(
    fc.property(graphs, (resources) => {
      const { resources: kept, loops } = withoutLoops(resources)
      const written = resources.map(({ inferred = [], ...r }) => ({
        ...r,
        requires: r.requires.filter((id) => !inferred.includes(id)),
      }))
      expect(loops.length > 0).toBe(order(written).length < resources.length)
      if (loops.length > 0) return
      expect(order(kept).length).toBe(resources.length)
      for (const r of written) {
        const now = kept.find((k) => k.id === r.id)
        expect(now?.requires).toEqual(expect.arrayContaining([...r.requires]))
      }
    }),
  )
})
