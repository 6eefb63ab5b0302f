import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { networkReach } from './network-reach.ts'

let server: Server
let port: number

beforeAll(async () => {
  server = createServer((asked, answer) => {
    if (asked.url === '/away') answer.writeHead(302, { location: '/' }).end()
    else if (asked.url === '/never') answer.writeHead(200).flushHeaders()
    else answer.writeHead(200).end('x'.repeat(100_000))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
})

afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const ask = (path: string, bodyCap = 10, deadline = 5000) =>
  networkReach.http(`http://127.0.0.1:${port}${path}`, { deadline, bodyCap })

describe('from this machine', () => {
  it('an answer has its status and the first of its body, and no redirect is followed', async () => {
    expect(await ask('/')).toEqual({ status: 200, body: 'xxxxxxxxxx' })
    expect(await ask('/', 0)).toEqual({ status: 200, body: '' })
    expect(await ask('/away')).toEqual({ status: 302, body: '' })
  })

  it('a body that does not end fails when its time is over, and only where it is asked for', async () => {
    expect(await ask('/never', 10, 200)).toEqual({ failed: expect.stringMatching(/timeout|abort/i) })
    expect(await ask('/never', 0)).toEqual({ status: 200, body: '' })
  })

  it('whoever does not answer is named with the reason', async () => {
    expect(await networkReach.http('http://127.0.0.1:1/', { deadline: 5000, bodyCap: 0 })).toEqual({
      failed: expect.stringMatching(/ECONNREFUSED|bad port/),
    })
    expect(await networkReach.tcp('127.0.0.1', port, 5000)).toEqual({ ok: true, detail: `port ${port} answers` })
  })
})
