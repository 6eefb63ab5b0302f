import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { cpSync, mkdirSync, rmSync, statfsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { type GitLedger, openGitLedger } from '../../engine/adapters/git/git-ledger.ts'
import { generateKeyPair } from '../../engine/adapters/signing/key-pair.ts'
import { memorySigner } from '../../engine/adapters/signing/signer.ts'
import { changeEntry } from '../../engine/ledger/entries.ts'
import { findChange } from '../../engine/ledger/find-records.ts'
import { expire } from '../../engine/ledger/fold-change.ts'
import { changePath } from '../../engine/ledger/paths.ts'
import { git } from '../commit-files.ts'
import type { Context } from '../context.ts'
import { cacheFolder } from '../generate-estate.ts'
import { generateLedger, idOf, type LedgerSize, movedRecord } from '../generate-ledger.ts'
import { median, summarise } from '../interleave.ts'
import { cleanEnvironment, measureCommand, type Sample } from '../measure-command.ts'
import { compare, least, most, type Row, skippedRow } from '../row.ts'
import { recordOf } from '../sample-change.ts'

const signer = memorySigner(generateKeyPair())

/** Goal 8: one move of a change, on the disk when it returns, in a large ledger and in a small one. */
export async function oneTransition(context: Context): Promise<Row[]> {
  const [large, small] = context.quick ? [2_000, 100] : [100_000, 1_000]
  const times = context.quick ? 20 : 200
  context.say(`8: ${times} transitions at ${large} records`)
  const contenders = []
  for (const records of [large, small]) {
    const dir = await copyOf(context, { records, perCommit: 1 })
    contenders.push({ dir, records, ledger: await openGitLedger(dir), runs: [] as Sample[] })
  }
  // One round before the first is not counted.
  for (let round = 0; round <= times; round += 1)
    for (const { ledger, records, runs } of round % 2 === 0 ? contenders : contenders.toReversed()) {
      // All over the ledger; no record twice, for it moves once only.
      const id = idOf(1 + Math.floor((round * records) / (times + 1)))
      const sample = await timed(() => expireChange(ledger, id))
      if (round > 0) runs.push(sample)
    }
  for (const { ledger, dir } of contenders) {
    ledger.close()
    await mustBeSound(dir)
    rmSync(dir, { recursive: true })
  }
  const [ours, floor] = contenders.map(({ runs }) => summarise(runs))
  if (ours === undefined || floor === undefined) return []
  const what = `one transition made durable, ${large} records`
  return [compare({ goal: '8', what, ours, against: `at ${small} records`, floor, atMost: 1.5 })]
}

async function expireChange(ledger: GitLedger, id: string): Promise<void> {
  const by = { uuid: randomUUID(), at: '2026-10-03T12:00:00Z', actor: 'engine' } as const
  await ledger.append(async (view) => {
    const found = await findChange(view, id)
    if ('refused' in found || found.record === undefined) throw new Error(`${id} is not there`)
    return { entries: [changeEntry(recordOf(expire(found.record, by)), signer)], result: undefined }
  })
}

/** Goal 8: many processes, each with a clone of its own, propose changes to one remote at the same time. */
export async function manyWriters(context: Context): Promise<Row[]> {
  const [writers, each] = context.quick ? [4, 50] : [32, 200]
  const script = join(context.scratch, 'ledger-writer.mjs')
  await build({
    entryPoints: [fileURLToPath(new URL('../ledger-writer.ts', import.meta.url))],
    outdir: dirname(script),
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    // Parts of libraries that are machine code.
    loader: { '.node': 'copy' },
    platform: 'node',
    banner: { js: commonJs },
    logLevel: 'warning',
  })
  const seconds = []
  for (let round = 0; round < Math.min(3, context.rounds); round += 1) {
    context.say(`8: ${writers} writers × ${each} records, round ${round + 1}`)
    seconds.push((await writeTogether(context, script, writers, each)) / 1000)
  }
  const rates = seconds.map((s) => (writers * each) / s)
  const rate = median(rates)
  const what = `records from ${writers} writers × ${each} on one remote, none lost`
  const runs = { ours: seconds.map((s) => s * 1000), floor: [] }
  return [{ goal: '8', what, unit: '/s', ours: rate, limit: least(500), met: rate >= 500, runs }]
}

/** What libraries of the older module system expect around them. */
const commonJs = `import { createRequire } from 'node:module'
const require = createRequire(import.meta.url), __dirname = import.meta.dirname`

/** Milliseconds from the signal to start until the last record is durable. Fails where one is missing or there twice. */
async function writeTogether(context: Context, script: string, writers: number, each: number): Promise<number> {
  const hub = join(context.scratch, 'hub.git')
  await git(context.scratch, 'init', '--quiet', '--bare', '--initial-branch=main', hub)
  const clones = Array.from({ length: writers }, (_, i) => join(context.scratch, `clone-${i}`))
  for (const clone of clones) await git(context.scratch, 'clone', '--quiet', hub, clone)
  const started = clones.map((clone) => startWriter(script, clone, each))
  try {
    await Promise.all(started.map((writer) => writer.ready))
    const begun = performance.now()
    for (const { child } of started) child.stdin.write('go\n')
    const ids = (await Promise.all(started.map((writer) => writer.written))).flat()
    const wall = performance.now() - begun
    await Promise.all(started.map((writer) => writer.ended))
    await mustHold(hub, ids, writers * each)
    for (const dir of [hub, ...clones]) rmSync(dir, { recursive: true })
    return wall
  } finally {
    for (const { child } of started) child.kill()
  }
}

interface Writer {
  readonly child: ChildProcessWithoutNullStreams
  readonly ready: Promise<unknown>
  readonly ended: Promise<unknown>
  /** Numbers of what it wrote, once all of it is durable. */
  readonly written: Promise<readonly string[]>
}

function startWriter(script: string, clone: string, each: number): Writer {
  const child = spawn(process.execPath, [script, clone, String(each)], { env: cleanEnvironment() })
  const ids: string[] = []
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  const lines = createInterface({ input: child.stdout })
  const ready = once(lines, 'line')
  const ended = once(child, 'close')
  const written = new Promise<readonly string[]>((resolve, reject) => {
    lines.on('line', (line) => {
      if (line !== 'ready') ids.push(line)
      if (ids.length === each) resolve(ids)
    })
    child.once('close', () => reject(new Error(`a writer ended after ${ids.length} records: ${said.slice(0, 400)}`)))
  })
  // Whoever waits for it comes later.
  written.catch(() => undefined)
  return { child, ready: Promise.race([ready, written]), ended, written }
}

async function mustHold(dir: string, ids: readonly string[], expected: number): Promise<void> {
  if (new Set(ids).size !== expected) throw new Error(`${new Set(ids).size} numbers for ${expected} records`)
  const files = (await git(dir, 'ls-tree', '-r', '--name-only', 'ledger')).split('\n').filter(Boolean)
  const wanted = new Set(ids.map((id) => changePath(id)))
  if (files.length !== expected || !files.every((file) => wanted.has(file)))
    throw new Error(`${files.length} records on the remote instead of ${expected}`)
  const commits = Number(await git(dir, 'rev-list', '--count', 'ledger'))
  if (commits !== expected) throw new Error(`${commits} commits for ${expected} records`)
  await mustBeSound(dir)
}

/** One line, all objects there. */
async function mustBeSound(dir: string): Promise<void> {
  if ((await git(dir, 'rev-list', '--min-parents=2', 'ledger')) !== '') throw new Error('the ledger forks')
  await git(dir, 'fsck', '--connectivity-only', '--no-dangling')
}

/** Goal 8: the history of one record, as the ledger's port gives it, against git's. */
export async function historyOfRecord(context: Context): Promise<Row[]> {
  const records = context.quick ? 2_000 : 100_000
  context.say(`8: history of a record of ${records}`)
  const origin = await generateLedger({ records, perCommit: 1 })
  const dir = await copyOf(context, { records, perCommit: 1 })
  const path = changePath(movedRecord(records)) ?? ''
  const log = { file: 'git', args: ['-C', origin, 'log', 'ledger', '--', path] }
  const expected = (await git(origin, 'rev-list', '--reverse', 'ledger', '--', path)).trim()
  const [ours, floor]: [Sample[], Sample[]] = [[], []]
  const first = await timed(async () => {
    const found = await historyIn(dir, path)
    if (found !== expected) throw new Error(`another history than git's: ${found}`)
  })
  await measureCommand(log)
  for (let round = 0; round < context.rounds; round += 1) {
    ours.push(await timed(() => historyIn(dir, path)))
    floor.push(await measureCommand(log))
  }
  rmSync(dir, { recursive: true })
  const [once, again] = [summarise([first]), summarise(ours)]
  const against = { goal: '8', against: 'git log -- path', floor: summarise(floor) }
  const what = `history of a record, ${records} records`
  return [
    compare({ ...against, what, ours: again, atMost: 0.1 }),
    compare({ ...against, what: `${what}, the first time`, ours: once }),
  ]
}

async function historyIn(dir: string, path: string): Promise<string> {
  const ledger = await openGitLedger(dir, { offline: true })
  const history = await ledger.history(path)
  ledger.close()
  return history.map(({ id }) => id).join('\n')
}

/** Bytes of disk that a million records need while they are written, and then some. */
const roomForMillion = 6e9

/** Goal 8: one record of very many, from a ledger that was not open before. */
export async function findRecord(context: Context): Promise<Row[]> {
  const records = context.quick ? 10_000 : 1_000_000
  const what = `a record found among ${records}`
  mkdirSync(cacheFolder(), { recursive: true })
  const { bavail, bsize } = statfsSync(cacheFolder())
  if (!context.quick && bavail * bsize < roomForMillion)
    return [skippedRow('8', what, 'less than 6 GB of disk are free')]
  context.say(`8: ${what}`)
  const dir = await generateLedger({ records, perCommit: 1_000 })
  const runs: Sample[] = []
  for (let round = 0; round <= Math.max(15, context.rounds); round += 1) {
    const id = idOf(1 + ((round * 7_919 * 31) % records))
    const sample = await timed(async () => {
      const ledger = await openGitLedger(dir, { offline: true })
      const found = await findChange(await ledger.view(), id)
      ledger.close()
      if ('refused' in found || found.record?.id !== id) throw new Error(`${id} is not there`)
    })
    if (round > 0) runs.push(sample)
  }
  const { wall } = summarise(runs)
  return [
    {
      goal: '8',
      what,
      unit: 'ms',
      ours: wall,
      limit: most(50),
      met: wall <= 50,
      runs: { ours: runs.map((r) => r.wall), floor: [] },
    },
  ]
}

async function copyOf(context: Context, size: LedgerSize): Promise<string> {
  const dir = join(context.scratch, `ledger-${size.records}`)
  cpSync(await generateLedger(size), dir, { recursive: true })
  return dir
}

/** In our own process: its wall time. */
async function timed(work: () => Promise<unknown>): Promise<Sample> {
  const begun = performance.now()
  await work()
  return { wall: performance.now() - begun, cpu: 0 }
}
