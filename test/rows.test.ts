import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { generateKeyPair } from '../engine/adapters/signing/key-pair.ts'
import type { Facts } from '../engine/model/facts.ts'
import { keepLooks } from '../engine/pipeline/snapshot.ts'
import { openWorld } from '../engine/wiring.ts'
import { type Desk, openDesk } from './cli.ts'
import { documents } from './office.ts'

/** Each process that the reference estate shows, sentence by sentence: a command line, and what it says. */

interface Case {
  readonly process: string
  readonly says: string
  readonly run: readonly string[]
  readonly status?: number
  readonly edit?: { readonly file: string; readonly from: string; readonly to: string }
  /** ISO 8601: when it is asked. */
  readonly at?: string
  /** Somebody sits at the keyboard. */
  readonly person?: true
  readonly out?: readonly string[]
  readonly never?: readonly string[]
}

const root = join(import.meta.dirname, '..')
const cases = parse(readFileSync(join(root, 'test/cases/rows.yaml'), 'utf8')) as readonly Case[]
const noon = '2026-11-22T12:00:00Z'
let now = noon
let key = ''
let desk: Desk

beforeAll(async () => {
  desk = openDesk({ PLUMBLINE_SSH_KEY: '', PLUMBLINE_ENGINE_KEY: '' }, { now: () => new Date(now) })
  for (const part of ['plumbline.yaml', 'inventory', 'policies', 'runbooks', 'secrets'])
    if (existsSync(join(root, part))) cpSync(join(root, part), join(desk.folder, part), { recursive: true })
  const keyOf = (name: string) => {
    const pair = generateKeyPair(name)
    const file = join(dirname(desk.folder), `${name}-key`)
    writeFileSync(file, pair.privateKey, { mode: 0o600 })
    return { file, publicKey: pair.publicKey }
  }
  const [engine, auditor] = [keyOf('engine'), keyOf('auditor')]
  desk.env['PLUMBLINE_ENGINE_KEY'] = engine.file
  key = auditor.file
  const spec = { fullName: 'An Auditor', email: 'auditor@example.org', sshKeys: [{ key: auditor.publicKey }] }
  desk.write(
    'inventory/organisation/people/auditor.yaml',
    documents({ kind: 'Person', metadata: { name: 'auditor' }, spec }),
  )
  const estate = desk.read('plumbline.yaml')
  desk.write('plumbline.yaml', estate.replace(/^spec:\n/m, `spec:\n  engineKeys: ["${engine.publicKey} engine"]\n`))
  desk.git('init', '--quiet', '--initial-branch=main')
  desk.commit('The estate')
  const { status, err } = await desk.run('init')
  expect([status, err]).toEqual([0, expect.anything()])
  await lookAtDb01()
}, 60_000)
afterAll(() => desk.close())

/** What a look at one host would have kept: a server that was exchanged, with an address, an account and a rule that nobody wrote down. */
async function lookAtDb01(): Promise<void> {
  const world = await openWorld({
    version: '0.0.0-test',
    start: desk.folder,
    env: desk.env,
    clock: { now: () => new Date(noon) },
  })
  const disks = [{ name: 'sda', size: 960e9, serial: 'KX960-711' }]
  const account = { gid: 1001, home: '/home', shell: '/bin/bash', groups: [], locked: false, changed: '2025-01-01' }
  const known: Facts = {
    hardware: {
      serial: 'FJ420-9999',
      model: 'Server 420',
      virtualisation: 'none',
      cpu: { count: 16, architecture: 'x86_64' },
      memory: 64 * 2 ** 30,
      disks,
    },
    interfaces: [{ name: 'lan1', up: true, addresses: ['10.20.3.99/24'] }],
    users: [
      { ...account, name: 'mallory', uid: 1001 },
      { ...account, name: 'mokafor', uid: 1002 },
      { ...account, name: 'nito', uid: 1003 },
    ],
    keys: [{ user: 'mallory', fingerprint: 'SHA256:0000000000000000000000000000000000000000000' }],
    sudoers: [{ file: '/etc/sudoers.d/mallory', rule: 'mallory ALL=(ALL) NOPASSWD: ALL' }],
    packages: [{ name: 'openjdk-11-jre', version: '4.2', manual: true }],
    neighbours: [{ by: 'lldp', interface: 'lan1', system: 'ams1-sw-09', port: 'Ethernet1/3' }],
    lastLogins: { since: '2024-01-01T00:00:00Z', accounts: [{ user: 'mokafor', at: '2026-11-20T08:00:00Z' }] },
  }
  await keepLooks(
    world,
    [
      {
        host: 'db-01',
        at: noon,
        observations: new Map(),
        facts: { host: 'db-01', facts: known, unknown: {}, evidence: {} },
      },
    ],
    undefined,
  )
  await world.close()
}

describe.each([...new Set(cases.map((c) => c.process))])('%s', (process) => {
  it.each(cases.filter((c) => c.process === process))('$says', async ({
    run,
    status = 0,
    edit,
    at,
    person,
    out = [],
    never = [],
  }) => {
    now = at ?? noon
    const before = edit === undefined ? '' : desk.read(edit.file)
    if (edit !== undefined) {
      expect(before, `${edit.file} does not have what is to be replaced`).toContain(edit.from)
      desk.write(edit.file, before.replace(edit.from, edit.to))
    }
    try {
      const ran = await desk.run(...run, ...(person === true ? ['--key', key] : []))
      const said = ran.out + ran.err
      expect(ran.status, said).toBe(status)
      for (const words of out) expect(said).toMatch(new RegExp(words, 'm'))
      for (const words of never) expect(said).not.toMatch(new RegExp(words, 'm'))
    } finally {
      if (edit !== undefined) desk.write(edit.file, before)
    }
  })
})
