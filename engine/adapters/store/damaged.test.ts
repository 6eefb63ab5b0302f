import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openEmbeddedInbox } from '../inbox/embedded-inbox.ts'
import { openEmbeddedStore } from './embedded-store.ts'
import { openEventStore } from './event-store.ts'
import { openRecordIndex } from './record-index.ts'

/** Files that a clone keeps for itself are damaged by full disks, crashes and people. Who asks is told once, and goes on with a new one. */

const scratch = mkdtempSync(join(tmpdir(), 'plumbline-damaged-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

const files = {
  'the index of records': {
    open: (folder: string) => {
      const index = openRecordIndex(folder)
      return { use: () => index.cursor('a'), ask: () => index.count({}), close: () => index.close() }
    },
  },
  'what was seen': {
    open: (folder: string) => {
      const store = openEmbeddedStore(folder)
      return { use: () => store.latest(), ask: () => store.latest(), close: () => store.close() }
    },
  },
  'the inbox': {
    open: (folder: string) => {
      const inbox = openEmbeddedInbox(folder)
      return { use: () => inbox.counts(), ask: () => inbox.counts(), close: () => inbox.close() }
    },
  },
  'the store of events': {
    open: (folder: string) => {
      const store = openEventStore(folder, 0)
      return { use: () => store.all(), ask: () => store.all(), close: () => store.close() }
    },
  },
}

const damages = {
  'no database at all': () => Buffer.from('this was never one, and is long enough to be looked into: '.repeat(20)),
  'overwritten behind its first page': (whole: Buffer) => Buffer.from(whole).fill(7, 4096),
  'overwritten from its head on': (whole: Buffer) => Buffer.from(whole).fill(9, 100, 4096),
  'cut off': (whole: Buffer) => whole.subarray(0, 4096),
}

describe.each(Object.entries(files))('%s', (name, { open }) => {
  it.each(Object.entries(damages))('%s', async (damage, how) => {
    const folder = join(scratch, `${name} ${damage}`)
    const first = open(folder)
    await first.use()
    await first.close()
    const [file = ''] = readdirSync(folder).filter((f) => f.endsWith('.db'))
    for (const other of readdirSync(folder)) if (other !== file) rmSync(join(folder, other))
    writeFileSync(join(folder, file), how(readFileSync(join(folder, file))))
    const look = async () => {
      const opened = open(folder)
      try {
        await opened.ask()
        await opened.use()
      } finally {
        await opened.close()
      }
    }
    await expect(look()).rejects.toMatchObject({
      code: 'store-damaged',
      message: expect.stringContaining(`${file}.damaged-`),
    })
    expect(readdirSync(folder).filter((f) => /\.db\.damaged-\d+$/.test(f))).toHaveLength(1)
    await look()
  })
})
