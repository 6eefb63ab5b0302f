import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startSimulatedHost } from '../engine/adapters/simulated/simulated-host.ts'
import { documents, type Office, openOffice } from './office.ts'

/** An apply that is watched: gates between its waves, pauses, parts, and what is taken back when it fails. */

let office: Office
let server: Server
/** What the shop that the gates ask does: answers, after something happened. */
let shop: () => Promise<{ readonly status: number; readonly body: string }>
const well = async () => ({ status: 200, body: 'ok, 3 orders' })

const environments = (port: number): string =>
  documents(
    {
      kind: 'Environment',
      metadata: { name: 'prod' },
      spec: { purpose: 'What is prod', rollout: 'watched', criticality: 4 },
    },
    {
      kind: 'Rollout',
      metadata: { name: 'watched' },
      spec: {
        waves: [
          { name: 'north', on: { hosts: ['web-01'] }, gates: [{ name: 'orders go through', test: 'orders' }] },
          { name: 'south', on: { hosts: ['web-02'] } },
        ],
        gates: [{ name: 'no fault', command: { run: ['cat', '/etc/motd'], as: 'plumbline', output: '^[a-z ]+' } }],
        onFailure: 'rollback',
      },
    },
    { kind: 'Service', metadata: { name: 'shop' }, spec: { purpose: 'Sells things', hosts: ['web-01', 'web-02'] } },
    {
      kind: 'ServiceTest',
      metadata: { name: 'orders' },
      spec: {
        service: 'shop',
        http: { url: `http://127.0.0.1:${port}/health`, status: 200, body: '^ok, \\d+ orders$' },
        attempts: 1,
      },
    },
  )

