import { describe, expect, it } from 'vitest'
import { mask } from '../model/script.ts'
import type { Output, SessionFailure, Target } from '../ports/host-session.ts'
import type { Answer } from '../ports/reach.ts'
import { type Check, type Gate, type GateWorld, tryGate } from './gates.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const target = { host: 'web-01', address: '2001:db8::1' } as Target
const pattern = (source: string) => ({ source, test: (text: string) => new RegExp(source).test(text) })

/** Where what is asked goes, and what comes back. */
interface Stage {
  readonly answer?: Answer
  readonly output?: Partial<Output>
  readonly refused?: SessionFailure
}

async function tried(check: Check, stage: Stage = {}, over: Partial<Gate> = {}, from: Target | null = target) {
  const asked: string[] = []
  const output: Output = {
    code: 0,
    stdout: bytes(''),
    stderr: bytes(''),
    truncated: false,
    timedOut: false,
    cutOff: false,
    ...stage.output,
  }
  const world: GateWorld = {
    connector: {
      connect: async () =>
        stage.refused ?? {
          target,
          read: async (script) => {
            expect(script.readOnly).toBe(true)
            asked.push(mask(script).split('\n').at(-1) ?? '')
            return output
          },
          run: () => Promise.reject(new Error('a gate only looks')),
          close: async () => {},
        },
      close: async () => {},
    },
    reach: {
      tcp: async (address, port) => {
        asked.push(`${address} ${port}`)
        return { ok: true, detail: `port ${port} answers` }
      },
      http: async (url, { bodyCap }) => {
        asked.push(`${url} ${bodyCap}`)
        return stage.answer ?? { status: 200, body: '' }
      },
    },
    emit: () => undefined,
    wait: async () => {},
    stopping: () => false,
  }
  const gate: Gate = { name: 'g', check, per: 'each', attempts: 1, interval: 1, timeout: 5000, ...over }
  return { ...(await tryGate(gate, from ?? undefined, world)), asked }
}

describe('an answer over HTTP', () => {
  it('is any 2xx of the host, or the status and body that are expected', async () => {
    const plain = { http: ':8080/health', expected: {} }
    expect(await tried(plain)).toMatchObject({ ok: true, asked: ['http://[2001:db8::1]:8080/health 0'] })
    expect(await tried(plain, { answer: { status: 302, body: '' } })).toMatchObject({ ok: false })
    expect(await tried(plain, { answer: { failed: 'refused' } })).toMatchObject({
      ok: false,
      detail: 'http://[2001:db8::1]:8080/health: refused',
    })
    const picky = { http: '/health', expected: { status: 418, body: pattern('^tea$') } }
    expect(await tried(picky, { answer: { status: 418, body: 'tea' } })).toMatchObject({ ok: true })
    expect(await tried(picky, { answer: { status: 200, body: 'tea' } })).toMatchObject({ ok: false })
    const { detail } = await tried(picky, { answer: { status: 418, body: 'coffee' } })
    expect(detail).toContain('its body does not match ^tea$')
  })

  it('is asked from a host by its curl, with the words quoted', async () => {
    const check = { http: "https://shop.example.org/a?b='c", expected: { body: pattern('^ok') } }
    const good = { output: { stdout: bytes('HTTP/1.1 200 OK\r\nServer: x\r\n\r\nok then') } }
    const found = await tried(check, good, { per: 'once' })
    expect(found).toMatchObject({ ok: true, detail: expect.stringContaining('answered 200') })
    expect(found.asked[0]).toMatch(/^launch check nobody 5 '' curl .* -- 'https:\/\/shop\.example\.org\/a\?b='\\''c'$/)
    const none = { output: { code: 127, stderr: bytes('curl: not found') } }
    expect(await tried(check, none, { per: 'once' })).toMatchObject({
      ok: false,
      detail: expect.stringContaining('curl: not found'),
    })
    expect((await tried(check, {}, { per: 'once' }, null)).asked).toEqual([`${check.http} 65536`])
  })
})

describe('a command', () => {
  const check = {
    command: { run: ['/usr/bin/selftest', '--all; rm -rf /'], as: 'shop', status: 3, output: pattern('^fine') },
  }

  it('runs as words, with the rights of its account, and has to end and print as expected', async () => {
    const { ok, asked } = await tried(check, { output: { code: 3, stdout: bytes('fine\n') } })
    expect([ok, asked]).toEqual([true, ["launch check shop 5 '' /usr/bin/selftest '--all; rm -rf /'"]])
    expect((await tried(check, { output: { code: 0 } })).detail).toContain('ended with 0, not 3: it said nothing')
    expect((await tried(check, { output: { code: 3, stdout: bytes('bad') } })).detail).toContain('does not match ^fine')
  })

  it('that does not end, and a host that is not there, are no answers', async () => {
    expect(await tried(check, { output: { code: 124 } })).toMatchObject({
      ok: false,
      detail: expect.stringContaining('in time'),
    })
    expect(await tried(check, { output: { code: null, timedOut: true } })).toMatchObject({ ok: false })
    expect(await tried(check, { refused: { failed: 'host-unreachable', detail: 'no route' } })).toMatchObject({
      ok: false,
      detail: 'no route',
    })
  })

  it('can not speak to the terminal of whoever reads what it said', async () => {
    const { detail } = await tried(check, { output: { code: 1, stderr: bytes('\u001b[2Jgone') } })
    expect(detail).not.toContain('\u001b')
  })
})

describe('a port', () => {
  it('is that of the host, or of an address that is named, from where it is asked', async () => {
    expect((await tried({ tcp: 80 })).asked).toEqual(['2001:db8::1 80'])
    const check = { tcp: 5432, address: 'db.example.org' }
    expect((await tried(check, {}, { per: 'once' }, null)).asked).toEqual(['db.example.org 5432'])
    const { ok, asked } = await tried(check, { output: { code: 1 } }, { per: 'once' })
    expect([ok, asked[0]]).toEqual([false, expect.stringMatching(/ bash -c .* db\.example\.org 5432$/)])
  })
})

it('a service has to be active', async () => {
  expect(await tried({ service: 'nginx' })).toMatchObject({ ok: true, detail: 'nginx is active' })
  expect(await tried({ service: 'nginx' }, { output: { code: 3 } })).toMatchObject({
    ok: false,
    detail: 'nginx is not active',
  })
})
