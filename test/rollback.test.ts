import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { documents, type Office, openOffice } from './office.ts'

/** Taking changes back: one, several, a part, everything since a day, and a change that took one back. */

let office: Office

const file = (path: string, content: string) => ({ file: { path, content } })
const profile = (name: string, ...resources: readonly object[]) =>
  documents({ kind: 'Profile', metadata: { name }, spec: { selector: { all: true }, resources } })
const has = (path: string): string | undefined =>
  existsSync(office.on('web-01', path)) ? readFileSync(office.on('web-01', path), 'utf8') : undefined

beforeAll(async () => {
  const pipeline = {
    kind: 'Pipeline',
    metadata: { name: 'shop' },
    spec: { numbering: { scheme: 'semver' }, stages: [{ name: 'production', environments: ['prod'] }] },
  }
  office = await openOffice({ files: { 'policies/releases.yaml': documents(pipeline) } })
}, 60_000)

afterAll(async () => office?.close())

/** A change that is written by ana, agreed by ben, merged and applied. */
async function changed(branch: string, files: Readonly<Record<string, string | null>>): Promise<string> {
  office.turn(60)
  const change = await office.approved({ branch, author: 'ana', files })
  await office.must(['apply'])
  return change
}

/** The rollback that was made, agreed, merged and applied: its number. */
async function takenBack(...argv: string[]): Promise<string> {
  office.turn(60)
  const out = await office.must(['rollback', ...argv, '--key', office.colleague('ana').keyFile, '--json'])
  const { branch } = JSON.parse(out) as { branch: string }
  const said = await office.must(['approve', branch, '--key', office.colleague('ben').keyFile, '--json'])
  office.merge(branch)
  await office.must(['apply'])
  return /CHG-\d{4}-\d{5,}/.exec(said)?.[0] ?? ''
}

const stateOf = async (change: string) => (await office.record(change)).state

it('of one change, and of the change that took it back', async () => {
  const change = await changed('motd', { 'inventory/motd.yaml': profile('motd', file('/etc/motd', 'one\n')) })
  expect(has('/etc/motd')).toBe('one\n')
  const back = await takenBack(change)
  expect(has('/etc/motd')).not.toBe('one\n')
  expect(await office.record(change)).toMatchObject({ state: 'rolled-back', rolledBackBy: back })
  const forth = await takenBack(back)
  expect(has('/etc/motd')).toBe('one\n')
  expect(await office.record(back)).toMatchObject({ state: 'rolled-back', rolledBackBy: forth })
  expect(await office.record(forth)).toMatchObject({ state: 'implemented', rollbackOf: [back] })
  const again = await office.desk.run('rollback', change, '--key', office.colleague('ana').keyFile)
  expect(again.status).toBe(1)
  expect(again.err).toContain(`${change} is rolled-back by ${back}`)
}, 120_000)

it('of two at once, oldest state first, with a commit for each', async () => {
  const a = await changed('two-a', { 'inventory/two.yaml': profile('two', file('/etc/two', 'a\n')) })
  const b = await changed('two-b', { 'inventory/two.yaml': profile('two', file('/etc/two', 'b\n')) })
  const back = await takenBack(a, b)
  expect(has('/etc/two')).toBeUndefined()
  expect((await office.record(back)).rollbackOf).toEqual([a, b])
  expect([await stateOf(a), await stateOf(b)]).toEqual(['rolled-back', 'rolled-back'])
}, 120_000)

it('of a part, which leaves the rest and the change as they are', async () => {
  const change = await changed('part', {
    'inventory/keep.yaml': profile('keep', file('/etc/keep', 'kept\n')),
    'inventory/drop.yaml': profile('drop', file('/etc/drop', 'dropped\n')),
  })
  const back = await takenBack(change, '--only', 'Profile/drop')
  expect([has('/etc/keep'), has('/etc/drop')]).toEqual(['kept\n', undefined])
  expect(await office.record(back)).toMatchObject({ rollbackOf: [change], partial: true })
  expect(await stateOf(change)).toBe('implemented')
}, 120_000)

it('of a part that shares its file with another changed document names that one', async () => {
  const two = documents(
    { kind: 'Profile', metadata: { name: 'x' }, spec: { selector: { all: true }, resources: [file('/etc/x', 'x\n')] } },
    { kind: 'Profile', metadata: { name: 'y' }, spec: { selector: { all: true }, resources: [file('/etc/y', 'y\n')] } },
  )
  const change = await changed('shared', { 'inventory/xy.yaml': two })
  const ran = await office.desk.run('rollback', change, '--only', 'Profile/x', '--key', office.colleague('ana').keyFile)
  expect(ran.status).toBe(1)
  expect(ran.err).toContain('Profile/y in the same file')
}, 120_000)

it('of everything since a day leaves what was there before, and what was taken back meanwhile', async () => {
  await changed('before', { 'inventory/before.yaml': profile('before', file('/etc/before', 'stays\n')) })
  office.turn('2026-10-12T08:00:00Z')
  const gone = await changed('gone', { 'inventory/gone.yaml': profile('gone', file('/etc/gone', '1\n')) })
  const undone = await changed('undone', { 'inventory/undone.yaml': profile('undone', file('/etc/undone', '1\n')) })
  const undo = await takenBack(undone)
  const later = await changed('later', { 'inventory/later.yaml': profile('later', file('/etc/later', '1\n')) })
  const back = await takenBack('--since', '2026-10-12')
  expect([has('/etc/before'), has('/etc/gone'), has('/etc/undone'), has('/etc/later')]).toEqual([
    'stays\n',
    undefined,
    undefined,
    undefined,
  ])
  expect((await office.record(back)).rollbackOf).toEqual([gone, later])
  expect(await stateOf(undo)).toBe('implemented')
}, 120_000)

it('of a release leaves what came with the one before', async () => {
  const one = (name: string) => ({ [`inventory/${name}.yaml`]: profile(name, file(`/etc/${name}`, '1\n')) })
  await changed('first', one('first'))
  await office.must(['release', 'cut', 'shop', '--number', '1.0.0'])
  const [a, b] = [await changed('second', one('second')), await changed('third', one('third'))]
  await office.must(['release', 'cut', 'shop', '--number', '1.1.0'])
  const back = await takenBack('--release', 'shop/1.1.0')
  expect([has('/etc/first'), has('/etc/second'), has('/etc/third')]).toEqual(['1\n', undefined, undefined])
  expect((await office.record(back)).rollbackOf).toEqual([a, b])
}, 120_000)

it('stops at what somebody changed since, and says so', async () => {
  const change = await changed('since', { 'inventory/since.yaml': profile('since', file('/etc/since', 'ours\n')) })
  writeFileSync(office.on('web-01', '/etc/since'), 'theirs\n')
  const ran = await office.desk.run('rollback', change, '--key', office.colleague('ana').keyFile)
  expect(ran.status).toBe(1)
  expect(ran.err).toContain('was changed on the host after')
  expect(has('/etc/since')).toBe('theirs\n')
}, 120_000)

it('the ledger of all this verifies', async () => {
  await office.must(['audit', 'verify'], [0])
}, 60_000)
