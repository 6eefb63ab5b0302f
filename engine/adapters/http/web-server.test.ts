import { createHmac, randomUUID } from 'node:crypto'
import { request } from 'node:http'
import { connect } from 'node:net'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Hook, Listening, Received } from '../../ports/web-server.ts'
import { listen } from './web-server.ts'

const secret = 'the secret of the webhook, as it is now'
const former = 'the secret of the webhook, as it was before'
const megabyte = 1024 * 1024

let server: Listening
let hooks: Hook[]
let answers: string[]
let says: Received
let trouble: string | undefined

beforeEach(async () => {
  hooks = []
  answers = []
  says = 'accepted'
  trouble = undefined
  server = await listen(
    { host: '127.0.0.1', port: 0 },
    {
      github: {
        secrets: [secret, former],
        receive: (hook) => {
          if (hook.event === 'broken') throw new Error('a mistake with a secret in it')
          hooks.push(hook)
          return says
        },
      },
      health: { trouble: () => trouble, metrics: () => 'plumbline_up 1\n' },
      answered: ({ route, status }) => answers.push(`${route} ${status}`),
      failed: () => answers.push('failed'),
    },
  )
})
afterEach(() => server.close())

const sign = (body: string | Uint8Array, key = secret): string =>
  `sha256=${createHmac('sha256', key).update(body).digest('hex')}`

interface Sent {
  readonly body?: string | Uint8Array
  readonly signature?: string | null
  readonly headers?: Readonly<Record<string, string | null>>
  readonly method?: string
  readonly path?: string
}

async function send({ body = '{"zen":"Keep it logically awesome."}', signature, ...sent }: Sent = {}) {
  const headers = new Headers({
    'content-type': 'application/json',
    'x-github-event': 'ping',
    'x-github-delivery': randomUUID(),
  })
  if (signature !== null) headers.set('x-hub-signature-256', signature ?? sign(body))
  for (const [name, value] of Object.entries(sent.headers ?? {})) {
    if (value === null) headers.delete(name)
    else headers.set(name, value)
  }
  const method = sent.method ?? 'POST'
  const answer = await fetch(`${server.address}${sent.path ?? '/webhooks/github'}`, {
    method,
    headers,
    ...(method === 'POST' && { body: typeof body === 'string' ? body : new Uint8Array(body) }),
  })
  return { status: answer.status, text: await answer.text(), headers: answer.headers }
}

