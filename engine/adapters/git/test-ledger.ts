import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, vi } from 'vitest'
import type { LedgerEntry, LedgerView } from '../../ports/ledger.ts'
import { generateKeyPair } from '../signing/key-pair.ts'
import { memorySigner } from '../signing/signer.ts'
import { openTestRepository, scratchFolder, type TestRepository, testRepository } from './test-repository.ts'

/** Ledgers on real remotes, and writers that are processes of their own. For tests. */

export const signer = memorySigner(generateKeyPair())
const writer = fileURLToPath(new URL('./test-writer.ts', import.meta.url))
const scratch = scratchFolder()
let count = 0

export const removeScratch = (): void => rmSync(scratch, { recursive: true, force: true })

/** A path that nobody has used. */
export const fresh = (name: string): string => join(scratch, `${name}${++count}`)

/** Gives each test of the file a folder of its own for what processes of one user tell each other, and says which. */
export function ownRuntimeFolder(): () => string {
  let runtime = ''
  beforeEach(() => {
    runtime = fresh('runtime')
    mkdirSync(runtime, { recursive: true })
    vi.stubEnv('XDG_RUNTIME_DIR', runtime)
  })
  afterEach(() => {
    vi.unstubAllEnvs()
  })
  return () => runtime
}

export const entry = (
  record: string,
  files: Record<string, string | null>,
  extra: Partial<LedgerEntry> = {},
): LedgerEntry => ({
  uuid: randomUUID(),
  record,
  transition: 'propose',
  actor: 'engine',
  title: `${record}: propose`,
  files: new Map(Object.entries(files)),
  signer,
  at: new Date('2026-10-02T12:00:00Z'),
  ...extra,
})

export const local = (): TestRepository => {
  const r = testRepository(fresh('local'))
  r.commit('one', { 'a.yaml': 'a\n' })
  return r
}

/** A bare remote and clones of it. */
export function hub(): { readonly bare: TestRepository; clone(): TestRepository } {
  const bare = testRepository(fresh('hub'), '--bare')
  const seed = local()
  seed.git('push', '-q', bare.dir, 'main')
  return {
    bare,
    clone() {
      const dir = fresh('clone')
      openTestRepository(scratch).git('clone', '-q', bare.dir, dir)
      return openTestRepository(dir)
    },
  }
}

/** Appends the next free number, as records do. */
export const appendNext = async (view: LedgerView, by = 'engine') => {
  const newest = (await view.list('changes')).at(-1) ?? '000000'
  const record = String(Number(newest.slice(0, 6)) + 1).padStart(6, '0')
  return { entries: [entry(record, { [`changes/${record}.yaml`]: `by: ${by}\n` }, { actor: by })], result: record }
}

interface Writer {
  readonly process: ChildProcess
  readonly ended: Promise<{ readonly ids: readonly string[]; readonly stderr: string }>
}

export function startWriter(dir: string, name: string, total: number, parallel = 1): Writer {
  const child = spawn(process.execPath, ['--import', 'tsx', writer, dir, name, String(total), String(parallel)])
  let [out, stderr] = ['', '']
  child.stdout.on('data', (chunk) => {
    out += chunk
  })
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  const ended = new Promise<Awaited<Writer['ended']>>((resolve) => {
    child.on('close', () => resolve({ ids: out.split('\n').filter(Boolean), stderr }))
  })
  return { process: child, ended }
}

/** What must hold of every ledger, however it was written. */
export function expectSound(r: TestRepository, ref = 'ledger'): string[] {
  expect(r.git('fsck', '--strict', '--no-dangling')).toBe('')
  expect(r.git('rev-list', '--min-parents=2', ref)).toBe('')
  const records = r.git('log', '--reverse', '--format=%(trailers:key=Record,valueonly,separator=)', ref).split('\n')
  const uuids = r.git('log', '--format=%(trailers:key=Transition-Id,valueonly,separator=)', ref).split('\n')
  expect(new Set(uuids).size).toBe(uuids.length)
  expect(new Set(records).size).toBe(records.length)
  const files = r.git('ls-tree', '-r', '--name-only', ref).split('\n')
  expect(files.sort()).toEqual(records.map((id) => `changes/${id}.yaml`).sort())
  return records
}

/** Stands between git and the remote: cuts the first connections of a push, before or after the server has accepted. */
export function cut(r: TestRepository, when: 'before' | 'after', times: number): void {
  const script = fresh('receive')
  const state = `${script}.count`
  const accept = when === 'after' ? 'git receive-pack --stateless-rpc "$@" > /dev/null' : 'cat > /dev/null'
  const body = [
    '#!/bin/sh',
    `n=$(cat ${state} 2>/dev/null || echo 0)`,
    `if [ "$n" -lt ${times} ]; then`,
    `  echo $((n + 1)) > ${state}`,
    // The server's announcement has to come through, or git has nothing to push against.
    '  git receive-pack --http-backend-info-refs "$@" 2>/dev/null',
    `  ${accept}`,
    '  exit 1',
    'fi',
    'exec git receive-pack "$@"',
  ]
  writeFileSync(script, `${body.join('\n')}\n`)
  chmodSync(script, 0o755)
  r.git('config', 'remote.origin.receivepack', script)
}
