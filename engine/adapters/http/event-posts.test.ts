import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { eventService } from '../../pipeline/events/event-service.ts'
import type { EventSource, KnownSource } from '../../pipeline/events/sources.ts'
import type { EventStore } from '../../ports/event-store.ts'
import type { Listening } from '../../ports/web-server.ts'
import { openEventStore } from '../store/event-store.ts'
import { listen } from './web-server.ts'

const now = new Date('2026-10-05T08:00:00Z')
const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex')

let server: Listening
let store: EventStore
let folder: string
let became: string[]

const source = (name: string, format: EventSource['format']): KnownSource => ({
  source: { name, format, documents: [], meaning: {}, secret: `env/${name}` },
  digest: sha256(`the token of ${name}`.replaceAll(' ', '-')),
})

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plumbline-events-'))
  store = openEventStore(folder, now.getTime(), 3)
  became = []
  const sources = [source('alerts', 'alertmanager'), source('backups', 'cloudevents')]
  server = await listen(
    { host: '127.0.0.1', port: 0 },
    {
      events: eventService(
        { clock: { now: () => now }, sha256 },
        { store, sources: () => sources, tell: (what, of) => became.push(`${what} ${of ?? ''}`) },
      ),
      health: { trouble: () => undefined, metrics: () => '' },
      answered: () => undefined,
      failed: (error) => became.push(String(error)),
    },
  )
})
afterEach(async () => {
  await server.close()
  store.close()
  rmSync(folder, { recursive: true, force: true })
})

interface Sent {
  readonly path?: string
  readonly token?: string | null
  readonly type?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array<ArrayBuffer>
}

async function post({ path = 'alertmanager', token, type = 'application/json', headers = {}, body = '{}' }: Sent) {
  const bearer = token === undefined ? `the-token-of-${path === 'alertmanager' ? 'alerts' : 'backups'}` : token
  const answer = await fetch(`${server.address}/events/${path}`, {
    method: 'POST',
    body,
    headers: { 'content-type': type, ...(bearer !== null && { authorization: `Bearer ${bearer}` }), ...headers },
  })
  return { status: answer.status, text: await answer.text(), headers: answer.headers }
}

const alerts = (...names: readonly string[]): string =>
  JSON.stringify({
    version: '4',
    alerts: names.map((alertname) => ({ status: 'firing', labels: { alertname }, startsAt: now.toISOString() })),
  })
const event = { specversion: '1.0', id: '1', source: '/x', type: 'org.example.t', subject: 'db-01' }
const kinds = (): readonly string[] => store.all().map((s) => s.kind)

