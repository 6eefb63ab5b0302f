import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DeclaredRecord } from '../engine/model/declared-record.ts'
import { documents, type Office, openOffice } from './office.ts'

/** Events as their users meet them: what is told of conditions, and what becomes of incidents by it. */

let office: Office

const rule = (name: string, spec: object): object => ({ kind: 'EventRule', metadata: { name }, spec })

const estate = documents(
  {
    kind: 'EventSource',
    metadata: { name: 'alerts' },
    spec: {
      format: 'alertmanager',
      token: { secret: 'env/ALERT_TOKEN' },
      documents: [
        { label: 'instance', kind: 'Host' },
        { label: 'service', kind: 'Service' },
      ],
    },
  },
  {
    kind: 'EventSource',
    metadata: { name: 'backups' },
    spec: {
      format: 'cloudevents',
      token: { secret: 'env/BACKUP_TOKEN' },
      documents: [{ label: 'subject', kind: 'Host' }],
      fingerprint: ['subject'],
      resolved: { type: 'org.example.backup.done' },
    },
  },
  rule('critical', { match: { labels: { severity: 'critical' } }, incident: { urgency: 'high' } }),
  rule('noise', { order: 1, match: { kinds: ['Test*'] }, ignore: true }),
  rule('backups', { match: { kinds: ['org.example.backup.*'] }, incident: { impact: 'low', urgency: 'low' } }),
  rule('problems', { match: { sources: ['ledger'], kinds: ['plumbline.problem.new'] }, incident: { urgency: 'low' } }),
  rule('logins', {
    match: { kinds: ['LoginFailed'] },
    pattern: { count: 3, within: 'PT10M', by: ['host'] },
    incident: { title: 'Somebody tries passwords' },
  }),
  rule('watchdog', {
    match: { kinds: ['Watchdog'] },
    pattern: { absent: 'PT9H' },
    incident: { impact: 'high', title: 'Nobody watches any more' },
  }),
  {
    kind: 'Silence',
    metadata: { name: 'web' },
    spec: {
      on: { hosts: ['web-01'] },
      reason: 'It is built anew',
      from: '2026-10-05T12:00',
      until: '2026-10-05T14:00',
      timeZone: 'UTC',
    },
  },
  {
    kind: 'Service',
    metadata: { name: 'shop', owner: 'team/operations' },
    spec: { purpose: 'People buy things', criticality: 5, hosts: ['web-01', 'db-01'] },
  },
)

beforeAll(async () => {
  office = await openOffice({
    hosts: { 'web-01': 'prod', 'db-01': 'prod' },
    at: '2026-10-05T08:00:00Z',
    files: { 'inventory/events.yaml': estate },
  })
}, 60_000)
afterAll(async () => office.close())

interface Alert {
  readonly labels: Readonly<Record<string, string>>
  readonly startsAt: string
  readonly endsAt?: string
}

const alert = (alertname: string, instance: string, startsAt: string, endsAt?: string): Alert => ({
  labels: { alertname, instance, severity: 'critical' },
  startsAt,
  ...(endsAt !== undefined && { endsAt }),
})

async function send(payload: unknown, ...more: string[]): Promise<string> {
  office.desk.write('../events.json', JSON.stringify(payload))
  return office.must(['event', 'send', join(office.desk.folder, '../events.json'), ...more])
}

const webhook = (...alerts: readonly Alert[]): object => ({
  version: '4',
  alerts: alerts.map((a) => ({ status: a.endsAt === undefined ? 'firing' : 'resolved', ...a })),
})

/** Sends what is told, and has work look after it twice: the second time there is nothing to do. */
async function told(...alerts: readonly Alert[]): Promise<void> {
  await send(webhook(...alerts))
  await work()
}

async function work(): Promise<void> {
  await office.must(['work', '--once'])
  expect(await office.must(['work', '--once'])).not.toContain('events')
}

async function incidents(): Promise<readonly DeclaredRecord[]> {
  const out = await office.must(['incident', 'list', '--all', '--json'])
  const { incident } = JSON.parse(out) as { readonly incident: readonly DeclaredRecord[] }
  return [...incident].reverse()
}

const newest = async (): Promise<DeclaredRecord> => {
  const found = (await incidents()).at(-1)
  if (found === undefined) throw new Error('there is no incident')
  return found
}

