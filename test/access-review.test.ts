import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DeclaredRecord } from '../engine/model/declared-record.ts'
import { documents, type Office, openOffice } from './office.ts'

/** A review of who has what: lines, decisions by those who may, and one branch that takes exactly what was revoked away. */

let office: Office

const until = '2027-06-30T18:00:00Z'
const grant = (name: string, owner: string, to: readonly string[]) => ({
  kind: 'AccessGrant',
  metadata: { name, owner },
  spec: { to, role: 'reader', on: { hosts: ['web-01'] }, expires: until, reason: 'They read the logs' },
})

const files = {
  'inventory/access/roles.yaml': documents(
    { kind: 'Role', metadata: { name: 'reader' }, spec: { purpose: 'Read the logs' } },
    {
      kind: 'Application',
      metadata: { name: 'books', owner: 'team/security' },
      spec: { purpose: 'Keeps the books', roles: [{ name: 'enter', purpose: 'Enter payments' }] },
    },
  ),
  'inventory/access/grants.yaml': `# Who reads logs.
${documents(grant('two', 'team/security', ['Person/ana', 'Person/ben']))}---
# Nobody but ben.
${documents(grant('one', 'team/operations', ['person/ben']))}---
${documents(grant('all', 'team/operations', ['team/operations']))}`,
  'inventory/access/books.yaml': documents({
    kind: 'ApplicationGrant',
    metadata: { name: 'books', owner: 'team/operations' },
    spec: {
      to: ['Person/ben', 'Person/cleo'],
      application: 'books',
      roles: ['enter'],
      expires: until,
      reason: 'They keep the books',
    },
  }),
}

beforeAll(async () => {
  office = await openOffice({ files })
}, 60_000)
afterAll(async () => office.close())

const as = (name: string): readonly string[] => ['--key', office.colleague(name).keyFile]

async function made(...argv: string[]): Promise<DeclaredRecord> {
  return JSON.parse(await office.must([...argv, '--json'])) as DeclaredRecord
}

async function refused(...argv: string[]): Promise<string> {
  const ran = await office.desk.run(...argv)
  expect(ran.status, ran.out).toBe(1)
  return ran.err
}

const shown = (id: string) => made('access', 'review', 'show', id)
const decide = (id: string, line: string, decision: string, who: string, ...more: string[]) => [
  ...['access', 'review', 'decide', id, line, decision, ...more],
  ...as(who),
]
const lineOf = ({ fields }: DeclaredRecord, grantName: string, who: string): string => {
  const lines = Object.entries(fields['lines'] as Record<string, { grant: string; who: string }>)
  return lines.find(([, l]) => l.grant.endsWith(`/${grantName}`) && l.who === `Person/${who}`)?.[0] ?? ''
}
const inBranch = (branch: string, path: string): string =>
  execFileSync('git', ['show', `${branch}:${path}`], { cwd: office.desk.folder, encoding: 'utf8' })

