import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DeclaredRecord } from '../engine/model/declared-record.ts'
import { documents, type Office, openOffice } from './office.ts'

/** Reviews, exercises, maintenance and visits are records; reports say what they come to and what is overdue. */

let office: Office

const files = {
  'inventory/company.yaml': documents(
    { kind: 'Site', metadata: { name: 'hq' }, spec: { address: 'Science Park 1, Amsterdam' } },
    { kind: 'Room', metadata: { name: 'hall' }, spec: { site: 'hq' } },
    { kind: 'Zone', metadata: { name: 'cage' }, spec: { rooms: ['hall'] } },
    {
      kind: 'EntryGrant',
      metadata: { name: 'entry' },
      spec: { to: ['person/ana'], zones: ['cage'], expires: '2027-06-30T18:00:00Z', reason: 'She mends machines' },
    },
    { kind: 'CoolingUnit', metadata: { name: 'crac' }, spec: { room: 'hall', capacity: 9000 } },
    { kind: 'Supplier', metadata: { name: 'cold' }, spec: { purpose: 'Keeps the hall cool', runs: ['site/hq'] } },
    { kind: 'Supplier', metadata: { name: 'paper' }, spec: { purpose: 'Delivers paper' } },
    {
      kind: 'Contract',
      metadata: { name: 'cooling' },
      spec: { supplier: 'cold', from: '2026-01-01', covers: ['site/hq'] },
    },
    {
      kind: 'Service',
      metadata: { name: 'shop', owner: 'team/operations' },
      spec: { purpose: 'Sells', hosts: ['web-01'], continuity: { rto: 60, rpo: 5, exerciseDays: 100 } },
    },
    {
      kind: 'DesignStandard',
      metadata: { name: 'house' },
      spec: { criteria: { owner: 1, budget: 1 }, required: [{ criticality: 1, score: 10 }] },
    },
  ),
}

beforeAll(async () => {
  office = await openOffice({ files })
}, 60_000)
afterAll(async () => office.close())

const as = (name: string): readonly string[] => ['--key', office.colleague(name).keyFile]
const must = (who: string, ...argv: string[]) => office.must([...argv, ...as(who)])
const opened = async (who: string, ...argv: string[]): Promise<string> =>
  (JSON.parse(await must(who, ...argv, '--json')) as DeclaredRecord).id
async function refused(who: string, ...argv: string[]): Promise<string> {
  const ran = await office.desk.run(...argv, ...as(who))
  expect(ran.status, ran.out).toBe(1)
  return ran.err
}
const report = async (name: string): Promise<readonly Record<string, unknown>[]> => {
  const data = JSON.parse((await office.desk.run('report', name, '--json')).out)
  return Array.isArray(data) ? data : data[name]
}

describe('an exercise', () => {
  it('shows whether a service is back as soon as was promised, until it is overdue', async () => {
    expect(await report('continuity')).toMatchObject([{ service: 'shop', rto: 60, verdict: 'never tried' }])
    const slow = await opened('ana', 'exercise', 'new', 'The hall is lost', '--service', 'shop', '--lost', 'site/hq')
    expect(await refused('ana', 'exercise', 'finish', slow, '--restored', '90')).toContain(
      'does not start in the state',
    )
    await must('ana', 'exercise', 'start', slow)
    expect(await refused('ana', 'exercise', 'finish', slow)).toContain('restored is missing')
    await must('ana', 'exercise', 'finish', slow, '--restored', '90', '--findings', 'nobody had the key')
    expect(await report('continuity')).toMatchObject([
      { verdict: 'too slow', last: { record: slow, on: '2026-10-05', restored: 90 }, nextBy: '2027-01-13' },
    ])
    office.turn(60)
    const again = await opened('ana', 'exercise', 'new', 'Once more', '--service', 'shop')
    await must('ana', 'exercise', 'start', again)
    await must('ana', 'exercise', 'finish', again, '--restored', '40', '--data-lost', '9')
    expect(await report('continuity')).toMatchObject([{ verdict: 'lost too much' }])
    const third = await opened('ana', 'exercise', 'new', 'And once more', '--service', 'shop')
    await must('ana', 'exercise', 'start', third)
    office.turn(60)
    await must('ana', 'exercise', 'finish', third, '--restored', '40', '--data-lost', '2')
    expect(await report('continuity')).toMatchObject([{ verdict: 'holds', last: { record: third } }])
    office.turn('2027-02-01T08:00:00Z')
    expect(await report('continuity')).toMatchObject([{ verdict: 'overdue' }])
    office.turn('2026-10-06T08:00:00Z')
  })
})