const as = (name: string): readonly string[] => ['--key', office.colleague(name).keyFile]

describe('what is told of conditions', () => {
  it('opens one incident, however often it is told', async () => {
    const down = alert('Down', 'db-01:9100', '2026-10-05T08:00:00Z')
    await told(down, down)
    await told(down)
    const all = await incidents()
    expect(all).toHaveLength(1)
    expect(all[0]).toMatchObject({
      state: 'open',
      title: 'db-01: Down',
      fields: { item: 'Host/db-01', service: 'shop', impact: 'high', urgency: 'high', team: 'operations' },
    })
    expect(all[0]?.log).toHaveLength(1)
  })

  it('is added to it where it has the same cause, and resolves it when all of it is over', async () => {
    office.turn(5)
    const slow = {
      ...alert('Slow', '', '2026-10-05T08:04:00Z'),
      labels: { alertname: 'Slow', service: 'shop', severity: 'critical' },
    }
    await told(slow)
    expect(await incidents()).toHaveLength(1)
    expect((await newest()).log.at(-1)?.text).toMatch(/^fails since 2026-10-05T08:04:00.000Z: Slow \(Service\/shop\)/)
    office.turn(5)
    await told({ ...slow, endsAt: '2026-10-05T08:09:00Z' })
    expect((await newest()).state).toBe('open')
    await told(alert('Down', 'db-01:9100', '2026-10-05T08:00:00Z', '2026-10-05T08:10:00Z'))
    expect(await newest()).toMatchObject({ state: 'resolved', fields: { resolution: expect.stringContaining('over') } })
    expect(await office.must(['event', 'list'])).toContain('nothing fails')
  })

  it('opens it again where it comes again soon, and another one where it was long ago', async () => {
    office.turn(10)
    await told(alert('Down', 'db-01:9100', '2026-10-05T08:20:00Z'))
    expect(await incidents()).toHaveLength(1)
    expect((await newest()).state).toBe('open')
    await told(alert('Down', 'db-01:9100', '2026-10-05T08:20:00Z', '2026-10-05T08:20:30Z'))
    office.turn('2026-10-05T11:00:00Z')
    await told(alert('Down', 'db-01:9100', '2026-10-05T10:59:00Z'))
    const [first, second] = await incidents()
    expect(second?.links).toContainEqual({ relation: 'follows', to: first?.id })
  })

  it('leaves alone what a person resolved, until it fails anew', async () => {
    const { id } = await newest()
    await office.must(['incident', 'resolve', id, '--resolution', 'A known fault of the probe', ...as('ben')])
    await told(alert('Down', 'db-01:9100', '2026-10-05T10:59:00Z'))
    expect([(await incidents()).length, (await newest()).state]).toEqual([2, 'resolved'])
    office.turn(3)
    await told(alert('Down', 'db-01:9100', '2026-10-05T10:59:00Z', '2026-10-05T11:01:00Z'))
    await told(alert('Down', 'db-01:9100', '2026-10-05T11:02:00Z'))
    expect([(await incidents()).length, (await newest()).state]).toEqual([2, 'open'])
    await told(alert('Down', 'db-01:9100', '2026-10-05T11:02:00Z', '2026-10-05T11:03:00Z'))
  })

  it('that comes and goes is taken as failing until it is quiet', async () => {
    const times = Array.from({ length: 6 }, (_, i) => `2026-10-05T11:${30 + i * 2}:00Z`)
    office.turn('2026-10-05T11:45:00Z')
    for (const startsAt of times)
      await send(webhook(alert('Flaps', 'db-01', startsAt, startsAt.replace(':00Z', ':50Z'))))
    await work()
    const before = await incidents()
    expect(await newest()).toMatchObject({ state: 'open', title: 'db-01: Flaps' })
    expect((await newest()).log[0]?.text).toContain('comes and goes since')
    office.turn('2026-10-05T11:57:00Z')
    await work()
    expect((await newest()).state).toBe('resolved')
    expect(await incidents()).toHaveLength(before.length)
  })

  it('is silenced for a while, and opens an incident then where it still fails', async () => {
    const before = (await incidents()).length
    office.turn('2026-10-05T12:30:00Z')
    await told(alert('Down', 'web-01', '2026-10-05T12:30:00Z'))
    expect(await incidents()).toHaveLength(before)
    expect(await office.must(['event', 'list'])).toContain('silenced by web: It is built anew')
    office.turn('2026-10-05T14:00:00Z')
    await work()
    expect(await newest()).toMatchObject({ state: 'open', title: 'web-01: Down' })
    await told(alert('Down', 'web-01', '2026-10-05T12:30:00Z', '2026-10-05T14:00:00Z'))
  })

  it('leads to nothing where a rule says so, or none fits', async () => {
    const before = (await incidents()).length
    await told(alert('TestOfTheProbe', 'web-01', '2026-10-05T14:00:00Z'), {
      labels: { alertname: 'Whatever', severity: 'info' },
      startsAt: '2026-10-05T14:00:00Z',
    })
    expect(await incidents()).toHaveLength(before)
    expect(await office.must(['event', 'list'])).toContain('no rule fits')
  })
})