describe('a hook', () => {
  it('is handed on as it was sent, and answered by what became of it', async () => {
    const body = '{"action":"created","number":7,"ö":"\u{1f4d0}"}'
    for (const [became, status] of [
      ['accepted', 202],
      ['known', 200],
      ['passed', 200],
      ['full', 503],
    ] as const) {
      says = became
      const answer = await send({ body, headers: { 'x-github-delivery': 'one', 'x-github-event': 'issue_comment' } })
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([status, status === 503 ? '60' : null])
    }
    expect(hooks).toEqual(Array(4).fill({ id: 'one', event: 'issue_comment', payload: JSON.parse(body) }))
  })

  it('may be signed with the former secret while secrets are exchanged', async () => {
    const body = '{}'
    expect((await send({ body, signature: sign(body, former) })).status).toBe(202)
  })

  it.each<readonly [string, string | null]>([
    ['no signature', null],
    ['an empty one', ''],
    ['one of another secret', sign('{}', 'another secret')],
    ['one of another body', sign('{ }')],
    ['one with a digit less', sign('{}').slice(0, -1)],
    ['one in capital letters', sign('{}').toUpperCase()],
    ['one of the older sort', `sha1=${createHmac('sha1', secret).update('{}').digest('hex')}`],
    ['two', `${sign('{}')}, ${sign('{}')}`],
  ])('with %s is refused', async (_, signature) => {
    expect((await send({ body: '{}', signature })).status).toBe(401)
    expect(hooks).toEqual([])
  })

  it('is refused where one bit of it differs from what was signed', async () => {
    const body = Buffer.from('{"action":"created","comment":{"id":1,"body":"/plumbline help"}}')
    await fc.assert(
      fc.asyncProperty(fc.nat(body.length - 1), fc.nat(7), async (at, bit) => {
        const other = Buffer.from(body)
        other[at] = (other[at] ?? 0) ^ (1 << bit)
        expect((await send({ body: other, signature: sign(body) })).status).toBe(401)
      }),
      { numRuns: 60 },
    )
    expect(hooks).toEqual([])
  })

  it('is held to the bytes, also where they are no text', async () => {
    // As text both are the same sign of replacement.
    const [one, other] = [Buffer.from([0x22, 0xff, 0x22]), Buffer.from([0x22, 0xfe, 0x22])]
    expect((await send({ body: one, signature: sign(other) })).status).toBe(401)
    expect((await send({ body: one, signature: sign(one) })).status).toBe(401)
    const marked = Buffer.from('\u{feff}{}')
    expect((await send({ body: marked, signature: sign('{}') })).status).toBe(401)
  })

  it('is refused as a form, with another type, packed, or without a type', async () => {
    for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'application/jsonp', ''])
      expect((await send({ headers: { 'content-type': type } })).status).toBe(415)
    expect((await send({ headers: { 'content-encoding': 'gzip' } })).status).toBe(415)
    expect((await send({ headers: { 'content-type': 'application/JSON; charset=utf-8' } })).status).toBe(202)
  })

  it('may have one megabyte and no byte more, whether it says so or not', async () => {
    const whole = `{"x":"${'x'.repeat(megabyte - '{"x":""}'.length)}"}`
    expect(Buffer.byteLength(whole)).toBe(megabyte)
    expect((await send({ body: whole })).status).toBe(202)
    expect((await send({ body: `${whole} ` })).status).toBe(413)
    expect(await sendInPieces(whole)).toBe(202)
    expect(await sendInPieces(`${whole} `)).toBe(413)
    expect(hooks).toHaveLength(2)
  })

  it('of a size that is none is refused', async () => {
    expect(await raw('POST /webhooks/github HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n')).toContain(' 400 ')
    expect(
      await raw(
        'POST /webhooks/github HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99999999999\r\n\r\n{}',
      ),
    ).toContain(' 413 ')
  })

  it('that is signed and makes no sense is refused', async () => {
    for (const body of ['null', '[]', '"text"', '{', '1']) expect((await send({ body })).status).toBe(400)
    expect((await send({ body: '', signature: sign('') })).status).toBe(401)
    for (const headers of [
      { 'x-github-delivery': null },
      { 'x-github-delivery': 'a b' },
      { 'x-github-delivery': 'x'.repeat(65) },
      { 'x-github-event': null },
      { 'x-github-event': '../ping' },
    ])
      expect((await send({ headers })).status).toBe(400)
    expect(hooks).toEqual([])
  })

  it('that we stumble over is answered without a word of what happened', async () => {
    const { status, text } = await send({ headers: { 'x-github-event': 'broken' } })
    expect([status, text]).toEqual([500, '{"error":"a mistake of this server"}'])
    expect(answers).toContain('failed')
  })
})

describe('the server', () => {
  it('says what it does not have, and what is not done there', async () => {
    expect((await send({ path: '/' })).status).toBe(404)
    expect((await send({ path: '/webhooks' })).status).toBe(404)
    expect((await send({ path: '/webhooks/github/' })).status).toBe(404)
    const get = await send({ method: 'GET' })
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST'])
    expect((await send({ path: '/healthz' })).status).toBe(405)
    expect(hooks).toEqual([])
  })

  it('tells how it is', async () => {
    expect((await send({ method: 'GET', path: '/healthz' })).status).toBe(200)
    expect((await send({ method: 'GET', path: '/readyz' })).status).toBe(200)
    trouble = 'it is stopping'
    const ready = await send({ method: 'GET', path: '/readyz' })
    expect([ready.status, ready.text]).toEqual([503, '{"status":"it is stopping"}'])
    expect((await send({ method: 'GET', path: '/healthz' })).status).toBe(200)
    expect((await send({ method: 'GET', path: '/metrics' })).text).toBe('plumbline_up 1\n')
  })

  it('counts answers by its own names of places, not by what is asked for', async () => {
    await send()
    await send({ path: '/%00<script>' })
    expect(answers).toEqual(['/webhooks/github 202', '/* 404'])
  })

  it('says so where its address is taken', async () => {
    const port = Number(new URL(server.address).port)
    const again = listen({ host: '127.0.0.1', port }, {} as never)
    await expect(again).rejects.toMatchObject({ code: 'listen-impossible' })
  })
})

/** Sends a body without saying how long it is. */
function sendInPieces(body: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(
      `${server.address}/webhooks/github`,
      {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'x-hub-signature-256': sign(body),
          'x-github-event': 'ping',
          'x-github-delivery': randomUUID(),
        },
      },
      (answer) => {
        answer.resume()
        resolve(answer.statusCode ?? 0)
      },
    )
    sent.on('error', reject)
    for (let at = 0; at < body.length; at += 100_000) sent.write(body.slice(at, at + 100_000))
    sent.end()
  })
}

/** Sends bytes, and resolves to what comes back until the other side has said something. */
function raw(text: string): Promise<string> {
  const { hostname, port } = new URL(server.address)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(text))
    socket.on('error', reject)
    socket.once('data', (data) => {
      resolve(String(data))
      socket.destroy()
    })
  })
}
