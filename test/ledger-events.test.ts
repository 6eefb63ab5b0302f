import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { DeclaredRecord } from '../engine/model/declared-record.ts'
import { documents, type Office, openOffice } from './office.ts'

/** What the engine sees itself is an event, too: what no change did to a host, and a change that failed. */

let office: Office

const profile = (path: string, content: string): string =>
  documents({
    kind: 'Profile',
    metadata: { name: path.replaceAll('/', '-').slice(1) },
    spec: { selector: { all: true }, resources: [{ file: { path, content } }] },
  })

const rules = documents(
  {
    kind: 'Service',
    metadata: { name: 'shop', owner: 'team/operations' },
    spec: { purpose: 'People buy things', criticality: 4, hosts: ['web-01'] },
  },
  {
    kind: 'EventRule',
    metadata: { name: 'own' },
    spec: {
      match: { sources: ['ledger'], kinds: ['plumbline.unauthorised.*', 'plumbline.change.failed'] },
      correlate: 'never',
      incident: { urgency: 'medium', service: 'shop' },
    },
  },
)

beforeAll(async () => {
  office = await openOffice({ files: { 'inventory/rules.yaml': rules } })
  await office.approved({
    branch: 'motd',
    author: 'ana',
    files: { 'inventory/motd.yaml': profile('/etc/motd', 'a\n') },
  })
  await office.must(['apply'])
  await office.must(['work', '--once'])
}, 120_000)
afterAll(async () => office.close())

const incidents = async (): Promise<readonly DeclaredRecord[]> =>
  (
    JSON.parse(await office.must(['incident', 'list', '--all', '--json'])) as {
      readonly incident: readonly DeclaredRecord[]
    }
  ).incident

const work = async (): Promise<void> => {
  for (const _ of ['hears of it', 'has nothing more to do']) await office.must(['work', '--once'])
}

it('what nobody agreed to opens an incident, and ends it once it is gone', async () => {
  const file = office.on('web-01', '/etc/motd')
  const before = readFileSync(file)
  writeFileSync(file, 'somebody was here\n')
  await office.must(['drift', '--record'])
  await work()
  expect(await incidents()).toMatchObject([{ state: 'open', fields: { service: 'shop' } }])
  expect((await incidents())[0]?.title).toContain('/etc/motd')
  writeFileSync(file, before)
  office.turn(5)
  await office.must(['drift', '--record'])
  await work()
  expect(await incidents()).toMatchObject([{ state: 'resolved' }])
}, 120_000)

it('a change that failed opens one, and what mends it ends it', async () => {
  const broken = { 'inventory/broken.yaml': profile('/etc/motd/inside', 'b\n') }
  const change = await office.approved({ branch: 'broken', author: 'ana', files: broken })
  await office.must(['apply'], [1])
  await work()
  const failed = (await incidents()).find((i) => i.state === 'open')
  expect(failed?.title).toContain(change)
  await office.must(['rollback', change, '--branch', 'back', '--key', office.colleague('cleo').keyFile])
  await office.must(['approve', 'back', '--key', office.colleague('ben').keyFile])
  office.merge('back')
  await office.must(['apply'])
  await work()
  expect((await office.record(change)).state).toBe('rolled-back')
  expect((await incidents()).map((i) => i.state)).toEqual(['resolved', 'resolved'])
}, 120_000)