describe('alerts over HTTP', () => {
  it('are kept before they are answered, and are the same when they come again', async () => {
    for (const _ of [1, 2]) expect(await post({ body: alerts('A', 'B') })).toMatchObject({ status: 202 })
    expect(kinds().toSorted()).toEqual(['A', 'B'])
    expect(became).toEqual(['accepted alerts', 'accepted alerts'])
  })

  it.each<readonly [string, Sent]>([
    ['no token', { token: null }],
    ['another one', { token: 'the-token-of-somebody' }],
    ['half of one', { token: 'the-token-of-alert' }],
    ['one of a source with another format', { token: 'the-token-of-backups' }],
  ])('with %s are not looked at', async (_, sent) => {
    const { status, headers } = await post({ ...sent, body: '{' })
    expect([status, headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
    expect(kinds()).toEqual([])
  })

  it.each<readonly [number, string, Sent]>([
    [415, 'a form', { type: 'application/x-www-form-urlencoded' }],
    [415, 'packed', { headers: { 'content-encoding': 'gzip' } }],
    [413, 'more than a megabyte', { body: `{"x":"${'x'.repeat(1024 * 1024)}"}` }],
    [400, 'no JSON', { body: '{' }],
    [400, 'no UTF-8', { body: new Uint8Array([0x22, 0xff, 0x22]) }],
    [400, 'another JSON', { body: '{"version":"4","alerts":"all"}' }],
    [400, 'nested for ever', { body: `${'['.repeat(200_000)}${']'.repeat(200_000)}` }],
  ])('are refused with %i where they are %s', async (status, _, sent) => {
    expect((await post(sent)).status).toBe(status)
    expect(kinds()).toEqual([])
    expect(became).toEqual(['refused alerts'])
  })

  it('are to be sent again where too much fails; what is over makes room', async () => {
    expect((await post({ body: alerts('A', 'B', 'C') })).status).toBe(202)
    const full = await post({ body: alerts('D') })
    expect([full.status, full.headers.get('retry-after')]).toEqual([503, '60'])
    const over = JSON.parse(alerts('A')) as { alerts: { status: string }[] }
    for (const alert of over.alerts) alert.status = 'resolved'
    expect((await post({ body: JSON.stringify(over) })).status).toBe(202)
    expect((await post({ body: alerts('D') })).status).toBe(202)
    expect(kinds().toSorted()).toEqual(['B', 'C', 'D'])
  })

  it('are posted, and nothing else', async () => {
    const got = await fetch(`${server.address}/events/alertmanager`)
    expect([got.status, got.headers.get('allow')]).toEqual([405, 'POST'])
    expect((await fetch(`${server.address}/webhooks/github`, { method: 'POST' })).status).toBe(404)
  })
})

describe('CloudEvents over HTTP', () => {
  const to = { path: 'cloudevents' } as const
  const structured = 'application/cloudevents+json; charset=utf-8'

  it('in headers are what they would be as JSON, and their data can be any bytes', async () => {
    const headers = {
      ...{ 'ce-specversion': '1.0', 'ce-id': '4', 'ce-source': '/x', 'ce-type': 'org.example.t' },
      'ce-subject': '"the \\"first\\" caf%C3%A9"',
    }
    const image = { ...to, headers, type: 'image/png', body: new Uint8Array([0x89, 0x50, 0xff]) }
    expect((await post(image)).status).toBe(202)
    expect(store.all()[0]?.labels).toMatchObject({ datacontenttype: 'image/png', subject: 'the "first" café' })
    const other = { ...headers, 'ce-id': '5', 'ce-subject': 'b' }
    expect((await post({ ...to, headers: other, type: 'text/json', body: '{"message":"Full"}' })).status).toBe(202)
    expect(store.all().find((s) => s.title === 'Full')?.labels).toMatchObject({ datacontenttype: 'text/json' })
    expect((await post({ ...to, headers, body: new Uint8Array([0x22, 0xff, 0x22]) })).status).toBe(400)
  })

  it('come as JSON, in batches and in headers', async () => {
    expect((await post({ ...to, type: structured, body: JSON.stringify(event) })).status).toBe(202)
    const more = [{ ...event, id: '2', subject: 'db-02' }]
    const batch = { ...to, type: 'application/cloudevents-batch+json', body: JSON.stringify(more) }
    expect((await post(batch)).status).toBe(202)
    const headers = {
      ...{ 'ce-specversion': '1.0', 'ce-id': '3', 'ce-source': '/x', 'ce-type': 'org.example.t' },
      'ce-subject': 'caf%C3%A9',
    }
    expect((await post({ ...to, headers, body: '{"message":"No space"}' })).status).toBe(202)
    expect(
      store
        .all()
        .map((s) => [s.labels['subject'], s.title])
        .toSorted(),
    ).toEqual([
      ['café', 'No space'],
      ['db-01', 'org.example.t: db-01'],
      ['db-02', 'org.example.t: db-02'],
    ])
  })

  it.each<readonly [number, string, Sent]>([
    [415, 'nothing of the sort', { body: JSON.stringify(event) }],
    [400, 'a batch that is one event', { type: 'application/cloudevents-batch+json', body: JSON.stringify(event) }],
    [400, 'one event that is a batch', { type: structured, body: JSON.stringify([event]) }],
    [400, 'without an id', { headers: { 'ce-specversion': '1.0', 'ce-source': '/x', 'ce-type': 't' } }],
    [400, 'with data that is no JSON', { headers: { 'ce-specversion': '1.0' }, body: '{' }],
    [400, 'of another version', { type: structured, body: JSON.stringify({ ...event, specversion: '2.0' }) }],
  ])('are refused with %i where they are %s', async (status, _, sent) => {
    expect((await post({ ...to, ...sent })).status).toBe(status)
    expect(kinds()).toEqual([])
  })
})

it('what was heard is there after the store is opened again, and is forgotten once it is over and old', async () => {
  await post({ body: alerts('A') })
  store.close()
  store = openEventStore(folder, now.getTime() + 1)
  expect([kinds(), store.listening]).toEqual([['A'], now.getTime()])
  store.forget(now.getTime() + 1)
  expect(kinds()).toEqual(['A'])
})
