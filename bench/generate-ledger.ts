import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { changePath, formatChangeId } from '../engine/ledger/paths.ts'
import { serialiseRecord } from '../engine/ledger/record-text.ts'
import { git } from './commit-files.ts'
import { cacheFolder } from './generate-estate.ts'
import { cleanEnvironment } from './measure-command.ts'
import { sampleChange } from './sample-change.ts'

export interface LedgerSize {
  readonly records: number
  /** Records that one commit adds. A ledger of the engine's has one, and later commits for their moves. */
  readonly perCommit: number
}

export const idOf = (number: number): string => formatChangeId({ year: 2026, number })

/** The record that moves five times over the life of a generated ledger; all others are proposed and stay so. */
export const movedRecord = (records: number): string => idOf(Math.ceil(records / 10))
const moves = 5
const subject = `Subject: sha256:${'2'.repeat(64)}`

/**
 * A bare repository whose branch `ledger` holds so many changes, where the engine would put them; its commits are not signed.
 * Made the first time, and then used again: whoever writes to it writes to a copy.
 */
export async function generateLedger({ records, perCommit }: LedgerSize): Promise<string> {
  const recipe = createHash('sha256')
    .update(readFileSync(fileURLToPath(import.meta.url)))
    .update(sampleText)
    .update(changePath(sampleId) ?? '')
  const name = `ledger-${records}-${perCommit}-`
  const root = join(cacheFolder(), `${name}${recipe.digest('hex').slice(0, 12)}`)
  if (existsSync(root)) return root
  const partial = `${root}.partial-${process.pid}`
  rmSync(partial, { recursive: true, force: true })
  mkdirSync(partial, { recursive: true })
  // Those of older recipes.
  for (const old of readdirSync(dirname(root)).filter(
    (entry) => entry.startsWith(name) && entry !== basenameOf(partial),
  ))
    rmSync(join(dirname(root), old), { recursive: true, force: true })
  await git(partial, 'init', '--quiet', '--bare', '--initial-branch=main')
  await fastImport(partial, inPieces(commitsOf(records, perCommit)))
  renameSync(partial, root)
  return root
}

const basenameOf = (path: string): string => path.slice(dirname(path).length + 1)

const sampleId = idOf(1)
const sampleText = serialiseRecord(sampleChange(sampleId, '00000000-0000-4000-8000-000000000001'))

async function fastImport(root: string, stream: Iterable<string>): Promise<void> {
  const args = ['-C', root, '-c', 'gc.auto=0', 'fast-import', '--quiet', '--done']
  const child = spawn('git', args, { stdio: ['pipe', 'inherit', 'inherit'], env: cleanEnvironment() })
  const ended = once(child, 'exit')
  await pipeline(Readable.from(stream), child.stdin)
  const [code] = await ended
  if (code !== 0) throw new Error(`git fast-import ended with ${code}`)
}

function* commitsOf(records: number, perCommit: number): Generator<string> {
  const moved = movedRecord(records)
  const between = Math.floor((records * 0.9) / moves)
  for (let first = 1; first <= records; first += perCommit) {
    const last = Math.min(records, first + perCommit - 1)
    const files = []
    for (let number = first; number <= last; number += 1) files.push(fileOf(idOf(number), 0))
    yield commit(first, `${idOf(first)} propose`, files)
    const move = Math.floor((last - records / 10) / between)
    if (perCommit === 1 && move >= 1 && (last - records / 10) % between === 0)
      yield commit(first, `${moved} approve`, [fileOf(moved, move)])
  }
  yield 'done\n'
}

/** A commit a minute; none is younger than what a bench adds. */
function commit(number: number, title: string, files: readonly string[]): string {
  const who = `engine <ledger@plumbline.invalid> ${1_690_000_000 + number * 60} +0000`
  const [record = '', transition = ''] = title.split(' ')
  const uuid = `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`
  const lines = [`Record: ${record}`, `Transition: ${transition}`, `Transition-Id: ${uuid}`, 'Actor: engine', subject]
  const message = `${title}: Raise the number of connections of the shop\n\n${lines.join('\n')}\n`
  return `commit refs/heads/ledger\nauthor ${who}\ncommitter ${who}\n${data(message)}${files.join('')}\n`
}

function fileOf(id: string, move: number): string {
  const text = sampleText.replaceAll(sampleId, id)
  return `M 100644 inline ${changePath(id)}\n${data(move === 0 ? text : text.replace('of the shop', `of shop ${move}`))}`
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}\n`
}

/** Pieces of about a megabyte: one write for each small text would take longer than git's own work. */
function* inPieces(texts: Iterable<string>): Generator<string> {
  let piece: string[] = []
  let length = 0
  for (const text of texts) {
    piece.push(text)
    length += text.length
    if (length < 1 << 20) continue
    yield piece.join('')
    piece = []
    length = 0
  }
  yield piece.join('')
}
