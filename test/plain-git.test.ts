import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Ran } from './cli.ts'
import { documents, type Office, openOffice } from './office.ts'

/** A pull request where the remote is a plain git repository: opened, planned, read, approved by signature, merged, applied, taken back. */

let office: Office

const motd = (content: string): string =>
  documents({
    kind: 'Profile',
    metadata: { name: 'motd' },
    spec: { selector: { all: true }, resources: [{ file: { path: '/etc/motd', content } }] },
  })

beforeAll(async () => {
  office = await openOffice()
  const { desk } = office
  const remote = join(dirname(desk.folder), 'estate.git')
  execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', remote])
  desk.git('remote', 'add', 'origin', remote)
  desk.git('push', '--quiet', 'origin', 'main', 'ledger')
  for (const name of ['GITHUB_REPOSITORY', 'GITHUB_ACTIONS']) desk.env[name] = ''
}, 120_000)
afterAll(async () => office.close())

const plumbline = (...argv: string[]): Promise<Ran> => office.desk.run(...argv)

interface Request {
  readonly number: number
  readonly state: string
  readonly branch: string
  readonly merged?: string
  readonly plans?: readonly { readonly name: string; readonly conclusion: string }[]
}

async function shown(number: number) {
  const ran = await plumbline('pull-request', 'show', String(number), '--json')
  return JSON.parse(ran.out) as { request: Request; comments: readonly { readonly body: string }[] }
}

describe('with plain git', () => {
  it('a pull request is opened, planned once, and read in the terminal', async () => {
    await office.write({ branch: 'hello', author: 'ana', files: { 'inventory/motd.yaml': motd('hello\n') } })
    office.desk.git('push', '--quiet', 'origin', 'hello')
    office.desk.git('switch', '--quiet', 'main')
    expect(await plumbline('pull-request', 'list')).toMatchObject({ status: 0, out: 'no pull request is open\n' })
    await office.must(['pull-request', 'open', 'hello', '--title', 'Say hello'])
    expect((await plumbline('pull-request', 'list')).out).toMatch(/^#1 {2}hello → main {2}\S+ {2}Say hello\n$/)
    await office.must(['ci', 'plan', '--open'])
    await office.must(['ci', 'plan', '--open'])
    const { request, comments } = await shown(1)
    expect(comments.map((c) => c.body)).toEqual([expect.stringContaining('<!-- plumbline:plan -->')])
    expect(request.plans?.map((check) => [check.name, check.conclusion])).toEqual([
      ['plumbline/plan', 'success'],
      ['plumbline/approval', 'action-required'],
    ])
    expect((await plumbline('pull-request', 'show', '1')).out).toContain('/etc/motd')
    expect(await plumbline('pull-request', 'show', '9')).toMatchObject({ status: 1 })
  }, 120_000)

  it('it is approved by a signature, merged by git, and applied', async () => {
    await office.must(['approve', 'hello', '--key', office.colleague('ben').keyFile])
    office.merge('hello')
    office.desk.git('push', '--quiet', 'origin', 'main')
    await office.must(['ci', 'merge'])
    await office.must(['ci', 'apply'])
    expect(readFileSync(office.on('web-01', '/etc/motd'), 'utf8')).toBe('hello\n')
    const { request } = await shown(1)
    const tip = execFileSync('git', ['-C', office.desk.folder, 'rev-parse', 'main'], { encoding: 'utf8' }).trim()
    expect(request).toMatchObject({ state: 'merged', merged: tip })
  }, 120_000)

  it('taking it back opens another one, from the incident or from the change', async () => {
    const [change] = JSON.parse((await plumbline('log', '--json')).out) as readonly { readonly id: string }[]
    const key = ['--key', office.colleague('ana').keyFile]
    const blame = ['--link', `caused-by=${change?.id ?? ''}`]
    const incident = JSON.parse(
      await office.must(['incident', 'new', 'Who said hello', ...blame, '--json', ...key]),
    ) as {
      id: string
    }
    expect(await office.must(['incident', 'rollback', incident.id, '--open', ...key])).toContain('#request-2')
    for (const again of [
      ['incident', 'rollback', incident.id],
      ['rollback', change?.id ?? ''],
    ])
      expect(await office.must([...again, '--open', ...key])).toMatch(/^open already: .*#request-2$/m)
    expect(await office.must(['incident', 'show', incident.id])).toContain('proposed-as')
    const { requests } = JSON.parse((await plumbline('pull-request', 'list', '--json')).out) as { requests: Request[] }
    expect(requests).toMatchObject([{ number: 2, state: 'open', branch: expect.stringMatching(/^rollback\//) }])
  }, 120_000)

  it('a review that somebody wrote into the ref counts for nobody who lists no account there', async () => {
    const { desk } = office
    const folder = join(dirname(desk.folder), 'by-hand')
    const git = (...args: string[]): string => execFileSync('git', ['-C', folder, ...args], { encoding: 'utf8' }).trim()
    execFileSync('git', ['clone', '--quiet', join(dirname(desk.folder), 'estate.git'), folder])
    git('fetch', '--quiet', 'origin', 'refs/plumbline/forge')
    git('checkout', '--quiet', '--detach', 'FETCH_HEAD')
    const path = join(folder, 'requests/2.json')
    const kept = JSON.parse(readFileSync(path, 'utf8')) as { readonly head: string }
    const review = {
      id: '1',
      author: { login: 'ben' },
      state: 'approved',
      commit: kept.head,
      at: '2026-10-05T09:00:00Z',
    }
    writeFileSync(path, JSON.stringify({ ...kept, body: 'All \u001b[2Jwell', reviews: [review] }))
    const who = ['-c', 'user.name=Ben', '-c', 'user.email=ben@example.org', '-c', 'commit.gpgSign=false']
    git(...who, 'commit', '--quiet', '--all', '--message', 'Ben says yes')
    git('push', '--quiet', 'origin', 'HEAD:refs/plumbline/forge')
    await plumbline('ci', 'plan', '--request', '2')
    const merged = await plumbline('ci', 'merge')
    expect(merged.out + merged.err).toContain('localhost.invalid/ben')
    expect((await plumbline('pull-request', 'show', '2')).out).toContain('All \\u{1b}[2Jwell')
    const { request } = await shown(2)
    expect(request.plans).toContainEqual(
      expect.objectContaining({ name: 'plumbline/approval', conclusion: 'action-required' }),
    )
  }, 120_000)
})
