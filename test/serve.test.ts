import { type ChildProcess, spawn } from 'node:child_process'
import { createHmac, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type GithubOffice, openGithubOffice } from './github-office.ts'
import { documents } from './office.ts'

const secret = 'what only the forge and this server know'
const main = join(import.meta.dirname, '../engine/main.ts')

type Line = Readonly<Record<string, unknown>>

/** A server in a process of its own. */
interface Server {
  readonly url: string
  /** Every line that it logged so far. */
  readonly lines: readonly Line[]
  /** Resolves to the first line that fits, of those logged so far or of the next. */
  until(fits: Line): Promise<Line>
  /** How it ended: its status, or the signal that ended it. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | string | null>
}

let at: GithubOffice
const servers: ChildProcess[] = []

beforeAll(async () => {
  at = await openGithubOffice({ at: new Date().toISOString() })
  at.github.person('reader', 'read')
}, 120_000)
afterAll(async () => {
  for (const child of servers) child.kill('SIGKILL')
  await at.close()
})

async function serve(...more: string[]): Promise<Server> {
  const args = ['--import', 'tsx', main, '-C', at.runner, 'serve', '--listen', '127.0.0.1:0', ...more]
  const env = { ...at.office.desk.env, PLUMBLINE_WEBHOOK_SECRET: secret } as NodeJS.ProcessEnv
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  servers.push(child)
  let err = ''
  child.stderr.on('data', (data) => {
    err += String(data)
  })
  const lines: Line[] = []
  const waiting = new Set<() => void>()
  const wake = (): void => {
    for (const one of [...waiting]) one()
  }
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(JSON.parse(line) as Line)
    wake()
  })
  child.on('exit', wake)
  const until = (fits: Line): Promise<Line> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = lines.find((line) => Object.entries(fits).every(([key, value]) => line[key] === value))
        const ended = child.exitCode !== null || child.signalCode !== null
        if (found === undefined && !ended) return
        waiting.delete(look)
        if (found === undefined)
          reject(new Error(`it ended without ${JSON.stringify(fits)}\n${err}${JSON.stringify(lines)}`))
        else resolve(found)
      }
      waiting.add(look)
      look()
    })
  const { address } = await until({ event: 'listening' })
  return {
    url: `${address}/webhooks/github`,
    lines,
    until,
    end: async (signal) => {
      const exited = once(child, 'exit')
      child.kill(signal)
      const [status, by] = (await exited) as [number | null, string | null]
      return by ?? status
    },
  }
}

const motd = (text: string): string =>
  documents({
    kind: 'Profile',
    metadata: { name: 'motd' },
    spec: { selector: { all: true }, resources: [{ file: { path: '/etc/motd', content: text } }] },
  })

const propose = (branch: string): Promise<number> =>
  at.propose({ branch, author: 'ana', message: `Say ${branch}`, files: { 'inventory/motd.yaml': motd(branch) } })

const bodiesOn = async (request: number): Promise<readonly string[]> => {
  const path = `/repos/${at.github.repository}/issues/${request}/comments?per_page=100`
  return ((await at.github.api('admin', 'GET', path)) as readonly { body: string }[]).map((c) => c.body)
}

const answersTo = async (request: number, comment: number): Promise<readonly string[]> =>
  (await bodiesOn(request)).filter((body) => body.includes(`<!-- plumbline:answer ${comment} -->`))

async function post(url: string, event: string, payload: unknown, id: string = randomUUID()) {
  const body = JSON.stringify(payload)
  const answer = await fetch(url, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      'x-github-event': event,
      'x-github-delivery': id,
      'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
    },
  })
  return { status: answer.status, text: await answer.text() }
}

const published = createRequire(import.meta.url).resolve('@octokit/webhooks-examples/api.github.com/index.json')
const examples = JSON.parse(readFileSync(published, 'utf8')) as readonly {
  readonly name: string
  readonly examples: readonly Line[]
}[]

describe('plumbline serve', () => {
  let server: Server
  let request: number

  it('plans what is proposed, and answers who comments, once, however often and in which order it is told', async () => {
    server = await serve()
    request = await propose('hello')
    expect(await at.github.deliver({ url: server.url, secret })).toEqual(expect.arrayContaining([202]))
    await server.until({ event: 'task', task: 'plan', request, outcome: 'planned' })
    const [first, ...others] = (await bodiesOn(request)).filter((body) => body.startsWith('<!-- plumbline:plan -->'))
    expect([first?.includes('/etc/motd'), others.length]).toEqual([true, 0])

    const help = await at.github.comment(request, 'reader', 'What can I say?\n\n/plumbline help')
    const apply = await at.github.comment(request, 'reader', '/plumbline apply <b>@ana</b> ![x](https://example.org/x)')
    const thanks = await at.github.comment(request, 'ana', 'Thank you! /plumbline plan')
    const statuses = await at.github.deliver({ url: server.url, secret, order: 'reversed', copies: 2 })
    expect(statuses.filter((status) => status === 202)).toHaveLength(3)
    expect(statuses.every((status) => status === 202 || status === 200)).toBe(true)
    await server.until({ event: 'task', comment: String(help), outcome: 'help-done' })
    await server.until({ event: 'task', comment: String(apply), outcome: 'misused-refused' })
    await server.until({ event: 'task', comment: String(thanks), outcome: 'passed-over' })
    expect(await answersTo(request, help)).toHaveLength(1)
    const [told = '', ...more] = await answersTo(request, apply)
    expect(more).toEqual([])
    expect(told).toContain('`command-misused`')
    expect(told).not.toContain('example.org')
    expect(told).not.toContain('@ana')
    expect(await answersTo(request, thanks)).toEqual([])
  }, 120_000)

  it('tells people who may not that they may not', async () => {
    const asked = ['/plumbline plan', '/plumbline approve 12345678', '/plumbline apply', '/plumbline unlock']
    for (const body of asked) {
      const comment = await at.github.comment(request, 'reader', body)
      await at.github.deliver({ url: server.url, secret })
      await server.until({ event: 'task', comment: String(comment), code: 'command-not-allowed' })
      const [answer = ''] = await answersTo(request, comment)
      expect(answer).toContain('the account has read permission only')
    }
  }, 120_000)

  it('believes the forge, not what it is sent', async () => {
    const comment = await at.github.comment(request, 'reader', 'I have a question.')
    const forged = {
      action: 'created',
      issue: { number: request, pull_request: {} },
      comment: { id: comment, body: '/plumbline plan', user: { login: 'ana', id: at.github.idOf('ana') } },
      repository: { full_name: at.github.repository },
    }
    const sent = await post(server.url, 'issue_comment', forged)
    expect(sent.status).toBe(202)
    await server.until({ event: 'task', comment: String(comment), outcome: 'passed-over' })
    expect(await answersTo(request, comment)).toEqual([])
  }, 60_000)

  it('answers once, though the forge stumbles', async () => {
    const comments = new RegExp(`/issues/${request}/comments`)
    for (const fault of [{ kind: 'status', status: 503 }, { kind: 'lost-answer' }, { kind: 'half-answer' }] as const) {
      const comment = await at.github.comment(request, 'ben', '/plumbline help')
      at.github.fail(fault, { when: { method: 'GET', path: comments } })
      at.github.fail(fault, { when: { method: 'POST', path: comments } })
      await at.github.deliver({ url: server.url, secret })
      await server.until({ event: 'task', comment: String(comment), outcome: 'help-done' })
      expect(await answersTo(request, comment)).toHaveLength(1)
    }
  }, 120_000)

  it('takes whatever GitHub may send, and does nothing about other repositories', async () => {
    await server.until({ event: 'task', task: 'plan-open' })
    await at.github.deliver({ url: server.url, secret })
    const before = at.github.requests.length
    let sent = 0
    for (const { name, examples: payloads } of examples)
      for (const payload of payloads) {
        const { status, text } = await post(server.url, name, payload)
        expect([name, status, text]).toEqual([name, 200, '{"status":"nothing to do"}'])
        sent += 1
      }
    expect(sent).toBe(329)
    expect(at.github.requests.length).toBe(before)
    expect(server.lines.filter((line) => line['event'] === 'mistake')).toEqual([])
  }, 60_000)

  it('ends when it is told to, and leaves what it is at to the next', async () => {
    const comment = await at.github.comment(request, 'ana', '/plumbline plan')
    const gate = at.github.hold({ method: 'GET', path: new RegExp(`/issues/${request}/comments`) })
    await at.github.deliver({ url: server.url, secret })
    await gate.arrived
    const ended = server.end('SIGTERM')
    await server.until({ event: 'stopping', running: 1 })
    gate.open()
    expect(await ended).toBe(0)
    expect(server.lines.at(-1)).toMatchObject({ event: 'stopped', waiting: 1 })
    expect(await answersTo(request, comment)).toEqual([])
    server = await serve()
    await server.until({ event: 'task', comment: String(comment), outcome: 'plan-done' })
    expect(await answersTo(request, comment)).toHaveLength(1)
  }, 120_000)

  it('does after kill -9 what it had accepted before, once', async () => {
    await server.until({ event: 'task', task: 'plan-open' })
    const comment = await at.github.comment(request, 'ana', '/plumbline plan')
    const gate = at.github.hold({ method: 'GET', path: new RegExp(`/issues/${request}/comments`) })
    expect(await at.github.deliver({ url: server.url, secret })).toContain(202)
    await gate.arrived
    expect(await server.end('SIGKILL')).toBe('SIGKILL')
    gate.open()
    expect(await answersTo(request, comment)).toEqual([])
    const id = server.lines.findLast((line) => line['event'] === 'hook' && line['task'] === 'comment')?.['id']

    server = await serve()
    await server.until({ event: 'task', id, outcome: 'plan-done' })
    expect(await answersTo(request, comment)).toHaveLength(1)
    const sent = at.github.webhooks.find((webhook) => webhook.id === id)
    const again = await post(server.url, 'issue_comment', sent?.payload, String(id))
    expect([again.status, again.text]).toEqual([200, '{"status":"known already"}'])
    // Told of in another way, it is not answered twice either.
    await post(server.url, 'issue_comment', sent?.payload, 'another-delivery')
    await server.until({ event: 'task', id: 'another-delivery', outcome: 'plan-known' })
    expect(await answersTo(request, comment)).toHaveLength(1)
  }, 120_000)

  it('records reviews and merges, and applies where it was told to', async () => {
    await server.end('SIGTERM')
    server = await serve('--apply')
    await server.until({ event: 'task', task: 'plan-open' })
    await at.github.review(request, 'ben', 'approve')
    await at.github.deliver({ url: server.url, secret })
    const reviewed = server.lines.findLast((line) => line['event'] === 'hook' && line['task'] === 'record')
    await server.until({ event: 'task', id: reviewed?.['id'] })
    await at.github.merge(request, { as: 'ben', method: 'squash' })
    await at.github.deliver({ url: server.url, secret })
    await server.until({ event: 'task', task: 'record', outcome: 'applied' })
    expect(readFileSync(at.office.on('web-01', '/etc/motd'), 'utf8')).toBe('hello')
  }, 180_000)

  it('says in its log and its figures nothing that anybody wrote', async () => {
    const metrics = await (await fetch(server.url.replace('/webhooks/github', '/metrics'))).text()
    expect(metrics).toMatch(/plumbline_tasks_total\{task="record",outcome="applied"\} 1/)
    const log = JSON.stringify(server.lines)
    for (const text of [secret, 'Thank you', 'octocat', at.office.desk.env['GITHUB_TOKEN'] ?? '?']) {
      expect(log).not.toContain(text)
      expect(metrics).not.toContain(text)
    }
    expect(await server.end('SIGTERM')).toBe(0)
  }, 60_000)

  it('does not begin without a secret, or with one that is none', async () => {
    for (const given of [undefined, 'short']) {
      at.office.desk.env['PLUMBLINE_WEBHOOK_SECRET'] = given
      const { status, err } = await at.run('serve', '--listen', '127.0.0.1:0')
      expect([status, err.includes('webhook-secret')]).toEqual([1, true])
    }
    expect((await at.run('serve', '--listen', '8080')).status).toBe(64)
  })
})
