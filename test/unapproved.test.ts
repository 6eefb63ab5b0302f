import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { generateKeyPair } from '../engine/adapters/signing/key-pair.ts'
import { type SimulatedHost, startSimulatedHost } from '../engine/adapters/simulated/simulated-host.ts'
import { type Desk, openDesk } from './cli.ts'

/** What a change may do to hosts before anybody agreed to it: nothing. */

let scratch: string
let desk: Desk
let host: SimulatedHost
let login: string

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'plumbline-unapproved-'))
  const pair = generateKeyPair('unapproved')
  login = join(scratch, 'key')
  writeFileSync(login, pair.privateKey, { mode: 0o600 })
  writeFileSync(`${login}.pub`, `${pair.publicKey}\n`)
  host = await startSimulatedHost({ folder: join(scratch, 'web-01'), name: 'web-01' })
  host.authorize(pair.publicKey)
  desk = openDesk({ PLUMBLINE_SSH_KEY: login })
  await must('init', '.', '--solo')
  const sshKeys = [{ key: readFileSync(`${login}.pub`, 'utf8').trim() }]
  const people = [
    { kind: 'Person', metadata: { name: 'ana' }, spec: { fullName: 'Ana', email: 'ana@example.org', sshKeys } },
    { kind: 'Team', metadata: { name: 'operations' }, spec: { members: ['ana'] } },
  ]
  const hosts = [
    {
      kind: 'Host',
      metadata: { name: 'web-01' },
      spec: {
        address: '127.0.0.1',
        environment: 'prod',
        root: host.root,
        hostKeys: [host.hostKey],
        ssh: { port: host.port, user: host.user },
      },
    },
  ]
  const text = (documents: readonly object[]) =>
    documents.map((d) => stringify({ apiVersion: 'plumbline/v1', ...d })).join('---\n')
  desk.write('inventory/people.yaml', text(people))
  desk.write('inventory/hosts.yaml', text(hosts))
  desk.commit('One host')
  await must('apply')
}, 120_000)

afterAll(async () => {
  desk?.close()
  await host?.stop()
  rmSync(scratch, { recursive: true, force: true })
})

async function must(...argv: string[]): Promise<string> {
  const ran = await desk.run(...argv)
  if (ran.status !== 0) throw new Error(`plumbline ${argv.join(' ')} ended with ${ran.status}\n${ran.out}${ran.err}`)
  return ran.out
}

const on = (path: string): string => join(host.root, path)
const profile = (check: readonly string[]): string =>
  stringify({
    apiVersion: 'plumbline/v1',
    kind: 'Profile',
    metadata: { name: 'web' },
    spec: {
      selector: { all: true },
      resources: [{ command: { name: 'seed', run: ['touch', '/etc/seeded'], check, checkAs: host.user } }],
    },
  })

it('the check of a command is not run on hosts by planning or approving the change that brings it', async () => {
  desk.git('switch', '-qc', 'change')
  desk.write('inventory/web.yaml', profile(['touch', '/etc/hacked']))
  desk.commit('A check that writes')
  const planned = await desk.run('plan', 'change', '--json')
  expect(JSON.parse(planned.out)).toMatchObject({
    actions: [{ verb: 'create', resource: 'command:seed' }],
    unknowns: [],
    diagnostics: expect.arrayContaining([expect.objectContaining({ code: 'command-check-waits' })]),
  })
  await desk.run('approve', 'change', '--key', login)
  expect(existsSync(on('/etc/hacked'))).toBe(false)

  desk.write('inventory/web.yaml', profile(['test', '-e', '/etc/seeded']))
  desk.commit('A check that looks')
  desk.git('switch', '-q', 'main')
  desk.git('merge', '-q', '--no-ff', '-m', 'Merge change', 'change')
  await must('apply')
  expect(existsSync(on('/etc/seeded'))).toBe(true)
  expect(await must('plan', 'main')).toMatch(/[Nn]othing/)

  // Once it stands in the target branch it is run by every plan.
  rmSync(on('/etc/seeded'))
  const later = await desk.run('drift', '--json')
  expect(JSON.parse(later.out).findings).toMatchObject([{ resource: 'command:seed' }])
}, 60_000)

it('what others on a host may not read does not get into the plan of a change that names it', async () => {
  const key = 'not for everybody'
  desk.git('switch', '-q', 'main')
  desk.git('switch', '-qc', 'curious')
  writeFileSync(on('/etc/closed'), `${key}\n`, { mode: 0o600 })
  writeFileSync(on('/etc/open'), 'for everybody\n', { mode: 0o644 })
  const files = ['/etc/closed', '/etc/open'].map((path) => ({ file: { path, content: 'mine\n' } }))
  const lines = [{ line: { path: '/etc/shadow', key: 'ana', line: 'ana:x' } }]
  writeFileSync(on('/etc/shadow'), `ana:$6$salt$${'hash'.repeat(20)}:19000:0:99999:7:::\n`, { mode: 0o640 })
  desk.write(
    'inventory/curious.yaml',
    stringify({
      apiVersion: 'plumbline/v1',
      kind: 'Profile',
      metadata: { name: 'curious' },
      spec: { selector: { all: true }, resources: [...files, ...lines] },
    }),
  )
  desk.commit('Look at files')
  for (const flags of [[], ['--json'], ['--diff-lines', '1000']]) {
    const planned = await desk.run('plan', 'curious', ...flags)
    expect(planned.out, planned.err).toContain('/etc/closed')
    expect(planned.out + planned.err).not.toContain(key)
    expect(planned.out + planned.err).not.toContain('hashhash')
    if (flags.length === 0) expect(planned.out).toContain('for everybody')
  }
}, 60_000)
