import { createHash } from 'node:crypto'
import { createServer, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Ssh2Connector } from '../adapters/ssh/ssh2-connector.ts'
import { startServer, type TestServer } from '../adapters/ssh/test-server.ts'
import type { Observation, Resource, ResourceType } from '../model/resource.ts'
import { read, type Script } from '../model/script.ts'
import type { Target } from '../ports/host-session.ts'
import { observeHosts } from './observe-hosts.ts'
import { watchHosts } from './watch-hosts.ts'

/**
 * Real servers that accept a connection and then let us wait, at each point where a host can: more of them than are
 * looked at at once, and first in line.
 */
const silences = [
  'says nothing',
  'greets and says no more',
  'stops in the middle of its answer',
  'is not there',
] as const
type Silence = (typeof silences)[number]

const deadlineMs = 8_000
const concurrency = 32

let server: TestServer
const listeners: { readonly port: number; stop(): void }[] = []
const ports = new Map<Silence, number>()

beforeAll(async () => {
  server = await startServer()
  const mute = await listen('')
  const greeting = await listen('SSH-2.0-waits\r\n')
  const gone = await listen('')
  gone.stop()
  ports.set('says nothing', mute.port).set('greets and says no more', greeting.port).set('is not there', gone.port)
  ports.set('stops in the middle of its answer', server.port)
})

afterAll(async () => {
  for (const listener of listeners) listener.stop()
  await server.stop()
})

it('answers for those that answer before the deadline of those that hang, which are unknown', async () => {
  const hanging = silences.flatMap((silence) => Array.from({ length: 14 }, (_, i) => hostOf(silence, i)))
  const good = Array.from({ length: 6 }, (_, i) => target(`good-${i}`, server.port))
  const order: string[] = []
  const found = await observeHosts({
    ...(await observing()),
    targets: [...hanging, ...good],
    catalogues: cataloguesOf([...hanging, ...good]),
    emit: (event) => {
      if (event.type !== 'observed') return
      order.push(event.host)
    },
  })
  const hung = hanging.filter((h) => !h.host.startsWith('is not there'))
  const lastGood = Math.max(...good.map(({ host }) => order.indexOf(host)))
  const firstHung = Math.min(...hung.map(({ host }) => order.indexOf(host)))
  expect(lastGood).toBeLessThan(firstHung)
  for (const { host } of good) expect(statusOf(found, host)).toBe('present')
  for (const { host } of hung) expect([host, statusOf(found, host)]).toEqual([host, 'deadline'])
  for (const { host } of hanging.filter((h) => !hung.includes(h)))
    expect([host, statusOf(found, host)]).toEqual([host, 'host-unreachable'])
}, 60_000)

it('keeps watching the others, too', async () => {
  const hanging = Array.from({ length: concurrency }, (_, i) => hostOf('greets and says no more', i))
  const good = target('good', server.port)
  const targets = [...hanging, good]
  const watch = watchHosts({ ...(await observing()), deadlineMs: 5_000, targets, catalogues: cataloguesOf(targets) })
  const [first, second] = [await watch.look(), await watch.look()]
  await watch.close()
  for (const looked of [first, second]) {
    expect(statusOf(looked, 'good')).toBe('present')
    expect(looked.filter((o) => o.failure?.reason === 'deadline')).toHaveLength(concurrency)
  }
}, 60_000)

/** Something that accepts connections, says these words and no more. */
function listen(words: string): Promise<{ readonly port: number; stop(): void }> {
  const sockets = new Set<Socket>()
  const listener = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    if (words !== '') socket.write(words)
  })
  const stop = () => {
    for (const socket of sockets) socket.destroy()
    listener.close()
  }
  return new Promise((resolve) => {
    listener.listen(0, '127.0.0.1', () => {
      const bound = listener.address()
      const opened = { port: bound && typeof bound === 'object' ? bound.port : 0, stop }
      listeners.push(opened)
      resolve(opened)
    })
  })
}

const hostOf = (silence: Silence, i: number): Target => target(`${silence}-${i}`, ports.get(silence) ?? 0)

function target(host: string, port: number): Target {
  const hostKeys = [server.hostKey]
  return { host, address: '127.0.0.1', port, user: 'u', hostKeys, sudo: false, root: '', transport: 'ssh' }
}

/** What is asked of a host: to say a word, or to begin one and fall asleep. */
const types: ReadonlyMap<string, ResourceType> = new Map(
  [lineType('word', read`printf 'whole\\n'`), lineType('half', read`printf 'ha'; exec sleep 600`)].map((type) => [
    type.name,
    type,
  ]),
)

function lineType(name: string, probe: Script): ResourceType {
  return {
    name,
    rank: 0,
    identify: () => 'one',
    normalise: (spec) => spec,
    probe: () => probe,
    parse: (specs) => specs.map((): Observation => ({ status: 'present', state: {} })),
    diff: () => [],
    isAbsent: () => false,
    steps: () => ({ summary: '', script: read`:`, reversibility: 'exact' }),
    restore: () => null,
  }
}

function cataloguesOf(targets: readonly Target[]) {
  return new Map(
    targets.map(({ host }) => {
      const type = host.startsWith('stops') ? 'half' : 'word'
      const resource: Resource = {
        id: `${type}:one`,
        type,
        name: 'one',
        spec: {},
        declaredBy: [],
        requires: [],
        restartOn: [],
      }
      return [host, { host, resources: [resource] }]
    }),
  )
}

async function observing() {
  return {
    types,
    connector: new Ssh2Connector({ keys: [server.userKey] }),
    clock: { now: () => new Date() },
    sha256: (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex'),
    nonce: 'abcdefgh12345678',
    deadlineMs,
    outputCap: 65_536,
    concurrency,
  }
}

function statusOf(found: Awaited<ReturnType<typeof observeHosts>>, host: string): string | undefined {
  const [observation] = found.find((o) => o.host === host)?.observations.values() ?? []
  return observation?.status === 'unknown' ? observation.unknown.reason : observation?.status
}
