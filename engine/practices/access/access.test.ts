import { readFileSync } from 'node:fs'
import { load } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import { type PracticeCase, practiceCases, practiceEstate } from '../../../test/practice-cases.ts'
import { checkAccess } from './check.ts'
import { codes } from './codes.ts'
import { reports } from './reports.ts'

const ground = `
{ kind: Person, metadata: { name: ana }, spec: { fullName: Ana, badge: B-1 } }
{ kind: Person, metadata: { name: ben }, spec: { fullName: Ben } }
{ kind: Person, metadata: { name: cleo }, spec: { fullName: Cleo, active: false } }
{ kind: Team, metadata: { name: ops }, spec: { members: [ana, ben, cleo] } }
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
      `${ground}{ kind: EntryGrant, metadata: { name: e }, spec: { to: [team/ops], zones: [hall], expires: "2027-01-01T00:00:00Z" } }
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
})
