import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { documents, type Office, openOffice } from './office.ts'

const motd = (text: string): string =>
  documents({
    kind: 'Profile',
    metadata: { name: 'motd' },
    spec: {
      selector: { all: true },
      resources: [{ file: { path: '/etc/motd', content: text } }, { sysctl: { key: 'vm.swappiness', value: 10 } }],
    },
  })

let office: Office
beforeAll(async () => {
  office = await openOffice({ files: { 'inventory/motd.yaml': motd('as it was\n') } })
  await office.write({ branch: 'greeting', author: 'ana', files: { 'inventory/motd.yaml': motd('as it shall be\n') } })
}, 120_000)
afterAll(async () => office.close())

const run = (...argv: string[]) => office.desk.run('plan', 'greeting', ...argv)

it('says what documents change on hosts that nobody can reach, and that none was looked at', async () => {
  // Nothing is on the host: a look at it would find more to do, and no look is possible.
  for (const host of office.hosts.values()) await host.stop()
  const ran = await run('--desired-only')
  expect(ran.err).toBe('')
  expect(ran.status).toBe(2)
  expect(ran.out).toMatch(/1 of 1 host, not looked at · 1 change/)
  expect(ran.out).toMatch(/hosts +were not looked at/)
  expect(ran.out).toContain('- as it was')
  expect(ran.out).toContain('+ as it shall be')
  expect(ran.out).not.toContain('swappiness')
  expect(ran.out).not.toContain('plumbline approve')
  const seen = await run()
  expect(seen.status).toBe(1)
  expect(seen.out).toContain('unknown')
})

it('is as JSON what it is as text', async () => {
  const plan = JSON.parse((await run('--desired-only', '--json')).out) as Record<string, unknown>
  expect(plan).toMatchObject({
    desiredOnly: true,
    unknowns: [],
    actions: [{ verb: 'update', resource: 'file:/etc/motd' }],
  })
})

it('ends with 0 where documents change nothing on any host', async () => {
  const ran = await office.desk.run('plan', 'main', '--desired-only')
  expect([ran.status, ran.err]).toEqual([0, ''])
  expect(ran.out).toContain('documents change nothing')
})

it('is neither approved nor applied, whatever becomes of the file', async () => {
  const file = join(office.desk.folder, 'plan.json')
  await run('--desired-only', '-o', file)
  const key = office.colleague('ben').keyFile
  for (const argv of [
    ['approve', file, '--key', key],
    ['apply', file],
  ]) {
    const ran = await office.desk.run(...argv)
    expect(ran.status).toBe(1)
    expect(ran.err + ran.out).toContain('plan-desired-only')
  }
  const { desiredOnly: _said, ...plan } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
  for (const edited of [plan, { ...plan, desiredOnly: false }]) {
    writeFileSync(file, JSON.stringify(edited))
    const ran = await office.desk.run('approve', file, '--key', key)
    expect(ran.status).toBe(1)
    expect(ran.err + ran.out).toContain('plan-invalid')
  }
})

it('can be read in its order', async () => {
  const file = join(office.desk.folder, 'plan.json')
  await run('--desired-only', '-o', file)
  expect(await office.must(['explain', 'plan', file])).toContain('/etc/motd')
})

it('does not go together with a look at every host', async () => {
  expect((await run('--desired-only', '--all')).status).toBe(64)
})
