import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DeclaredRecord } from '../engine/model/declared-record.ts'
import { documents, type Office, openOffice } from './office.ts'

/** What the sample estate's catalogue has, asked for and fulfilled end to end. */

let office: Office

const around = documents(
  ...['platform', 'network', 'support'].map((name) => ({
    kind: 'Team',
    metadata: { name },
    spec: { members: ['ana', 'ben'] },
  })),
  { kind: 'Role', metadata: { name: 'operator' }, spec: { purpose: 'Look what is going on' } },
  {
    kind: 'Prefix',
    metadata: { name: 'office' },
    spec: { prefix: '10.9.0.0/24', gateway: '10.9.0.1', reserved: ['10.9.0.2-10.9.0.9'] },
  },
)

beforeAll(async () => {
  const sample = readFileSync('inventory/services/catalogue.yaml', 'utf8')
  // Rooms are the one thing here that an office does not have.
  const catalogue = sample.replace(', ref: Room }', ' }')
  office = await openOffice({ files: { 'inventory/catalogue.yaml': catalogue, 'inventory/around.yaml': around } })
}, 60_000)
afterAll(async () => office.close())

const as = (name: string): readonly string[] => ['--key', office.colleague(name).keyFile]

async function shown(id: string): Promise<DeclaredRecord> {
  return (JSON.parse(await office.must(['request', 'show', id, '--json'])) as { record: DeclaredRecord }).record
}

/** Asks, agrees where somebody has to, and looks what is proposed. */
async function proposed(item: string, answers: readonly string[]): Promise<string> {
  const set = answers.flatMap((answer) => ['--set', answer])
  const out = await office.must(['request', 'new', item, ...set, '--reason', 'It is needed', ...as('ana'), '--json'])
  const { id } = JSON.parse(out) as DeclaredRecord
  await office.must(['request', 'approve', id, ...as('cleo')])
  await office.must(['work', '--once'])
  const record = await shown(id)
  expect(record.state, JSON.stringify(record.log)).toBe('in-progress')
  return id
}

/** Approves what was proposed as a change, merges and applies it. */
async function fulfilled(id: string): Promise<void> {
  await office.must(['approve', `request/${id}`, ...as('cleo')])
  office.merge(`request/${id}`)
  await office.must(['apply'])
  await office.must(['work', '--once'])
  expect((await shown(id)).state).toBe('fulfilled')
}

describe('from the catalogue of the sample estate', () => {
  it('a new joiner is known and in their team', async () => {
    const who = ['name=dora', 'fullName=Dora Prime', 'email=dora@example.org', 'team=platform']
    await fulfilled(await proposed('joiner', who))
    expect(await office.must(['get', 'team', 'platform', '--json'])).toContain('"dora"')
  }, 60_000)

  it('a new address is the next that is free, and nobody else gets it', async () => {
    const first = await proposed('address', ['prefix=office', 'purpose=Printers upstairs'])
    const second = await proposed('address', ['prefix=office', 'purpose=Printers downstairs'])
    await fulfilled(first)
    await fulfilled(second)
    const get = (id: string) => office.must(['get', 'address', id.toLowerCase(), '--json'])
    expect(await get(first)).toContain('10.9.0.10')
    expect(await get(second)).toContain('10.9.0.11')
  }, 90_000)

  it('a package is planned for the hosts of a role', async () => {
    const id = await proposed('package', ['package=htop', 'role=web'])
    const { out } = await office.desk.run('plan', `request/${id}`)
    expect(out).toMatch(/htop|no host|nothing/)
  }, 60_000)

  it('shell access for some hours is a grant that ends', async () => {
    const id = await proposed('shell-access', ['host=web-01', 'hours=8'])
    const { out } = await office.desk.run('plan', `request/${id}`, '--json')
    expect(out).toMatch(/"after": "\+8h"/)
  }, 60_000)

  it('a leaver has nothing left', async () => {
    await fulfilled(await proposed('leaver', ['person=dora']))
    expect(await office.must(['access', 'what', 'dora', '--json'])).toContain('"rows": []')
  }, 60_000)

  it('what somebody brings to your desk waits for the manager, and is done by hand', async () => {
    const out = await office.must(['request', 'new', 'equipment', '--set', 'what=A chair', ...as('ana'), '--json'])
    const { id } = JSON.parse(out) as DeclaredRecord
    await office.must(['work', '--once'])
    expect((await shown(id)).state).toBe('submitted')
  })
})
