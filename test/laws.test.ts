import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { generateKeyPair } from '../engine/adapters/signing/key-pair.ts'
import { type SimulatedHost, startSimulatedHost } from '../engine/adapters/simulated/simulated-host.ts'
import { type Desk, openDesk } from './cli.ts'

/**
 * The laws of a change, through the command line, on a simulated host: what is applied leaves nothing to plan; applying again does
 * nothing; a rollback brings back what was there before, byte for byte, with mode; a failure leaves what came before it done.
 */

interface Managed {
  readonly name: string
  readonly content: string
  readonly mode: string
  /** What was there before anybody managed it. */
  readonly before?: { readonly content: string; readonly mode: number }
}

const text = fc.string({
  unit: fc.constantFrom('a', 'é', '世', ' ', "'", '"', '$', '`', '\\', '%', '\n', '\t', '🙂', '{{ x }}', '#'),
  maxLength: 40,
})
const managed: fc.Arbitrary<Managed> = fc.record(
  {
    name: fc.constantFrom('one', 'two', 'three', "it's", 'a b', '-n', '$HOME'),
    content: text,
    mode: fc.constantFrom('0644', '0600', '0755', '0440'),
    before: fc.record({ content: text, mode: fc.constantFrom(0o644, 0o600, 0o700) }),
  },
  { requiredKeys: ['name', 'content', 'mode'] },
)

interface Outcome {
  readonly id: string
  readonly outcome: string
}

let scratch: string
let host: SimulatedHost
let login: string

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'plumbline-laws-'))
  host = await startSimulatedHost({ folder: join(scratch, 'host'), name: 'web-01' })
  const pair = generateKeyPair('laws')
  login = join(scratch, 'key')
  writeFileSync(login, pair.privateKey, { mode: 0o600 })
  writeFileSync(`${login}.pub`, `${pair.publicKey}\n`)
  host.authorize(pair.publicKey)
})

afterAll(async () => {
  await host?.stop()
  rmSync(scratch, { recursive: true, force: true })
})

const folder = '/etc/laws'

/** Everything below the folder the laws play in: path, mode and content. */
function fingerprint(): readonly string[] {
  const root = join(host.root, folder)
  const files = existsSync(root) ? readdirSync(root, { recursive: true, encoding: 'utf8' }).sort() : []
  return files.map((path) => {
    const full = join(root, path)
    const digest = createHash('sha256').update(readFileSync(full)).digest('hex')
    return `${path} ${(lstatSync(full).mode & 0o777).toString(8)} ${digest}`
  })
}

async function estate(files: readonly Managed[]): Promise<Desk> {
  rmSync(join(host.root, folder), { recursive: true, force: true })
  mkdirSync(join(host.root, folder))
  for (const { name, before } of files) {
    if (before === undefined) continue
    const path = join(host.root, folder, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, before.content)
    chmodSync(path, before.mode)
  }
  const desk = openDesk({ PLUMBLINE_SSH_KEY: login })
  await must(desk, 'init', '.', '--solo')
  desk.write(
    'inventory/people.yaml',
    documents(
      {
        kind: 'Person',
        metadata: { name: 'ana' },
        spec: {
          fullName: 'Ana',
          email: 'ana@example.org',
          login: 'ana',
          sshKeys: [{ key: readFileSync(`${login}.pub`, 'utf8').trim() }],
        },
      },
      { kind: 'Team', metadata: { name: 'operations' }, spec: { members: ['ana'] } },
    ),
  )
  desk.write(
    'inventory/hosts.yaml',
    documents({
      kind: 'Host',
      metadata: { name: 'web-01' },
      spec: {
        address: '127.0.0.1',
        environment: 'prod',
        root: host.root,
        hostKeys: [host.hostKey],
        ssh: { port: host.port, user: host.user },
      },
    }),
  )
  desk.commit('A host')
  await must(desk, 'apply')
  return desk
}

const documents = (...list: readonly object[]): string =>
  list.map((d) => stringify({ apiVersion: 'plumbline/v1', ...d })).join('---\n')

