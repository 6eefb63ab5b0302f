import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { load } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import { type PracticeCase, practiceCases, practiceEstate } from '../../../test/practice-cases.ts'
import { checkAccess } from './check.ts'
import { codes } from './codes.ts'
import { holdingsAt } from './holdings.ts'
import { reports } from './reports.ts'

const ground = `
{ kind: Person, metadata: { name: ana }, spec: { fullName: Ana, badge: B-1 } }
{ kind: Person, metadata: { name: ben }, spec: { fullName: Ben } }
{ kind: Person, metadata: { name: cleo }, spec: { fullName: Cleo, active: false } }
{ kind: Team, metadata: { name: ops }, spec: { members: [ana, ben] } }
{ kind: Role, metadata: { name: dba }, spec: {} }
{ kind: Site, metadata: { name: s }, spec: {} }
{ kind: Room, metadata: { name: r1 }, spec: { site: s } }
{ kind: Room, metadata: { name: r2 }, spec: { site: s } }
{ kind: Zone, metadata: { name: hall }, spec: { rooms: [r1] } }
{ kind: Zone, metadata: { name: vault }, spec: { rooms: [r2], through: [hall] } }
`
const cases = load(readFileSync(new URL('cases/findings.yaml', import.meta.url), 'utf8')) as PracticeCase[]

describe('access', () => {
  practiceCases(cases, codes, checkAccess, ground)

  it('tells who may enter which room, and nobody who has left', () => {
    const input = practiceEstate(
      `${ground}{ kind: Group, metadata: { name: guests }, spec: { members: [person/cleo] } }
      { kind: EntryGrant, metadata: { name: e }, spec: { to: [team/ops, group/guests], zones: [hall], expires: "2027-01-01T00:00:00Z" } }
      { kind: EntryGrant, metadata: { name: v }, spec: { to: [person/ben], zones: [vault, hall], escorted: true, expires: "2026-12-01T00:00:00Z" } }`,
    )
    const rows = reports[0]?.run(input, input.graph.ofKind('Zone')).tables[0]?.rows
    expect(rows).toEqual([
      ['B-1', 'ana', 'Ana', 'r1', 'hall', '2027-01-01T00:00:00Z', 'no', 'EntryGrant/e'],
      ['–', 'ben', 'Ben', 'r1', 'hall', '2027-01-01T00:00:00Z', 'no', 'EntryGrant/e'],
      ['–', 'ben', 'Ben', 'r1', 'hall', '2026-12-01T00:00:00Z', 'yes', 'EntryGrant/v'],
      ['–', 'ben', 'Ben', 'r2', 'vault', '2026-12-01T00:00:00Z', 'yes', 'EntryGrant/v'],
    ])
  })

  it('leaves nothing with whoever has left, however they came by it', () => {
    const index = fc.nat(3)
    const world = fc.record({
      gone: fc.uniqueArray(index, { maxLength: 4 }),
      team: fc.uniqueArray(index),
      // Group i holds people, and the groups after it.
      groups: fc.array(fc.record({ people: fc.uniqueArray(index), groups: fc.uniqueArray(index) }), {
        ...{ minLength: 4, maxLength: 4 },
      }),
      to: fc.uniqueArray(
        fc.constantFrom<string>('team/t', 'group/g0', 'group/g1', 'person/p0', 'person/p1', 'person/p2'),
        {
          minLength: 1,
        },
      ),
    })
    fc.assert(
      fc.property(world, ({ gone, team, groups, to }) => {
        const list = (names: readonly string[]) => `[${names.join(', ')}]`
        const lines = [
          ...[0, 1, 2, 3].map(
            (i) =>
              `{ kind: Person, metadata: { name: p${i}, labels: { l: "1" } }, spec: { fullName: P, active: ${!gone.includes(i)} } }`,
          ),
          `{ kind: Team, metadata: { name: t }, spec: { members: ${list(team.map((i) => `p${i}`))} } }`,
          ...groups.map(({ people, groups: inner }, i) => {
            const members = [
              ...people.map((p) => `person/p${p}`),
              ...inner.filter((g) => g > i).map((g) => `group/g${g}`),
            ]
            return `{ kind: Group, metadata: { name: g${i} }, spec: { members: ${list(members)}, ${i === 3 ? 'select: { l: "1" }' : ''} } }`
          }),
          '{ kind: Role, metadata: { name: dba }, spec: {} }',
          '{ kind: Application, metadata: { name: books }, spec: { roles: [{ name: pay }] } }',
          `{ kind: AccessGrant, metadata: { name: h }, spec: { to: ${list(to)}, role: dba, hours: 8 } }`,
          `{ kind: ApplicationGrant, metadata: { name: a }, spec: { to: ${list(to)}, application: books, roles: [pay], expires: "2027-01-01T00:00:00Z" } }`,
        ]
        const held = holdingsAt(practiceEstate(lines.join('\n')))
        expect(held.filter((h) => gone.some((i) => h.who === `Person/p${i}`))).toEqual([])
        // And whoever is named and works here has all of it.
        const named = [0, 1, 2].filter((i) => to.includes(`person/p${i}`) && !gone.includes(i))
        for (const i of named) {
          const what = held.filter((h) => h.who === `Person/p${i}` && h.by.document.kind.endsWith('Grant'))
          expect(what.map((h) => h.what).sort()).toEqual(['Application/books', 'Role/dba'])
        }
      }),
      { numRuns: 40 },
    )
  })
})
