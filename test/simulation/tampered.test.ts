import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type GitContext, openContext } from '../../engine/adapters/git/context.ts'
import { openGitLedger } from '../../engine/adapters/git/git-ledger.ts'
import { ObjectWriter } from '../../engine/adapters/git/object-writer.ts'
import { TreeStore } from '../../engine/adapters/git/tree-store.ts'
import { generateKeyPair } from '../../engine/adapters/signing/key-pair.ts'
import { memorySigner } from '../../engine/adapters/signing/signer.ts'
import { auditVerify } from '../../engine/pipeline/audit.ts'
import { type OpenedWorld, openWorld } from '../../engine/wiring.ts'
import { documents, type Office, openOffice } from '../office.ts'

/** Whoever can write to the repository rewrites its ledger in one of many ways. Each is found, and the first entry that is not as it was left is named. */

interface Entry {
  readonly id: string
  readonly tree: string
  /** The commit object after its `tree` and `parent` lines. */
  readonly rest: Buffer
}

/** What somebody does to the ledger, with numbers that are taken modulo what there is. */
interface Tampering {
  readonly how: 'edit' | 'message' | 'date' | 'drop' | 'swap' | 'double' | 'truncate'
  readonly at: number
  readonly other: number
  readonly byte: number
  /** What becomes of the signatures of what has to be written anew. */
  readonly signature: 'kept' | 'dropped' | 'forged'
}

const tampering: fc.Arbitrary<Tampering> = fc.record({
  how: fc.constantFrom('edit', 'message', 'date', 'drop', 'swap', 'double', 'truncate'),
  at: fc.nat(10_000),
  other: fc.nat(10_000),
  byte: fc.nat(100_000),
  signature: fc.constantFrom('kept', 'dropped', 'forged'),
})

let office: Office
let opened: OpenedWorld
let context: GitContext
let trees: TreeStore
let entries: readonly Entry[]
const stranger = memorySigner(generateKeyPair())

const git = (...args: string[]): string =>
  execFileSync('git', ['-C', office.desk.folder, ...args], { encoding: 'utf8' }).trim()

beforeAll(async () => {
  office = await openOffice()
  const motd = (content: string) =>
    documents({
      kind: 'Profile',
      metadata: { name: 'motd' },
      spec: { selector: { all: true }, resources: [{ file: { path: '/etc/motd', content } }] },
    })
  for (const text of ['one\n', 'two\n']) {
    office.turn(60)
    await office.approved({ branch: text.trim(), author: 'ana', files: { 'inventory/motd.yaml': motd(text) } })
    await office.must(['apply'])
  }
  opened = await openWorld({
    network: 'may',
    emit: () => {},
    version: '0.0.0-test',
    start: office.desk.folder,
    env: office.desk.env,
    clock: { now: office.now },
  })
  context = await openContext(office.desk.folder)
  trees = new TreeStore(context.reader)
  const ids = git('rev-list', '--reverse', 'ledger').split('\n')
  entries = await Promise.all(ids.map(readEntry))
}, 60_000)

afterAll(async () => {
  context?.reader.close()
  await opened?.close()
  await office?.close()
})

async function readEntry(id: string): Promise<Entry> {
  const object = await context.reader.read(id)
  if (object === undefined) throw new Error(`there is no ${id}`)
  const text = object.data.toString('latin1')
  const rest = text.replace(/^tree .*\n(?:parent .*\n)*/, '')
  return { id, tree: /^tree (.*)$/m.exec(text)?.[1] ?? '', rest: Buffer.from(rest, 'latin1') }
}

/** The ledger as it is after the tampering; `bad` is the place of the first entry that is not what was written there. */
async function tamper(t: Tampering, objects: ObjectWriter): Promise<{ readonly tip: string; readonly first: string }> {
  const at = t.at % entries.length
  const order = [...entries.keys()]
  let bad = at
  if (t.how === 'truncate') {
    const left = Math.max(1, at)
    return { tip: entries[left - 1]?.id ?? '', first: '' }
  }
  if (t.how === 'drop') order.splice(at, 1)
  if (t.how === 'double') order.splice(at + 1, 0, at)
  if (t.how === 'double') bad = at + 1
  if (t.how === 'swap') {
    const other = (at + 1 + (t.other % (entries.length - 1))) % entries.length
    ;[order[at], order[other]] = [other, at]
    bad = Math.min(at, other)
  }
  // The last one dropped is a truncation: nobody sees that without a witness.
  if (bad >= order.length) return { tip: entries[order.length - 1]?.id ?? '', first: '' }
  let parent = bad === 0 ? undefined : entries[bad - 1]?.id
  let first = ''
  for (const [place, index] of order.entries()) {
    const entry = entries[index]
    if (place < bad || entry === undefined) continue
    const changed = place === bad && (t.how === 'edit' || t.how === 'message' || t.how === 'date')
    const tree =
      changed && t.how === 'edit' ? await edited(entry, entries[index - 1]?.tree, t.byte, objects) : entry.tree
    const rest = changed && t.how !== 'edit' ? reworded(entry.rest, t) : entry.rest
    const head = `tree ${tree}\n${parent === undefined ? '' : `parent ${parent}\n`}`
    parent = objects.write('commit', await signed(head, rest, t.signature))
    if (place === bad) first = parent
  }
  return { tip: parent ?? '', first }
}

