import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { practiceEstate } from '../../test/practice-cases.ts'
import type { Address } from '../model/address.ts'
import { type Candidate, dependencyPaths, rankSuspects } from './suspects.ts'

const { graph } = practiceEstate(`
  { kind: Host, metadata: { name: web }, spec: {} }
  { kind: Host, metadata: { name: db }, spec: {} }
  { kind: Host, metadata: { name: other }, spec: {} }
  { kind: Profile, metadata: { name: nginx }, spec: {} }
  { kind: Service, metadata: { name: shop }, spec: { hosts: [web], dependsOn: [database] } }
  { kind: Service, metadata: { name: database }, spec: { hosts: [db] } }
`)
const links = [{ from: 'Host/web' as Address, to: 'Profile/nginx' as Address }]
const at = Date.parse('2026-10-05T12:00:00Z')
const hour = 3_600_000

const change = (id: string, hoursBefore: number, touched: Partial<Candidate>): Candidate => ({
  ...{ id, title: id, what: 'change', state: 'implemented', at: at - hoursBefore * hour, documents: [] },
  hosts: new Map(),
  ...touched,
})
const onHost = (host: string, ...types: string[]) => ({ hosts: new Map([[`Host/${host}` as Address, types]]) })

const ranked = (...candidates: Candidate[]) =>
  rankSuspects(dependencyPaths(graph, ['Service/shop'], links), at, candidates)

describe('suspects', () => {
  it('of the same time, the nearer comes first, with the way to it', () => {
    const [first, second, ...rest] = ranked(
      change('CHG-2', 1, onHost('db', 'package')),
      change('CHG-1', 1, onHost('web', 'file')),
      change('CHG-3', 1, onHost('other', 'package')),
    )
    expect(first).toMatchObject({ id: 'CHG-1', distance: 1, path: ['Service/shop', 'Host/web'] })
    expect(first?.because).toEqual([
      'acted on Host/web (file): Service/shop stands on Host/web',
      'in place 1 hour before',
    ])
    expect(second?.path).toEqual(['Service/shop', 'Service/database', 'Host/db'])
    expect(rest).toEqual([])
  })

  it('of the same place, the later comes first, and what came afterwards is none', () => {
    const found = ranked(
      change('CHG-1', 48, onHost('web')),
      change('CHG-2', 2, onHost('web')),
      change('CHG-3', -1, onHost('web')),
    )
    expect(found.map((s) => s.id)).toEqual(['CHG-2', 'CHG-1'])
  })

  it('knows what a host stands on beside its references', () => {
    const [found] = ranked(change('CHG-1', 1, { documents: ['Profile/nginx'] }))
    expect(found?.path).toEqual(['Service/shop', 'Host/web', 'Profile/nginx'])
  })

  it('names what nobody approved', () => {
    const [first] = ranked(
      change('CHG-1', 30, onHost('web', 'user')),
      change('UCH-1', -1, { ...onHost('web', 'file'), what: 'unauthorised', state: 'open' }),
    )
    expect(first).toMatchObject({ id: 'UCH-1' })
    expect(first?.because).toContain('nobody approved it; found on the host')
  })

  it('law: the order does not depend on the order in which they are looked at, and later never scores less', () => {
    const some = fc.array(
      fc.record({ host: fc.constantFrom('web', 'db', 'other'), hours: fc.integer({ min: 0, max: 400 }) }),
      { maxLength: 8 },
    )
    fc.assert(
      fc.property(some, (all) => {
        const made = all.map(({ host, hours }, i) => change(`CHG-${i}`, hours, onHost(host, 'file')))
        expect(ranked(...made.toReversed())).toEqual(ranked(...made))
        const scores = new Map(ranked(...made).map((s) => [s.id, s.score]))
        for (const [i, a] of all.entries())
          for (const [j, b] of all.entries())
            if (a.host === b.host && a.hours <= b.hours)
              expect(scores.get(`CHG-${i}`) ?? 0).toBeGreaterThanOrEqual(scores.get(`CHG-${j}`) ?? 0)
      }),
    )
  })
})
