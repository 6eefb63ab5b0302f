import { execFileSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { generateKeyPair } from '../engine/adapters/signing/key-pair.ts'
import type { ChangeRecord } from '../engine/model/record.ts'
import { forge, type Told, writeFacts } from './forge-facts.ts'
import { documents, type Office, openOffice } from './office.ts'

/** Who may agree to a change, and how that could be got around: as typed by those who would, with plain git and with a forge. */

let office: Office

beforeAll(async () => {
  const robot = {
    fullName: 'Build Robot',
    email: 'robot@example.org',
    bot: true,
    accounts: [`${forge}/robot`, `${forge}/robot-too`],
  }
  office = await openOffice({
    estate: { changes: { expireAfterDays: 2 } },
    files: {
      'inventory/dana.yaml': documents({
        kind: 'Person',
        metadata: { name: 'dana' },
        spec: { fullName: 'Dana', email: 'dana@example.org', accounts: [`${forge}/dana#4714`] },
      }),
      'inventory/robot.yaml': documents({ kind: 'Person', metadata: { name: 'robot' }, spec: robot }),
      '.github/CODEOWNERS': 'inventory/guarded/ @office/security\n',
    },
  })
}, 120_000)

afterAll(async () => office?.close())

const git = (...args: string[]): string =>
  execFileSync('git', ['-C', office.desk.folder, ...args], { encoding: 'utf8' }).trim()
const tip = (revision: string): string => git('rev-parse', revision)
const profile = (name: string, path: string, content = 'as agreed\n'): string =>
  documents({
    kind: 'Profile',
    metadata: { name },
    spec: { selector: { all: true }, resources: [{ file: { path, content } }] },
  })
const on = (path: string): boolean => existsSync(office.on('web-01', path))
const at = (minutes = 0): string => new Date(office.now().getTime() + minutes * 60_000).toISOString()

/** A branch with one new file for the hosts, its commit signed by ana, or by nobody. */
async function branch(
  name: string,
  options: { readonly signed?: boolean; readonly folder?: string } = {},
): Promise<string> {
  office.turn(5)
  const files = { [`inventory/${options.folder ?? ''}${name}.yaml`]: profile(name, `/etc/${name}`) }
  if (options.signed !== false) return office.write({ branch: name, author: 'ana', files })
  git('switch', '--quiet', '--create', name, 'main')
  for (const [path, text] of Object.entries(files)) office.desk.write(path, text)
  office.desk.commit(name)
  git('switch', '--quiet', 'main')
  return tip(name)
}

const facts = (...requests: readonly Told[]): string => writeFacts(office, requests)

interface Answer {
  readonly change: string
  readonly state: string
  readonly noted: number
  readonly holds: boolean
  readonly findings: readonly { readonly code: string; readonly summary: string; readonly hint?: string }[]
}

async function review(name: string, told: Omit<Told, 'head'>): Promise<Answer & { readonly codes: readonly string[] }> {
  const out = await office.desk.run('approve', name, '--from-forge', facts({ head: tip(name), ...told }), '--json')
  if (out.status !== 0) throw new Error(out.out + out.err)
  const answer = JSON.parse(out.out) as Answer
  return { ...answer, codes: answer.findings.map((f) => f.code) }
}

/** The record of what was merged last, once it was recognised. */
async function newest(): Promise<ChangeRecord> {
  const changes = JSON.parse(await office.must(['log', '--json'])) as readonly ChangeRecord[]
  const found = changes.find((r) => r.merge?.commit === tip('main'))
  if (found === undefined) throw new Error('nothing is recorded of it')
  return found
}

/** Merges, applies, and tells what became of it. */
async function merged(name: string, ...flags: string[]): Promise<ChangeRecord> {
  office.merge(name)
  await office.desk.run('apply', ...flags)
  return newest()
}

describe('a forge', () => {
  it('tells of a review that counts, of commits that nobody signed', async () => {
    await branch('told', { signed: false })
    const before = await review('told', { number: 10 })
    expect(before).toMatchObject({ state: 'proposed', noted: 0, holds: false })
    office.turn(5)
    const told = { number: 10, reviews: [{ by: 'Ben' }, { by: 'cleo', state: 'commented' }] }
    expect(await review('told', told)).toMatchObject({
      change: before.change,
      state: 'approved',
      noted: 1,
      holds: true,
    })
    expect(await review('told', told)).toMatchObject({ noted: 0, holds: true })
    expect(await merged('told')).toMatchObject({
      id: before.change,
      state: 'implemented',
      approvals: [
        { assertion: 'forge-asserted', approver: 'Person/ben', forge: { host: forge, request: 10, login: 'Ben' } },
      ],
    })
    expect(on('/etc/told')).toBe(true)
    expect(await office.must(['audit', 'verify'])).toMatch(
      /1 statement for or against changes: 0 approver-signed, 1 forge-asserted/,
    )
  }, 120_000)

  it.each([
    ['its author, from another account of theirs', { reviews: [{ by: 'ANA-second' }] }, 'approver-wrote-it'],
    [
      'who pushed it, though another name stands in the commit',
      { pushes: [{ by: 'ben' }], reviews: [{ by: 'ben-second' }] },
      'approver-wrote-it',
    ],
    [
      'who pushed what was rewritten since',
      { pushes: [{ by: 'ben', after: 'f'.repeat(40) }, { by: 'ana' }], reviews: [{ by: 'ben' }] },
      'approver-wrote-it',
    ],
    ['who opened the pull request', { author: 'ben', reviews: [{ by: 'ben' }] }, 'approver-wrote-it'],
    ['a second account of a bot', { reviews: [{ by: 'robot-too' }] }, 'approver-bot'],
    ['an account that the forge says is a bot', { reviews: [{ by: 'ben', bot: true }] }, 'approver-bot'],
    ['an account that may only read', { reviews: [{ by: 'ben', permission: 'read' }] }, 'account-permission'],
    ['a login that nobody wrote the number of', { reviews: [{ by: 'ben#4712' }] }, 'account-unnumbered'],
    ['a login that somebody else took', { reviews: [{ by: 'dana#666' }] }, 'account-unknown'],
    ['a number that is not told', { reviews: [{ by: 'dana' }] }, 'account-number-untold'],
    ['the author, under a new login', { author: 'nobody#4714', reviews: [{ by: 'dana#4714' }] }, 'approver-wrote-it'],
    [
      'who pushed it under a new login',
      { pushes: [{ by: 'ana' }, { by: 'else#4714' }], reviews: [{ by: 'dana#4714' }] },
      'approver-wrote-it',
    ],
    ['an account of nobody', { reviews: [{ by: 'benn' }] }, 'account-unknown'],
    [
      'somebody who looked at an older commit',
      { reviews: [{ by: 'ben', commit: 'e'.repeat(40) }] },
      'approval-stale-head',
    ],
    [
      'somebody who saw what it brings to another branch',
      { retargetedAt: '2026-12-01T00:00:00Z', reviews: [{ by: 'ben' }] },
      'approval-other-branch',
    ],
    ['somebody from the future', { reviews: [{ by: 'ben', at: '2027-01-01T00:00:00Z' }] }, 'approval-in-future'],
    ['somebody who looked too long ago', { reviews: [{ by: 'ben', at: '2026-10-01T00:00:00Z' }] }, 'approval-expired'],
  ])(
    'does not tell of approvals by %s',
    async (_, told, code) => {
      const name = 'refused'
      if (!git('branch', '--list', name)) await branch(name)
      const answer = await review(name, { number: 11, ...told })
      expect(answer).toMatchObject({ state: 'proposed', noted: 0, holds: false })
      expect(answer.codes).toContain(code)
    },
    30_000,
  )

  it('knows an account by its number, whatever it is called by now, and keeps the number', async () => {
    await branch('numbered')
    const before = await review('numbered', { number: 17, reviews: [{ by: 'ben#4712' }] })
    expect(before.findings).toContainEqual(
      expect.objectContaining({
        code: 'account-unnumbered',
        hint: expect.stringContaining(`write ${forge}/ben#4712 instead of ${forge}/ben in spec.accounts of Person/ben`),
      }),
    )
    const told = { number: 17, author: 'ana#1', reviews: [{ by: 'dana-new#4714', permission: 'write' }] }
    const answer = await review('numbered', told)
    expect(answer).toMatchObject({ noted: 1, holds: true })
    expect(await merged('numbered')).toMatchObject({
      state: 'implemented',
      approvals: [{ approver: 'Person/dana', forge: { login: 'dana-new', id: '4714', author: 'ana', authorId: '1' } }],
    })
    await office.must(['audit', 'verify'])
  }, 120_000)

  it('takes an approval back with the permission to write', async () => {
    await branch('demoted')
    expect(await review('demoted', { number: 18, reviews: [{ by: 'ben', permission: 'write' }] })).toMatchObject({
      holds: true,
    })
    const answer = await review('demoted', { number: 18, reviews: [{ by: 'ben', permission: 'read' }] })
    expect(answer).toMatchObject({ state: 'proposed', noted: 1, holds: false })
    expect(answer.codes).toContain('account-permission')
    expect(
      await review('demoted', {
        number: 18,
        reviews: [{ by: 'cleo', permission: 'none', state: 'changes-requested' }],
      }),
    ).toMatchObject({ state: 'rejected' })
    await office.must(['audit', 'verify'])
  }, 120_000)

  it('does not vouch for commits that somebody unknown pushed', async () => {
    await branch('strange', { signed: false })
    const answer = await review('strange', { number: 12, pushes: [{ by: 'stranger' }], reviews: [{ by: 'ben' }] })
    expect(answer).toMatchObject({ noted: 1, holds: false })
    expect(answer.codes).toContain('author-unproven')
    expect(await merged('strange')).toMatchObject({ state: 'unapproved' })
    expect(on('/etc/strange')).toBe(false)
  }, 120_000)

  it('voids an approval with a push', async () => {
    await branch('pushed')
    const old = tip('pushed')
    const first = await review('pushed', { number: 13, reviews: [{ by: 'ben' }] })
    expect(first.holds).toBe(true)
    git('switch', '--quiet', 'pushed')
    office.desk.write('inventory/pushed.yaml', profile('pushed', '/etc/pushed', 'and more\n'))
    office.desk.commit('more')
    git('switch', '--quiet', 'main')
    const answer = await review('pushed', {
      number: 13,
      reviews: [{ by: 'ben', commit: old }],
      pushes: [{ by: 'ana' }],
    })
    expect(answer).toMatchObject({ noted: 0, holds: false })
    expect(answer.codes).toContain('approval-stale-head')
    expect(await merged('pushed')).toMatchObject({ state: 'unapproved' })
    expect(on('/etc/pushed')).toBe(false)
  }, 120_000)

  it('takes an approval back by dismissing it: before the merge, and between merge and apply', async () => {
    await branch('dismissed')
    await branch('later')
    const told = (name: string, state: string): Told => ({
      number: 14,
      head: tip(name),
      reviews: [{ by: 'ben', state, id: name }],
    })
    const first = await review('dismissed', { number: 14, reviews: [{ by: 'ben', id: 'dismissed' }] })
    await review('later', { number: 14, reviews: [{ by: 'ben', id: 'later' }] })
    expect(
      await review('dismissed', { number: 14, reviews: [{ by: 'ben', id: 'dismissed', state: 'dismissed' }] }),
    ).toMatchObject({
      change: first.change,
      state: 'proposed',
      noted: 1,
      holds: false,
    })
    expect(await merged('dismissed')).toMatchObject({
      state: 'unapproved',
      reasons: expect.arrayContaining([expect.stringContaining('dismissed')]),
    })
    office.merge('later')
    await office.desk.run('apply', '--from-forge', facts(told('later', 'dismissed')))
    expect(await newest()).toMatchObject({ state: 'unapproved' })
    expect(on('/etc/later')).toBe(false)
    await branch('last')
    const last = await review('last', { number: 14, reviews: [{ by: 'ben', id: 'last' }] })
    office.merge('last')
    // Recognised by an apply of something else, and so only the apply is left to refuse it.
    await office.desk.run('apply', 'CHG-2026-99999')
    expect(await office.record(last.change)).toMatchObject({ state: 'approved', merge: { commit: tip('main') } })
    await office.desk.run('apply', '--from-forge', facts({ ...told('last', 'dismissed'), head: tip('last') }))
    expect(await office.record(last.change)).toMatchObject({ state: 'rejected' })
    expect([on('/etc/dismissed'), on('/etc/later'), on('/etc/last')]).toEqual([false, false, false])
    await office.must(['audit', 'verify'])
  }, 120_000)

  it('is enough where it merged before anything was recorded, even as one commit on a base that moved', async () => {
    await branch('squashed', { signed: false })
    await office.approved({
      branch: 'meanwhile',
      author: 'ana',
      files: { 'inventory/meanwhile.yaml': profile('meanwhile', '/etc/meanwhile') },
    })
    await office.must(['apply'])
    const head = tip('squashed')
    git('merge', '--quiet', '--squash', 'squashed')
    office.desk.commit('squashed (#15)')
    const told = { number: 15, head, merged: tip('main'), reviews: [{ by: 'ben' }] }
    await office.must(['apply', '--from-forge', facts(told)])
    expect(await newest()).toMatchObject({
      state: 'implemented',
      subject: { head },
      approvals: [{ approver: 'Person/ben' }],
    })
    await office.must(['audit', 'verify'])
  }, 120_000)

  it('is not believed in part where its facts are not what they should be', async () => {
    await branch('hostile')
    office.desk.write(
      '.git/hostile.json',
      JSON.stringify({ version: 1, forge, repository: 'x/y', requests: [{ number: 1 }] }),
    )
    const ran = await office.desk.run('approve', 'hostile', '--from-forge', '.git/hostile.json')
    expect(ran).toMatchObject({ status: 1, err: expect.stringContaining('forge-facts') })
    const other = await office.desk.run('approve', 'hostile', '--from-forge', facts({ head: tip('main') }))
    expect(other).toMatchObject({ status: 1, err: expect.stringContaining('request-unknown') })
  }, 60_000)

  it('does not carry a review over to another plan of the same commits', async () => {
    await branch('plans')
    const first = await review('plans', { number: 16 })
    office.turn(5)
    const given = at(-1)
    // The base moves, and with it what the same commits do.
    const moved = { 'inventory/plans.yaml': null, 'inventory/moved.yaml': profile('moved', '/etc/moved') }
    await office.approved({
      branch: 'moving',
      author: 'ana',
      files: { 'inventory/moved.yaml': moved['inventory/moved.yaml'] },
    })
    await office.must(['apply'])
    await office.approved({
      branch: 'people-moved',
      author: 'ana',
      files: {
        'inventory/newcomer.yaml': documents({
          kind: 'Person',
          metadata: { name: 'dee' },
          spec: { fullName: 'Dee', email: 'dee@example.org' },
        }),
      },
    })
    await office.must(['apply'])
    const answer = await review('plans', { number: 16, reviews: [{ by: 'ben', at: given }] })
    expect(answer.change).not.toBe(first.change)
    expect(answer).toMatchObject({ noted: 0, holds: false })
    expect(answer.codes).toContain('approval-stale-plan')
    const again = await review('plans', {
      number: 16,
      reviews: [
        { by: 'ben', at: given },
        { by: 'ben', at: at() },
      ],
    })
    expect(again).toMatchObject({ noted: 1, holds: true })
  }, 120_000)
})

describe('plain git', () => {
  const approve = (name: string, who: string, ...more: string[]) =>
    office.desk.run('approve', name, '--key', office.colleague(who).keyFile, ...more)

  it('refuses the author and co-authors, by whatever address of theirs', async () => {
    await office.write({
      branch: 'helped',
      author: 'ana',
      message: 'helped\n\nCo-authored-by: Ben <4711+BEN-second@users.noreply.git.example.org>',
      files: { 'inventory/helped.yaml': profile('helped', '/etc/helped') },
    })
    for (const who of ['ana', 'ben'])
      expect(await approve('helped', who)).toMatchObject({
        status: 1,
        err: expect.stringContaining('approver-wrote-it'),
      })
    expect(await approve('helped', 'cleo')).toMatchObject({ status: 0 })
  }, 60_000)

  it('asks whom CODEOWNERS of the base names, whatever the branch makes of it', async () => {
    const files = { 'inventory/guarded/safe.yaml': profile('safe', '/etc/safe'), '.github/CODEOWNERS': '* @ben\n' }
    await office.write({ branch: 'guarded', author: 'ana', files })
    const first = await approve('guarded', 'ben')
    expect(first.out).toContain('0 of 1 from security: .github/CODEOWNERS:1 says that @office/security owns')
    expect(first.out).toContain('It needs more')
    expect((await approve('guarded', 'cleo')).out).toContain('merge the branch')
  }, 60_000)

  it('is judged by people, teams and rules of the base, whatever the branch makes of them', async () => {
    const eve = generateKeyPair('eve')
    const keyFile = join(dirname(office.desk.folder), 'eve-key')
    writeFileSync(keyFile, eve.privateKey, { mode: 0o600 })
    const spec = { fullName: 'Eve', email: 'eve@example.org', sshKeys: [{ key: eve.publicKey }] }
    const estate = office.desk.read('plumbline.yaml')
    const files = {
      'inventory/eve.yaml': documents({ kind: 'Person', metadata: { name: 'eve' }, spec }),
      'inventory/coup.yaml': profile('coup', '/etc/coup'),
      'plumbline.yaml': estate.replace('spec:\n', 'spec:\n  rule: solo\n'),
    }
    expect(files['plumbline.yaml']).not.toBe(estate)
    await office.write({ branch: 'coup', author: 'ana', files })
    const given = await office.desk.run('approve', 'coup', '--key', keyFile)
    expect(given).toMatchObject({ status: 1, err: expect.stringContaining('person-unknown') })
    expect(await merged('coup')).toMatchObject({ state: 'unapproved' })
    expect(on('/etc/coup')).toBe(false)
    // What nobody approved stands on the branch now, and judges nothing.
    await office.write({
      branch: 'alone',
      author: 'ana',
      files: { 'inventory/alone.yaml': profile('alone', '/etc/alone') },
    })
    const alone = await approve('alone', 'ana')
    expect(alone).toMatchObject({ status: 1, err: expect.stringContaining('rules-unapproved') })
    expect((await office.desk.run('plan', 'alone')).out).toContain('0 of 1')
    git('revert', '--no-edit', '-m', '1', 'HEAD')
    await office.desk.run('apply')
  }, 60_000)

  it('does not let a rejection be left behind by a base that moved', async () => {
    await branch('disputed')
    await approve('disputed', 'cleo', '--reject', '-m', 'not like this')
    await office.approved({
      branch: 'beside',
      author: 'ana',
      files: { 'inventory/beside.yaml': profile('beside', '/etc/beside') },
    })
    await office.must(['apply'])
    const given = await approve('disputed', 'ben')
    expect(given.out + given.err).toContain('rejected it')
    const record = await merged('disputed')
    expect(record).toMatchObject({ state: 'unapproved' })
    expect(on('/etc/disputed')).toBe(false)
  }, 120_000)

  it('refuses a merge with lines of its own', async () => {
    await branch('smuggled')
    await approve('smuggled', 'ben')
    git('merge', '--quiet', '--no-ff', '--no-commit', 'smuggled')
    office.desk.write('inventory/smuggled.yaml', profile('smuggled', '/etc/smuggled', 'something else\n'))
    office.desk.commit('Merge smuggled')
    await office.desk.run('apply')
    expect(await newest()).toMatchObject({ state: 'unapproved' })
    expect(on('/etc/smuggled')).toBe(false)
    git('revert', '--no-edit', '-m', '1', 'HEAD')
    await office.desk.run('apply')
  }, 120_000)

  it('refuses who left between approval and merge', async () => {
    await branch('left')
    expect(await approve('left', 'cleo')).toMatchObject({ status: 0 })
    const people = office.desk.read('inventory/people.yaml')
    const without = people.replace('email: cleo@example.org\n', 'email: cleo@example.org\n  active: false\n')
    expect(without).not.toBe(people)
    await office.approved({ branch: 'leaving', author: 'ana', files: { 'inventory/people.yaml': without } })
    const record = await merged('left')
    expect(record).toMatchObject({
      state: 'unapproved',
      reasons: expect.arrayContaining([expect.stringContaining('Person/cleo is no longer active')]),
    })
    expect(on('/etc/left')).toBe(false)
  }, 120_000)

  it('lets approvals run out: before the merge, and before the apply', async () => {
    const numberOf = async (name: string) => /CHG-\d{4}-\d{5,}/.exec((await approve(name, 'ben')).out)?.[0] ?? ''
    await branch('waiting')
    await branch('slow')
    const [waiting, slow] = [await numberOf('waiting'), await numberOf('slow')]
    office.merge('slow')
    office.turn(3 * 24 * 60)
    expect((await office.desk.run('apply')).err).toContain(`${waiting} is expired`)
    expect(await office.record(waiting)).toMatchObject({ state: 'expired' })
    expect(await office.record(slow)).toMatchObject({
      state: 'unapproved',
      reasons: expect.arrayContaining([expect.stringContaining('approvals hold for 2 days')]),
    })

    await branch('late')
    const late = await numberOf('late')
    office.merge('late')
    // Recognised in time, by an apply of something else.
    await office.desk.run('apply', 'CHG-2026-99999')
    expect(await office.record(late)).toMatchObject({ state: 'approved', merge: { commit: tip('main') } })
    office.turn(3 * 24 * 60)
    const ended = await office.desk.run('apply')
    expect(ended).toMatchObject({ status: 1, err: expect.stringContaining(`${late} is expired`) })
    expect(await office.record(late)).toMatchObject({ state: 'expired' })
    expect([on('/etc/slow'), on('/etc/late')]).toEqual([false, false])
    await office.must(['audit', 'verify'])
  }, 120_000)
})