describe('a review', () => {
  it('of a design is made by somebody who does not answer for it', async () => {
    expect(await report('scorecards')).toMatchObject([{ service: 'shop', review: null }])
    const id = await opened('ana', 'design-review', 'new', 'The shop', '--service', 'shop', '--team', 'operations')
    expect(await refused('ana', 'design-review', 'approve', id, '--verdict', 'sound')).toContain('may not approve')
    const free = await opened('ana', 'design-review', 'new', 'The shop', '--service', 'shop', '--team', 'security')
    expect(await refused('ana', 'design-review', 'approve', free, '--verdict', 'not-sound')).toContain('use condition')
    await must('ana', 'design-review', 'approve', free, '--verdict', 'sound')
    expect(await report('scorecards')).toMatchObject([{ review: { id: free, state: 'done' } }])
  })

  it('of a supplier is overdue where something rests on them, until somebody looked', async () => {
    expect(await report('suppliers')).toMatchObject([
      { supplier: 'cold', contracts: ['cooling'], overdue: true },
      { supplier: 'paper', overdue: false },
    ])
    const id = await opened('ana', 'supplier-review', 'new', 'Cold', '--supplier', 'cold', '--due', '2026-10-09')
    const said = ['--verdict', 'with-faults', '--decision', 'go-on']
    expect(await refused('ana', 'supplier-review', 'finish', id, ...said)).toContain('say with --findings')
    await must('ana', 'supplier-review', 'finish', id, ...said, '--findings', 'late twice')
    expect(await report('suppliers')).toMatchObject([
      {
        supplier: 'cold',
        overdue: false,
        last: '2026-10-06',
        verdict: 'with-faults',
        nextBy: '2027-10-06',
        record: id,
      },
      { supplier: 'paper' },
    ])
  })

  it('of strategy stands in the portfolio', async () => {
    const id = await opened('ana', 'strategy-review', 'new', 'The shop', '--service', 'shop')
    expect(await refused('ana', 'strategy-review', 'decide', id, '--decision', 'keep')).toContain('reason is missing')
    await must('ana', 'strategy-review', 'decide', id, '--decision', 'invest', '--reason', 'It carries the company')
    expect(await report('portfolio')).toMatchObject([{ service: 'shop', decided: `invest on 2026-10-06 (${id})` }])
  })
})

describe('what happens in halls', () => {
  it('maintenance has a time, overlaps are told, and it says whether the partner runs it', async () => {
    const times = (from: string, until: string) => [
      '--from',
      `2026-10-07T${from}:00Z`,
      '--until',
      `2026-10-07T${until}:00Z`,
    ]
    const announce = (who: string, title: string, ...more: string[]) => [
      'maintenance',
      'new',
      title,
      '--item',
      'coolingunit/crac',
      '--supplier',
      who,
      ...more,
    ]
    expect(await refused('ana', ...announce('cold', 'Filters', ...times('10:00', '09:00')))).toContain('ends before')
    const one = await opened('ana', ...announce('cold', 'Filters', ...times('08:00', '10:00')))
    const two = await opened('ana', ...announce('paper', 'Painting', ...times('09:00', '12:00')))
    expect(await report('maintenance')).toMatchObject([
      { record: one, site: 'Site/hq', runsIt: true, overlaps: [two], late: false },
      { record: two, runsIt: false, overlaps: [one] },
    ])
    await must('ben', 'maintenance', 'agree', one)
    await must('ben', 'maintenance', 'start', one)
    await must('ben', 'maintenance', 'finish', one, '--result', 'New filters')
    expect((await report('maintenance')).map((r) => r['record'])).toEqual([two])
  })

  it('a visitor has a host, who may or may not be there', async () => {
    const visit = (host: string) => [
      'visit',
      'new',
      'Filters',
      '--visitor',
      'A. Cold',
      '--rooms',
      'hall',
      '--host',
      host,
    ]
    const id = await opened('ana', ...visit('ana'))
    await opened('ana', ...visit('ben'))
    expect(await refused('ana', 'visit', 'enter', id)).toContain('badge is missing')
    await must('ana', 'visit', 'enter', id, '--badge', 'V-7')
    expect(await report('visits')).toMatchObject([
      { record: id, room: 'hall', state: 'inside', host: 'ana', hostMayEnter: true, badge: 'V-7' },
      { state: 'announced', host: 'ben', hostMayEnter: false },
    ])
    await must('ana', 'visit', 'leave', id)
    expect(await report('visits')).toHaveLength(1)
  })

  it('a sealed way in that was used is looked at by somebody else', async () => {
    const way = ['--item', 'host/web-01', '--way', 'the console', '--reason', 'the network was gone']
    const id = await opened('ana', 'emergency-access', 'new', 'Console of web-01', ...way)
    await must('ana', 'emergency-access', 'seal', id, '--sealed', 'a new password in a new envelope')
    const finding = ['--finding', 'as it should be']
    expect(await refused('ana', 'emergency-access', 'review', id, ...finding)).toContain('may not review')
    expect(await must('ben', 'emergency-access', 'review', id, ...finding)).toContain('reviewed')
    expect(await office.must(['audit', 'verify'])).toMatch(/entries/)
  })
})