describe('patterns', () => {
  it('hold in many events, for each host', async () => {
    office.turn('2026-10-05T15:00:00Z')
    const failed = (host: string, minute: number): Alert => ({
      labels: { alertname: 'LoginFailed', host, try: String(minute) },
      startsAt: `2026-10-05T14:5${minute}:00Z`,
    })
    await told(failed('web-01', 1), failed('web-01', 3), failed('db-01', 4))
    const before = (await incidents()).length
    await told(failed('web-01', 7))
    expect(await incidents()).toHaveLength(before + 1)
    expect(await newest()).toMatchObject({
      title: 'web-01: Somebody tries passwords',
      fields: { item: 'Host/web-01' },
    })
    office.turn('2026-10-05T15:08:00Z')
    await work()
    expect((await newest()).state).toBe('resolved')
  })

  it('miss what stopped, until it comes again', async () => {
    const watchdog = { labels: { alertname: 'Watchdog' }, startsAt: '2026-10-05T15:10:00Z' }
    office.turn('2026-10-05T15:10:00Z')
    await told(watchdog)
    office.turn('2026-10-06T00:11:00Z')
    await work()
    expect(await newest()).toMatchObject({ state: 'open', title: expect.stringContaining('Nobody watches any more') })
    await told(watchdog)
    expect((await newest()).state).toBe('resolved')
  })
})

describe('CloudEvents', () => {
  const event = (type: string, id: string): object => ({
    ...{ specversion: '1.0', id, source: '/backup', subject: 'db-01', type: `org.example.backup.${type}` },
  })

  it('open and resolve incidents by what their source says', async () => {
    await send(event('failed', '1'))
    await work()
    expect(await newest()).toMatchObject({ state: 'open', fields: { item: 'Host/db-01', urgency: 'low' } })
    office.turn(1)
    await send(event('done', '2'))
    await send(event('failed', '1'))
    await work()
    expect((await newest()).state).toBe('resolved')
  })
})

it('what the ledger holds is told as well: records of other types', async () => {
  await office.must(['problem', 'new', 'Disks that fill up', ...as('ben')])
  await work()
  expect(await newest()).toMatchObject({ title: 'PRB-2026-00001: new', openedBy: 'engine' })
})

describe('what can not be taken', () => {
  it.each<readonly [string, unknown, readonly string[], string]>([
    ['another format', { hello: 1 }, [], 'event-refused'],
    ['a source that nobody describes', webhook(), ['--source', 'others'], 'event-source-unknown'],
    ['an alert without labels', { version: '4', alerts: [{ status: 'firing' }] }, [], 'event-refused'],
  ])('%s is refused', async (_, payload, more, code) => {
    office.desk.write('../events.json', JSON.stringify(payload))
    const ran = await office.desk.run('event', 'send', join(office.desk.folder, '../events.json'), ...more)
    expect([ran.status, ran.err.includes(code)]).toEqual([1, true])
  })
})

it('the ledger holds all of it, and verifies', async () => {
  expect((await office.desk.run('audit', 'verify')).status).toBe(0)
  const via = (await incidents()).flatMap((i) => i.log.flatMap((line) => line.via ?? []))
  expect(new Set(via)).toEqual(new Set(['alertmanager', 'cloudevents']))
})
