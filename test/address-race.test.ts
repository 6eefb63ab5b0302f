import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Colleague, documents, type Office, openOffice } from './office.ts'

/** Clones that ask one remote for the next free address at the same moment. */

const racers = 32
let office: Office
let scratch: string
let remote: string
let ana: Colleague

const git = (dir: string, ...args: string[]): string =>
  execFileSync('git', ['-C', dir, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim()

beforeAll(async () => {
  office = await openOffice({
    files: {
      'inventory/network.yaml': documents(
        { kind: 'Prefix', metadata: { name: 'servers' }, spec: { prefix: '10.20.3.0/26', gateway: '10.20.3.1' } },
        { kind: 'Prefix', metadata: { name: 'link' }, spec: { prefix: '10.20.4.0/30', gateway: '10.20.4.1' } },
        { kind: 'Prefix', metadata: { name: 'all' }, spec: { prefix: '10.20.0.0/16', role: 'container' } },
      ),
    },
  })
  ana = office.colleague('ana')
  scratch = mkdtempSync(join(tmpdir(), 'plumbline-race-'))
  remote = join(scratch, 'remote.git')
  git(office.desk.folder, 'clone', '--quiet', '--bare', '.', remote)
}, 60_000)
afterAll(async () => {
  rmSync(scratch, { recursive: true, force: true })
  await office.close()
})

function clone(name: string, pool = 'servers'): string {
  const dir = join(scratch, name)
  git(scratch, 'clone', '--quiet', remote, dir)
  git(dir, 'switch', '--quiet', '--create', name)
  const asks = { kind: 'Address', metadata: { name }, spec: { address: { from: `prefix/${pool}` } } }
  writeFileSync(join(dir, 'inventory', `${name}.yaml`), documents(asks))
  return dir
}

it(`gives each of ${racers} clones another one, lowest first, and every audit believes it`, async () => {
  const clones = Array.from({ length: racers }, (_, i) => clone(`racer-${i}`))
  const ran = await Promise.all(
    clones.map((dir) => office.desk.run('-C', dir, 'address', 'allocate', '--key', ana.keyFile, '--json')),
  )
  expect(ran.filter((r) => r.status !== 0).map((r) => r.out + r.err)).toEqual([])
  const given = ran.map((r) => (JSON.parse(r.out) as { allocated: [{ value: string }] }).allocated[0].value)
  const wanted = Array.from({ length: racers }, (_, i) => `10.20.3.${i + 2}`)
  const last = (address: string) => Number(address.split('.')[3])
  expect([...given].sort((a, b) => last(a) - last(b))).toEqual(wanted)
  // The ledger says the same to everybody, and is one line.
  const [, dir = ''] = clones
  git(dir, 'fetch', '--quiet')
  expect(git(dir, 'rev-list', '--min-parents=2', 'origin/ledger')).toBe('')
  const leases = JSON.parse((await office.desk.run('-C', dir, 'address', 'leases', '--json')).out) as {
    value: string
    branch: string
  }[]
  expect(Object.fromEntries(leases.map((l) => [l.branch, l.value]))).toEqual(
    Object.fromEntries(clones.map((c, i) => [c.slice(scratch.length + 1), given[i]])),
  )
  expect((await office.desk.run('-C', dir, 'audit', 'verify', '--json')).out).not.toContain('ledger-tampered')
}, 300_000)

it('gives the last address to one of two, and tells the other that there is none', async () => {
  const clones = ['left', 'right'].map((name) => clone(name, 'link'))
  const ran = await Promise.all(
    clones.map((dir) => office.desk.run('-C', dir, 'address', 'allocate', '--key', ana.keyFile, '--json')),
  )
  expect(ran.map((r) => r.status).sort()).toEqual([0, 1])
  for (const { status, out } of ran) expect(out).toContain(status === 0 ? '10.20.4.2' : 'pool-exhausted')
})