beforeAll(async () => {
  server = createServer((_, answer) => {
    void shop().then(({ status, body }) => answer.writeHead(status).end(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  office = await openOffice({
    hosts: { 'web-01': 'prod', 'web-02': 'prod' },
    files: { 'inventory/environments.yaml': environments(port) },
  })
  shop = well
}, 120_000)

afterAll(async () => {
  await office?.close()
  server.close()
})

const profile = (...resources: readonly object[]) =>
  documents({ kind: 'Profile', metadata: { name: 'web' }, spec: { selector: { all: true }, resources } })
const file = (path: string, content: string) => ({ file: { path, content } })
const seen = (host: string, path = '/etc/motd'): string | undefined =>
  existsSync(office.on(host, path)) ? readFileSync(office.on(host, path), 'utf8') : undefined

async function changed(branch: string, ...resources: readonly object[]): Promise<string> {
  office.turn(60)
  return office.approved({ branch, author: 'ana', files: { 'inventory/web.yaml': profile(...resources) } })
}

async function outcomes(change: string): Promise<Readonly<Record<string, string>>> {
  const { actions, deployment } = await office.record(change)
  const results = new Map(deployment?.results.map((r) => [r.id, r.outcome]))
  return Object.fromEntries(actions.map((a) => [a.host, results.get(a.id) ?? 'none']))
}

it('is paused between waves by a colleague, and gone on with when somebody says so', async () => {
  const change = await changed('one', file('/etc/motd', 'one\n'))
  const key = office.colleague('cleo').keyFile
  shop = async () => {
    await office.must(['pause', change, '--reason', 'lunch', '--key', key])
    return well()
  }
  const paused = await office.desk.run('apply')
  shop = well
  expect(paused.status, paused.err).toBe(2)
  expect(paused.err).toContain('paused by Person/cleo: lunch')
  expect(await outcomes(change)).toEqual({ 'web-01': 'applied', 'web-02': 'not-started' })
  expect(await office.record(change)).toMatchObject({ state: 'paused', reasons: ['paused by Person/cleo: lunch'] })
  expect(seen('web-02')).not.toBe('one\n')

  // Nobody goes on with it by accident.
  const passed = await office.desk.run('apply')
  expect([passed.status, passed.err]).toEqual([0, expect.stringContaining(`plumbline resume ${change}`)])
  expect((await office.record(change)).state).toBe('paused')

  const events = (await office.must(['resume', change, '--json']))
    .split('\n')
    .flatMap((l) => (l ? [JSON.parse(l)] : []))
  expect(events.filter((e) => e.type === 'wave')).toMatchObject([
    { name: 'south', hosts: ['web-02'], number: 1, of: 1 },
  ])
  // The gates of the wave before are tried again before it goes on.
  expect(events.filter((e) => e.type === 'gate').map((e) => e.wave)).toEqual(['north', 'north', 'south'])
  expect(seen('web-02')).toBe('one\n')
  const { state, deployment } = await office.record(change)
  expect([state, deployment?.pause, deployment?.attestation?.signatures.length]).toEqual(['implemented', undefined, 1])
}, 300_000)

it('is done in parts, and refused where the rest is no longer as it was', async () => {
  const change = await changed('two', file('/etc/motd', 'two\n'))
  const wrong = await office.desk.run('apply', change, '--only', 'west')
  expect([wrong.status, wrong.err]).toEqual([1, expect.stringContaining('no host, environment or wave west')])
  await office.must(['apply', change, '--only', 'north'], [0])
  expect(await outcomes(change)).toEqual({ 'web-01': 'applied', 'web-02': 'not-started' })
  expect(await office.record(change)).toMatchObject({
    state: 'paused',
    deployment: { pause: { by: 'engine', reason: 'only north' } },
  })
  writeFileSync(office.on('web-02', '/etc/motd'), 'by hand\n')
  const stale = await office.desk.run('apply', change)
  expect([stale.status, stale.err]).toEqual([1, expect.stringContaining('plan-stale')])
  expect(seen('web-02')).toBe('by hand\n')
  writeFileSync(office.on('web-02', '/etc/motd'), 'one\n')
  await office.must(['apply', change, '--only', 'web-02'], [0])
  expect((await office.record(change)).state).toBe('implemented')
}, 300_000)

let failed: string

it('is taken back by the engine where the rollout of its base says so, and the branch is watched from then on', async () => {
  failed = await changed('three', file('/etc/motd', 'three\n'), file('/etc/added', 'new\n'))
  shop = async () => ({ status: 200, body: 'ok, no orders' })
  const ran = await office.desk.run('apply', '--progress', 'json')
  shop = well
  expect(ran.status).toBe(1)
  expect(seen('web-01')).toBe('two\n')
  expect(seen('web-01', '/etc/added')).toBeUndefined()
  expect(seen('web-02')).toBe('two\n')
  const { state, rolledBackBy = '', reasons } = await office.record(failed)
  expect(state).toBe('rolled-back')
  expect(reasons?.[0]).toContain('gate-failed: orders go through')
  expect(await office.record(rolledBackBy)).toMatchObject({
    state: 'implemented',
    automatic: true,
    rollbackOf: [failed],
    approvals: [],
  })
  expect(ran.err).toContain('"type":"taking-back"')

  // Its documents still stand on the branch, and whoever plans or applies is told.
  for (const argv of [['plan', 'main'], ['drift'], ['apply']]) {
    const told = await office.desk.run(...argv)
    expect(told.out + told.err, argv[0]).toContain(`${failed} was taken back by ${rolledBackBy}`)
  }
  expect(seen('web-01')).toBe('two\n')
  const again = await office.desk.run('apply', failed)
  expect([again.status, again.err]).toEqual([1, expect.stringContaining('it is rolled-back')])
}, 300_000)

it('its documents are reverted by a change like any other, and nothing more is said of it', async () => {
  const [ana, ben] = ['ana', 'ben'].map((name) => office.colleague(name).keyFile)
  const out = await office.must(['rollback', failed, '--key', ana ?? '', '--json'])
  const { branch } = JSON.parse(out) as { branch: string }
  await office.must(['approve', branch, '--key', ben ?? ''])
  office.merge(branch)
  await office.must(['apply'], [0])
  const after = await office.desk.run('plan', 'main')
  expect([after.status, after.out + after.err]).toEqual([0, expect.not.stringContaining(failed)])
  expect((await office.record(failed)).state).toBe('rolled-back')
}, 300_000)

it('is gone on being taken back where that failed in its turn, before anything else', async () => {
  const change = await changed('five', file('/etc/motd', 'five\n'))
  const folder = office.on('web-01', '/var/lib/plumbline')
  const fence = join(folder, readdirSync(folder).find((name) => name.startsWith('fence-')) ?? '')
  const sold = async () => ({ status: 503, body: 'sold out' })
  let kept = ''
  shop = async () => {
    kept = readFileSync(fence, 'utf8')
    writeFileSync(fence, '9999\n')
    return sold()
  }
  const first = await office.desk.run('apply', '--json')
  shop = well
  const { changes } = JSON.parse(first.out.trimEnd().split('\n').at(-1) ?? '') as { changes: { change: string }[] }
  const back = changes[1]?.change ?? ''
  expect(changes).toMatchObject([
    { change, state: 'failed' },
    { state: 'failed', counts: { failed: 1 } },
  ])
  expect(seen('web-01')).toBe('five\n')
  const named = await office.desk.run('apply', change)
  expect([named.status, named.err]).toEqual([1, expect.stringContaining(`${back} takes it back`)])

  writeFileSync(fence, kept)
  const second = await office.desk.run('apply')
  expect(second.out).toContain(back)
  expect(seen('web-01')).toBe('two\n')
  expect(await office.record(change)).toMatchObject({ state: 'rolled-back', rolledBackBy: back })
  // Its documents are mended by a change that says otherwise.
  await changed('mended', file('/etc/motd', 'two\n'))
  await office.must(['apply'], [0])
  expect((await office.desk.run('plan', 'main')).err).not.toContain(change)
}, 300_000)

it('is taken back by the next apply where the host could not be reached when it failed', async () => {
  const change = await changed('four', file('/etc/motd', 'four\n'))
  const host = office.hosts.get('web-01')
  const sold = async () => ({ status: 503, body: 'sold out' })
  shop = async () => {
    await host?.stop()
    return sold()
  }
  const first = await office.desk.run('apply')
  expect([first.status, first.err]).toEqual([1, expect.stringContaining(`${change} is not taken back by the engine`)])
  expect((await office.record(change)).state).toBe('failed')
  expect(seen('web-01')).toBe('four\n')

  const again = await startSimulatedHost({
    folder: office.on('web-01', ''),
    name: 'web-01',
    ...(host !== undefined && { port: host.port }),
  })
  shop = sold
  try {
    const second = await office.desk.run('apply')
    shop = well
    expect([second.status, second.err]).toEqual([1, expect.stringContaining(`${change} was taken back by`)])
    expect([seen('web-01'), seen('web-02')]).toEqual(['two\n', 'two\n'])
    expect((await office.record(change)).state).toBe('rolled-back')
  } finally {
    await again.stop()
  }
}, 300_000)

it('the ledger of all this verifies', async () => {
  const { findings } = JSON.parse(await office.must(['audit', 'verify', '--json'])) as { findings: unknown[] }
  expect(findings).toEqual([])
}, 120_000)
