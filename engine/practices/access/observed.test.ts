import { readFileSync } from 'node:fs'
import { load } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { practiceEstate } from '../../../test/practice-cases.ts'
import type { Facts } from '../../model/facts.ts'
import type { ReportInput, Wanted } from '../../model/practice.ts'
import { knownIn, unexplainedOn } from './observed.ts'
import { observedReports } from './observed-reports.ts'
import { unusedGrants } from './unused.ts'

interface Case extends Pick<Facts, 'users' | 'lastLogins'> {
  readonly name: string
  readonly wanted?: readonly Wanted[]
  readonly keys?: Facts['keys'] | null
  readonly sudoers?: Facts['sudoers']
  readonly found?: readonly Record<string, unknown>[]
  readonly lacks?: readonly string[]
}

const ground = `
{ kind: Estate, metadata: { name: e }, spec: { engineKeys: [ssh-ed25519 ENGINE] } }
{ kind: Person, metadata: { name: ana }, spec: { login: ana, sshKeys: [{ key: ssh-ed25519 ANA }] } }
{ kind: Person, metadata: { name: ben }, spec: { login: ben, sshKeys: [{ key: ssh-ed25519 BEN }] } }
{ kind: Team, metadata: { name: ops }, spec: { members: [ana, ben] } }
{ kind: Role, metadata: { name: admin }, spec: { sudo: [{ commands: [ALL] }] } }
{ kind: Role, metadata: { name: guest }, spec: {} }
{ kind: Host, metadata: { name: h, owner: team/ops }, spec: {} }
`
const cases = load(readFileSync(new URL('cases/observed.yaml', import.meta.url), 'utf8')) as Case[]

function inputOf(documents: string, { wanted = [], users, keys = [], sudoers = [], lastLogins }: Omit<Case, 'name'>) {
  const facts: Facts = {
    ...(users !== undefined && { users }),
    ...(keys !== null && { keys }),
    ...(lastLogins !== undefined && { lastLogins }),
    sudoers,
  }
  const input: ReportInput = {
    ...practiceEstate(documents),
    seen: () => facts,
    seenAt: () => '2026-09-30T12:00:00.000Z',
    wanted: () => wanted,
    fingerprint: (key) => `SHA256:${key.split(' ')[1]}`,
  }
  return input
}

describe('access that was seen', () => {
  it.each(cases)('$name', ({ found = [], lacks = [], ...seen }) => {
    const input = inputOf(ground, seen)
    const judged = input.graph.ofKind('Host').map((host) => unexplainedOn(host, input, knownIn(input)))[0]
    expect(judged?.lacks).toEqual(lacks)
    expect(judged?.found.map((f) => `${f.what} ${f.who}`)).toEqual(
      found.map((f) => expect.stringMatching(new RegExp(`^${f['what'] ?? '\\w+'} `))),
    )
    expect(judged?.found).toMatchObject(found)
    // What is to be added is YAML of one document, whatever the host said.
    for (const { adopt } of judged?.found ?? [])
      if (adopt.startsWith('{')) expect(parse(adopt)).toMatchObject({ apiVersion: 'plumbline/v1' })
  })

  it('says of a host that nobody looked at that nothing is known', () => {
    const input: ReportInput = practiceEstate(ground)
    const report = observedReports.find((r) => r.name === 'unexplained-access')
    expect(report?.run(input, input.graph.ofKind('Host')).data).toEqual({
      found: [],
      notKnown: [{ host: 'h', lacks: ['users', 'keys', 'sudoers'] }],
    })
  })
})

describe('grants that nobody uses', () => {
  const grants = `${ground}
    { kind: AccessGrant, metadata: { name: g }, spec: { to: [person/ana, person/ben], role: guest, on: { hosts: [h] } } }`
  const wanted = ['ana', 'ben'].map((login) => ({ type: 'user', spec: { login }, by: ['AccessGrant/g'], files: [] }))
  const account = (name: string, changed: string) => ({
    ...{ name, uid: 1001, gid: 1001, home: `/home/${name}`, shell: '/bin/bash', groups: [], changed },
  })
  const users = [account('ana', '2026-01-01'), account('ben', '2026-01-01')]
  const run = (documents: string, seen: Omit<Case, 'name'>) => {
    const input = inputOf(documents, { wanted: wanted as unknown as Wanted[], users, ...seen })
    return unusedGrants(input, input.graph.ofKind('AccessGrant'))
  }
  const since = '2026-01-01T00:00:00.000Z'
  const at = (user: string, day: string) => ({ user, at: `${day}T08:00:00.000Z` })

  it('are those without a login for 90 days, and who is to be taken out of them', () => {
    const lastLogins = { since, accounts: [at('ana', '2026-09-01'), at('ben', '2026-06-01')] }
    expect(run(grants, { lastLogins }).unused).toMatchObject([
      {
        ...{ grant: 'AccessGrant/g', host: 'h', login: 'ben', person: 'Person/ben', after: 90, sure: true },
        ...{ last: '2026-06-01T08:00:00.000Z', remove: 'take Person/ben out of AccessGrant/g' },
      },
    ])
  })

  it('go altogether where nobody uses them', () => {
    const { unused } = run(grants, { lastLogins: { since, accounts: [] } })
    expect(unused.map((u) => [u.login, u.last, u.remove])).toEqual([
      ['ana', undefined, 'remove AccessGrant/g'],
      ['ben', undefined, 'remove AccessGrant/g'],
    ])
  })

  it('are no certain case where records begin later', () => {
    const short = { since: '2026-09-15T00:00:00.000Z', accounts: [at('ana', '2026-09-20')] }
    expect(run(grants, { lastLogins: short }).unused).toMatchObject([{ login: 'ben', sure: false, since: short.since }])
    expect(run(grants, { lastLogins: { accounts: [] } }).unused.map((u) => u.sure)).toEqual([false, false])
  })

  it('are not judged while they are young, nor where nothing is known', () => {
    const young = [account('ana', '2026-09-20'), account('ben', '2026-09-20')]
    expect(run(grants, { users: young, lastLogins: { since, accounts: [] } })).toEqual({ unused: [], notSeen: [] })
    expect(run(grants, { users: [], lastLogins: { since, accounts: [] } })).toEqual({ unused: [], notSeen: [] })
    expect(run(grants, {})).toEqual({ unused: [], notSeen: ['h'] })
  })

  it('stay where somebody else of them may still come', () => {
    const young = [account('ana', '2026-09-20'), account('ben', '2026-01-01')]
    expect(run(grants, { users: young, lastLogins: { since, accounts: [] } }).unused).toMatchObject([
      { login: 'ben', remove: 'take Person/ben out of AccessGrant/g' },
    ])
  })

  it('take as many days as the role says, or else the estate', () => {
    const days = (text: string) =>
      run(text, { lastLogins: { since, accounts: [at('ana', '2026-08-20'), at('ben', '2026-08-20')] } }).unused.length
    expect(days(grants)).toBe(0)
    const estate = grants.replace('engineKeys', 'access: { unusedAfterDays: 30 }, engineKeys')
    expect(days(estate)).toBe(2)
    expect(days(estate.replace('name: guest }, spec: {', 'name: guest }, spec: { unusedAfterDays: 60 '))).toBe(0)
  })
})