async function must(desk: Desk, ...argv: string[]): Promise<string> {
  const ran = await desk.run(...argv)
  if (ran.status !== 0) throw new Error(`plumbline ${argv.join(' ')} ended with ${ran.status}\n${ran.out}${ran.err}`)
  return ran.out
}

describe('the laws of a change', () => {
  it('plan after apply is empty, apply after apply does nothing, rollback after apply restores', {
    timeout: 240_000,
  }, async () => {
    const files = fc.uniqueArray(managed, { selector: (f) => f.name, minLength: 1, maxLength: 5 })
    await fc.assert(
      fc.asyncProperty(files, async (list) => {
        const desk = await estate(list)
        const before = fingerprint()
        desk.write(
          'inventory/laws.yaml',
          documents({
            kind: 'Profile',
            metadata: { name: 'laws' },
            spec: {
              selector: { all: true },
              resources: list.map(({ name, content, mode }) => ({
                file: { path: `${folder}/${name}`, content, mode },
              })),
            },
          }),
        )
        desk.commit('Files for the laws')
        const report = await must(desk, 'apply', '--json')
        const change = /"change":"(CHG-\d+-\d+)"/.exec(report)?.[1] ?? ''
        for (const { name, content, mode } of list) {
          const path = join(host.root, folder, name)
          expect(readFileSync(path, 'utf8')).toBe(content)
          expect((lstatSync(path).mode & 0o777).toString(8)).toBe(Number.parseInt(mode, 8).toString(8))
        }
        await must(desk, 'plan')
        expect(await must(desk, 'apply')).toBe('nothing pending\n')
        await desk.run('rollback', change)
        desk.git('merge', '-q', '--no-ff', '-m', 'Take it back', `rollback/${change.toLowerCase()}`)
        await must(desk, 'apply')
        expect(fingerprint()).toEqual(before)
        await must(desk, 'plan')
        await must(desk, 'audit', 'verify')
        desk.close()
      }),
      { numRuns: 6 },
    )
  })

  it('a failure leaves what came before it done, and everything after it not started', {
    timeout: 240_000,
  }, async () => {
    const row = fc
      .integer({ min: 2, max: 6 })
      .chain((n) => fc.tuple(fc.constant(n), fc.integer({ min: 0, max: n - 1 })))
    await fc.assert(
      fc.asyncProperty(row, async ([count, failing]) => {
        const desk = await estate([])
        const path = (i: number): string => `${folder}/part-${i}`
        desk.write(
          'inventory/laws.yaml',
          documents({
            kind: 'Profile',
            metadata: { name: 'laws' },
            spec: {
              selector: { all: true },
              resources: Array.from({ length: count }, (_, i) => ({
                file: { path: path(i), content: `${i}\n`, ...(i === failing && { validate: 'grep -q never %s' }) },
              })),
            },
          }),
        )
        desk.commit('One of them is refused')
        const ran = await desk.run('apply')
        expect(ran.status).toBe(1)
        const there = Array.from({ length: count }, (_, i) => existsSync(join(host.root, path(i))))
        expect(there).toEqual(Array.from({ length: count }, (_, i) => i < failing))
        const number = /CHG-\d+-\d+/.exec(ran.out + ran.err)?.[0] ?? ''
        const { record } = JSON.parse(await must(desk, 'show', number, '--json')) as {
          record: { state: string; actions: { id: string; resource: string }[]; deployment: { results: Outcome[] } }
        }
        const outcomes = new Map(record.deployment.results.map((r) => [r.id, r.outcome]))
        expect(record.state).toBe('failed')
        expect(record.actions.map((a) => [a.resource, outcomes.get(a.id)])).toEqual(
          Array.from({ length: count }, (_, i) => [
            `file:${path(i)}`,
            i < failing ? 'applied' : i === failing ? 'failed' : 'not-started',
          ]),
        )
        await must(desk, 'audit', 'verify')
        desk.close()
      }),
      { numRuns: 5 },
    )
  })
})