/** The ledger with another text in a file of one entry. */
async function rewritten(at: number, path: string, text: string, objects: ObjectWriter) {
  let parent = at === 0 ? undefined : entries[at - 1]?.id
  let first = ''
  for (const [place, entry] of entries.entries()) {
    if (place < at) continue
    const tree = place === at ? await trees.edit(entry.tree, new Map([[path, text]]), objects) : entry.tree
    const head = `tree ${tree}\n${parent === undefined ? '' : `parent ${parent}\n`}`
    parent = objects.write('commit', Buffer.concat([Buffer.from(head), entry.rest]))
    if (place === at) first = parent
  }
  return { tip: parent ?? '', first }
}

/** One byte of one of the files that the entry wrote is another. */
async function edited(entry: Entry, before: string | undefined, byte: number, objects: ObjectWriter): Promise<string> {
  const args =
    before === undefined ? ['ls-tree', '-r', '--name-only', entry.tree] : ['diff', '--name-only', before, entry.tree]
  const paths = git(...args).split('\n')
  const path = paths[byte % paths.length] ?? ''
  const text = Buffer.from((await trees.file(entry.tree, path)) ?? '')
  const place = byte % text.length
  text[place] = text[place] === 0x37 ? 0x38 : 0x37
  return trees.edit(entry.tree, new Map([[path, text.toString()]]), objects)
}

function reworded(rest: Buffer, { how, byte }: Tampering): Buffer {
  const text = rest.toString('latin1')
  if (how === 'date')
    return Buffer.from(
      text.replace(/^(committer .* )(\d+)/m, (_, who, at) => `${who}${Number(at) + 1 + (byte % 86_400)}`),
      'latin1',
    )
  const start = text.indexOf('\n\n') + 2
  const place = start + (byte % (text.length - start - 1))
  return Buffer.from(`${text.slice(0, place)}${text[place] === 'x' ? 'y' : 'x'}${text.slice(place + 1)}`, 'latin1')
}

const signatureLines = /^gpgsig(?:-sha256)? .*\n(?: .*\n)*/m

async function signed(head: string, rest: Buffer, how: Tampering['signature']): Promise<Buffer> {
  const kept = Buffer.concat([Buffer.from(head), rest])
  if (how === 'kept') return kept
  const bare = kept.toString('latin1').replace(signatureLines, '')
  if (how === 'dropped') return Buffer.from(bare, 'latin1')
  const signature = (await stranger.sign(Buffer.from(bare, 'latin1'), 'git')).trimEnd().replaceAll('\n', '\n ')
  const message = bare.indexOf('\n\n') + 1
  return Buffer.from(`${bare.slice(0, message)}gpgsig ${signature}\n${bare.slice(message)}`, 'latin1')
}

async function verified(tip: string, witness: string) {
  git('update-ref', 'refs/heads/tampered', tip)
  const ledger = await openGitLedger(office.desk.folder, { branch: 'tampered' })
  try {
    return await auditVerify({ ...opened, ledger: async () => ledger }, { witness })
  } finally {
    ledger.close()
  }
}

it('finds nothing where nothing was done', async () => {
  const tip = entries.at(-1)?.id ?? ''
  expect(entries.length).toBeGreaterThan(12)
  const report = await verified(tip, tip)
  expect(report).toMatchObject({ findings: [], witnessed: true, tip })
})

it('names an entry that names a commit which is not there', async () => {
  const witness = entries.at(-1)?.id ?? ''
  const folder = join(office.desk.folder, '.git', 'objects')
  const hex = /(?:base|head|commit|recognised): ([0-9a-f]{40})/g
  let named = 0
  for (const at of entries.keys()) {
    const objects = new ObjectWriter(folder, context.format)
    const paths =
      at === 0 ? [] : git('diff', '--name-only', entries[at - 1]?.tree ?? '', entries[at]?.tree ?? '').split('\n')
    for (const path of paths) {
      const text = (await trees.file(entries[at]?.tree ?? '', path)) ?? ''
      const other = text.replaceAll(hex, (all, id: string) => all.replace(id, 'd'.repeat(40)))
      if (other === text) continue
      const { tip, first } = await rewritten(at, path, other, objects)
      await objects.settle()
      expect([path, (await verified(tip, witness)).firstBad?.commit]).toEqual([path, first])
      named += 1
    }
  }
  expect(named).toBeGreaterThan(5)
}, 300_000)

it('a thousand times', async () => {
  const witness = entries.at(-1)?.id ?? ''
  const folder = join(office.desk.folder, '.git', 'objects')
  await fc.assert(
    fc.asyncProperty(tampering, async (t) => {
      const objects = new ObjectWriter(folder, context.format)
      const { tip, first } = await tamper(t, objects)
      await objects.settle()
      if (tip === witness) return // What was swapped with itself, or not cut off.
      const report = await verified(tip, witness)
      expect(report.findings.some((f) => f.code === 'ledger-tampered')).toBe(true)
      if (first === '') expect(report.findings.map((f) => f.summary).join('\n')).toContain('cut off or rewritten')
      else expect(report.firstBad?.commit).toBe(first)
    }),
    { numRuns: 1_000 },
  )
}, 600_000)
