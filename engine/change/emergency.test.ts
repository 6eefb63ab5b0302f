import { describe, expect, it } from 'vitest'
import type { Document, JsonObject } from '../model/document.ts'
import type { Subject } from '../model/plan.ts'
import type { BreakGlassPredicate, Emergency } from '../model/record.ts'
import { graphOf, keyNamed } from './case-world.ts'
import { type EmergencyQuestion, emergencyFault, roleForEmergencies } from './emergency.ts'

const document = (kind: string, name: string, spec: JsonObject): Document => ({
  ...{ apiVersion: 'plumbline/v1', kind },
  ...{ metadata: { name }, spec },
})
const key = keyNamed('cleo')
const estate = (over: { keys?: JsonObject[]; person?: JsonObject; teams?: string[]; members?: string[] } = {}) =>
  graphOf([
    document('Person', 'cleo', { email: 'cleo@example.org', sshKeys: over.keys ?? [{ key }], ...over.person }),
    document('Person', 'ana', { email: 'ana@example.org', sshKeys: [{ key: keyNamed('ana') }] }),
    document('Team', 'on-call', { members: over.members ?? ['cleo'] }),
    document('Team', 'web', { members: ['cleo', 'ana'] }),
    document('Estate', 'e', { changes: { breakGlass: { teams: over.teams ?? ['on-call'] } } }),
  ])

const hex = (digit: string, length = 40) => digit.repeat(length)
const digest = (digit: string) => `sha256:${hex(digit, 64)}` as const
const subject: Subject = {
  ...{ repository: 'estate-1', ref: 'refs/heads/main', base: hex('a'), head: hex('b'), tree: hex('c') },
  ...{ content: digest('1'), plan: digest('2'), policies: digest('3') },
}
const said: BreakGlassPredicate = {
  ...{ subject, person: 'Person/cleo', role: 'Team/on-call', reason: 'No name resolves', incident: 'INC-1' },
  ...{ at: '2026-10-05T02:00:00.000Z', until: '2026-10-05T04:00:00.000Z' },
}
const emergencyOf = ({ subject: _, ...told }: BreakGlassPredicate): Emergency => ({
  ...told,
  envelope: { payloadType: 'application/vnd.in-toto+json', payload: 'e30=', signatures: [] },
})

const question = (over: Partial<EmergencyQuestion> = {}, signed = said, publicKey = key): EmergencyQuestion => ({
  ...{ emergency: emergencyOf(said), subject, base: estate(), begun: false },
  verifyEnvelope: () => ({ ok: true, publicKey, predicate: signed }),
  now: new Date('2026-10-05T03:00:00Z'),
  ...over,
})

describe('an emergency', () => {
  it('is carried by the word of somebody whom the base trusts with it', () => {
    expect(emergencyFault(question())).toBeUndefined()
    expect(roleForEmergencies(estate(), 'Person/cleo')).toEqual({ role: 'Team/on-call' })
  })

  it('that was begun in time is brought to its end', () => {
    const now = new Date('2026-10-05T09:00:00Z')
    expect(emergencyFault(question({ now }))?.code).toBe('break-glass-over')
    expect(emergencyFault(question({ now, begun: true }))).toBeUndefined()
  })

  const moved = (over: Partial<Subject>) => question({ subject: { ...subject, ...over } })
  it.each([
    ['whose signature does not hold', { verifyEnvelope: () => ({ ok: false as const, because: 'forged' }) }, 'invalid'],
    ['that claims a time to come', { now: new Date('2026-10-05T01:50:00Z') }, 'invalid'],
    ['of a person who is in none of the teams', { base: estate({ members: ['ana'] }) }, 'not-allowed'],
    ['of a team that is not named any more', { base: estate({ teams: ['web'] }) }, 'not-allowed'],
    ['where no team is named', { base: estate({ teams: [] }) }, 'unset'],
    ['of somebody who left', { base: estate({ person: { active: false } }) }, 'not-allowed'],
    ['of a bot', { base: estate({ person: { bot: true } }) }, 'not-allowed'],
    ['with a key that is revoked', { base: estate({ keys: [{ key, revoked: true }] }) }, 'not-allowed'],
    ['with a key for logins', { base: estate({ keys: [{ key, use: 'login' }] }) }, 'not-allowed'],
    [
      'with a key that has ended',
      { base: estate({ keys: [{ key, validUntil: '2026-10-05T02:30:00Z' }] }) },
      'not-allowed',
    ],
    [
      'with a key that came later',
      { base: estate({ keys: [{ key, validFrom: '2026-10-05T02:30:00Z' }] }) },
      'not-allowed',
    ],
  ] as const)('%s does not hold', (_, over, code) => {
    expect(emergencyFault(question(over))?.code).toBe(`break-glass-${code}`)
  })

  it.each([
    ['another head', moved({ head: hex('d') })],
    ['another base', moved({ base: hex('d') })],
    ['another tree', moved({ tree: hex('d') })],
    ['another patch', moved({ content: digest('9') })],
    ['another plan', moved({ plan: digest('9') })],
    ['other policies', moved({ policies: digest('9') })],
    ['another estate', moved({ repository: 'estate-2' })],
    ['another person', question({}, { ...said, person: 'Person/ana' })],
    ['another team', question({}, { ...said, role: 'Team/web' })],
    ['another reason', question({}, { ...said, reason: 'For fun' })],
    ['another incident', question({}, { ...said, incident: 'INC-2' })],
    ['a longer time', question({}, { ...said, until: '2026-10-05T05:00:00.000Z' })],
  ])('is not carried by a word about %s', (_, asked) => {
    expect(emergencyFault(asked)?.code).toBe('break-glass-invalid')
  })

  it('is signed with a key of theirs, and of nobody else', () => {
    expect(emergencyFault(question({}, said, keyNamed('ana')))?.code).toBe('break-glass-not-allowed')
    const shared = graphOf([
      ...[...estate().documents.values()].map((d) => d.document),
      document('Person', 'ben', { email: 'ben@example.org', sshKeys: [{ key }] }),
    ])
    expect(emergencyFault(question({ base: shared }))?.summary).toBe('somebody else lists the same key')
  })

  it('is born of a team that is named, though the person is in others', () => {
    expect(roleForEmergencies(estate({ teams: ['web', 'on-call'] }), 'Person/ana')).toEqual({ role: 'Team/web' })
    expect(roleForEmergencies(estate(), 'Person/ana')).toMatchObject({ code: 'break-glass-not-allowed' })
  })
})