describe('a review of access', () => {
  it('is refused where it is about nothing, or nobody but the holder could decide', async () => {
    const start = (...argv: string[]) => refused('access', 'review', 'start', ...argv, ...as('ana'))
    expect(await start('--scope', 'rooms')).toContain('nobody has anything by a grant in rooms')
    expect(await start('--scope', 'team/nobody')).toContain('neither a service nor a team')
    expect(await start('--due', '2026-10-01')).toContain('has gone by')
    const alone = await start('--scope', 'applications')
    expect(alone).toContain('nobody but Person/cleo can decide about ApplicationGrant/books')
    expect(alone).toContain('--reviewer')
    const { fields } = await made(
      'access',
      'review',
      'start',
      '--scope',
      'applications',
      '--reviewer',
      'ana',
      ...as('ana'),
    )
    expect(fields['lines']).toMatchObject({
      1: { who: 'Person/ben', what: 'Application/books as enter', reviewers: ['Team/security'] },
      2: { who: 'Person/cleo', reviewers: ['Person/ana'] },
    })
  })

  it('has a line for each holder of each grant, with what it gives and by what', async () => {
    const { id, fields } = await made(
      'access',
      'review',
      'start',
      '--scope',
      'hosts',
      '--due',
      '2026-10-20',
      ...as('ana'),
    )
    expect(id).toBe('ACR-2026-00002')
    expect(Object.values(fields['lines'] as object)).toMatchObject([
      { grant: 'AccessGrant/all', who: 'Person/ana', via: ['Team/operations'], what: 'Role/reader on web-01' },
      { grant: 'AccessGrant/all', who: 'Person/ben', via: ['Team/operations'] },
      { grant: 'AccessGrant/all', who: 'Person/cleo', via: ['Team/operations'] },
      { grant: 'AccessGrant/one', who: 'Person/ben', via: [], until, reviewers: ['Team/operations'] },
      { grant: 'AccessGrant/two', who: 'Person/ana', via: [], reviewers: ['Team/security'] },
      { grant: 'AccessGrant/two', who: 'Person/ben', via: [] },
    ])
    expect(await office.must(['access', 'review', 'list'])).toMatch(
      /ACR-2026-00002 +open +0 of 6 lines decided +due 2026-10-20/,
    )
  })

  it('is decided line by line by those whom the line names, once, and never by the holder', async () => {
    const review = await shown('ACR-2026-00002')
    const [own, two, all] = [lineOf(review, 'one', 'ben'), lineOf(review, 'two', 'ben'), lineOf(review, 'all', 'cleo')]
    expect(await refused(...decide(review.id, own, 'keep', 'ben'))).toContain('nobody decides about what they have')
    expect(await refused(...decide(review.id, two, 'keep', 'ana'))).toContain('only those whom the line names')
    expect(await refused(...decide(review.id, '99', 'keep', 'cleo'))).toContain('has no line 99')
    expect(await refused(...decide(review.id, all, 'revoke', 'ana'))).toContain('as a member of Team/operations')
    expect((await office.desk.run(...decide(review.id, two, 'perhaps', 'cleo'))).status).toBe(64)
    await office.must(decide(review.id, two, 'revoke', 'cleo', '-m', 'has moved on'))
    expect(await refused(...decide(review.id, two, 'keep', 'cleo'))).toContain('one line is decided at a time')
    expect(await refused('access', 'review', 'close', review.id, ...as('ana'))).toContain('5 lines of 6 not decided')
    expect(await office.must(['access', 'review', 'show', review.id])).toMatch(/revoke +Person\/cleo: has moved on/)
  })

  it('can not be decided past the command either', async () => {
    const review = await shown('ACR-2026-00002')
    const before = review.fields['decisions'] as object
    const forged = { ...before, [lineOf(review, 'one', 'ben')]: { decision: 'keep', by: 'Person/ana' } }
    const say = (what: object, who: string) =>
      refused('access-review', 'decide', review.id, '--decisions', JSON.stringify(what), ...as(who))
    expect(await say(forged, 'ben')).toContain('nobody decides about what they have themselves')
    expect(await say({}, 'cleo')).toContain('one line is decided at a time')
  })

  it('reminds those who still have to decide, once, and says that it is overdue', async () => {
    await office.must(['work', '--once'])
    office.turn('2026-10-14T09:00:00Z')
    await office.must(['work', '--once'])
    await office.must(['work', '--once'])
    const said = async () => (await shown('ACR-2026-00002')).log.filter((l) => l.by === 'engine').map((l) => l.text)
    expect(await said()).toEqual([
      'To be decided within 7 days: 5 lines not decided; of Team/operations 4, Team/security 1',
    ])
    office.turn('2026-10-21T09:00:00Z')
    await office.must(['work', '--once'])
    expect(await said()).toEqual([expect.anything(), expect.stringMatching(/^Overdue: 5 lines not decided/)])
    expect(await office.must(['access', 'review', 'list'])).toContain('overdue since 2026-10-20')
  })

  it('ends in one branch that takes exactly what was revoked away, and leaves the rest as people wrote it', async () => {
    const review = await shown('ACR-2026-00002')
    for (const who of ['ana', 'ben', 'cleo'])
      await office.must(decide(review.id, lineOf(review, 'all', who), 'keep', who === 'ana' ? 'ben' : 'ana'))
    await office.must(decide(review.id, lineOf(review, 'one', 'ben'), 'revoke', 'ana'))
    await office.must(decide(review.id, lineOf(review, 'two', 'ana'), 'keep', 'cleo'))
    const closed = await office.must(['access', 'review', 'close', review.id, ...as('ana')])
    expect(closed).toContain('proposed on the branch access-review/ACR-2026-00002')
    const text = inBranch('access-review/ACR-2026-00002', 'inventory/access/grants.yaml')
    const before = inBranch('main', 'inventory/access/grants.yaml')
    expect(text).toContain('# Who reads logs.')
    expect(text).not.toContain('name: one')
    expect(text).toBe(
      before.replace('    - Person/ben\n', '').replace(/---\n# Nobody but ben\.\n[\s\S]*?(?=---\n)/, ''),
    )
    expect(await shown(review.id)).toMatchObject({ state: 'proposed', links: [{ relation: 'proposed-as' }] })
  })

  it('is over once the change is applied, and the ledger vouches for who decided what', async () => {
    const branch = 'access-review/ACR-2026-00002'
    const own = await office.desk.run('approve', branch, ...as('ana'))
    expect(own.status, own.out).not.toBe(0)
    await office.must(['approve', branch, ...as('cleo')])
    office.merge(branch)
    await office.must(['apply'])
    await office.must(['work', '--once'])
    expect(await shown('ACR-2026-00002')).toMatchObject({
      state: 'closed',
      links: [{ relation: 'proposed-as' }, { relation: 'fulfilled-by', to: 'CHG-2026-00001' }],
    })
    const { held, rows } = JSON.parse(await office.must(['access', 'what', 'ben', '--json'])) as {
      held: object[]
      rows: { via: string[] }[]
    }
    expect(rows.map((r) => r.via)).toEqual([['AccessGrant/all']])
    expect(held).toHaveLength(1)
    expect(await office.must(['audit', 'verify'])).toMatch(/entries/)
  })

  it('ends at once where nothing is revoked', async () => {
    const review = await shown('ACR-2026-00001')
    await office.must(decide(review.id, '1', 'keep', 'cleo'))
    await office.must(decide(review.id, '2', 'keep', 'ana'))
    expect(await office.must(['access', 'review', 'close', review.id, ...as('ben')])).toContain('closed: 0 revoked')
  })
})
