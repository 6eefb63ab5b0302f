import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Catalogue, Resource } from '../model/resource.ts'
import { read, render, type Script } from '../model/script.ts'
import type { HostConnector, Target } from '../ports/host-session.ts'
import { resource as file } from '../resources/file/index.ts'
import { resource as group } from '../resources/group/index.ts'
import { fingerprintOf } from './fingerprint.ts'
import { watchHosts } from './watch-hosts.ts'

const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex')
const types = new Map<string, never>([
  ['file', file as never],
  ['group', group as never],
  [
    'live',
    {
      name: 'live',
      probe: () => read`date +%N`,
      parse: (specs: [], o: { stdout: string }) => specs.map(() => ({ status: 'present', state: { said: o.stdout } })),
    } as never,
  ],
])

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plumbline-watch-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** This machine as a host, whose connection can be cut; keeps what it was asked. */
function machine() {
  const asked: Script[] = []
  const state = { cut: false, connects: 0 }
  const connector: HostConnector = {
    connect: async (target) => {
      state.connects += 1
      state.cut = false
      return {
        target,
        read: async (script) => {
          asked.push(script)
          const whole = { truncated: false, timedOut: false, cutOff: state.cut }
          if (state.cut) return { ...whole, code: null, stdout: new Uint8Array(), stderr: new Uint8Array() }
          const ran = spawnSync('/bin/sh', [], { input: `R=; ${render(script)}` })
          return { ...whole, code: ran.status, stdout: ran.stdout, stderr: ran.stderr }
        },
        run: async () => {
          throw new Error('watching runs nothing')
        },
        close: async () => {},
      }
    },
    close: async () => {},
  }
  return { asked, state, connector }
}

const target: Target = {
  host: 'here',
  address: 'here',
  port: 22,
  user: 'u',
  hostKeys: [],
  sudo: false,
  root: '',
  transport: 'ssh',
}

function watching(connector: HostConnector, resources: readonly Resource[]) {
  const catalogue: Catalogue = { host: 'here', resources }
  return watchHosts({
    targets: [target],
    catalogues: new Map([['here', catalogue]]),
    types,
    connector,
    clock: { now: () => new Date() },
    sha256,
    nonce: 'nonce0123456789',
    deadlineMs: 20_000,
    outputCap: 1_000_000,
  })
}

function of(type: string, spec: { path?: string; name?: string }): Resource {
  const name = spec.path ?? spec.name ?? ''
  return { id: `${type}:${name}`, type, name, spec, declaredBy: [], requires: [], restartOn: [] }
}

const probesFiles = (script: Script | undefined) => script !== undefined && render(script).includes('sha256sum')

it('asks for everything once, then only whether files moved, then for everything where they did', async () => {
  const { asked, connector } = machine()
  const made = join(folder, 'made')
  const watch = watching(connector, [
    of('file', { path: '/etc/passwd' }),
    of('file', { path: made }),
    of('group', { name: 'root' }),
  ])
  const [first] = await watch.look()
  expect(first?.observations.get(`file:${made}`)).toEqual({ status: 'absent' })
  const [second] = await watch.look()
  expect(asked.map(probesFiles)).toEqual([true, false])
  expect([...(second?.observations ?? [])]).toEqual([...(first?.observations ?? [])])
  writeFileSync(made, 'now it is')
  const [third] = await watch.look()
  expect(third?.observations.get(`file:${made}`)).toMatchObject({
    status: 'present',
    state: { sha256: sha256('now it is') },
  })
  expect(asked.map(probesFiles)).toEqual([true, false, false, true])
  await watch.close()
})

it.each([
  ['long ago', '1700000100 5 1 8180 0 0 10 x', 'trusted'],
  ['in the second before', '1700000199 5 1 8180 0 0 10 x', 'asked again'],
  ['in this second', '1700000200 5 1 8180 0 0 10 x', 'asked again'],
  ['nobody knows when', 'stat: cannot statx', 'trusted'],
])('judges what stat says of a file that changed %s', (_when, line, verdict) => {
  const output = { stdout: `1700000200 5 9 41ed 0 0 0 y\n${line}\n`, stderr: '', code: 0 }
  expect(fingerprintOf(output)).toBe(verdict === 'trusted' ? `${line}\n` : undefined)
})

it('trusts no stat without the time of the host', () => {
  expect(fingerprintOf(undefined)).toBeUndefined()
  expect(fingerprintOf({ stdout: 'sh: stat: not found\n', stderr: '', code: 127 })).toBeUndefined()
})

it('asks each time for what no file tells', async () => {
  const { connector } = machine()
  const watch = watching(connector, [of('file', { path: '/etc/passwd' }), of('live', { name: 'x' })])
  const seen = [await watch.look(), await watch.look()].map(([o]) => o)
  const [one, two] = seen.map((o) => o?.observations.get('live:x'))
  expect(one).toMatchObject({ status: 'present' })
  expect(two).not.toEqual(one)
  expect(seen[1]?.observations.get('file:/etc/passwd')).toEqual(seen[0]?.observations.get('file:/etc/passwd'))
})

it('knows nothing of a host that is lost, and everything again when it is back', async () => {
  const { state, connector } = machine()
  const watch = watching(connector, [of('file', { path: '/etc/passwd' })])
  await watch.look()
  state.cut = true
  const [lost] = await watch.look()
  expect(lost).toMatchObject({ failure: { reason: 'cut-off' } })
  expect(lost?.observations.get('file:/etc/passwd')).toMatchObject({ status: 'unknown' })
  const [back] = await watch.look()
  expect(back?.failure).toBeUndefined()
  expect(state.connects).toBe(2)
})
