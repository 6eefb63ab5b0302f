import { randomBytes } from 'node:crypto'
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ObjectWriter } from './object-writer.ts'
import { scratchFolder, testRepository } from './test-repository.ts'

let scratch: string
beforeAll(() => {
  scratch = scratchFolder()
})
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

describe.each(['sha1', 'sha256'] as const)('%s', (format) => {
  it.each([
    ['few, loose', 5, 0],
    ['many, in a pack', 200, 2],
  ])('%s: git reads every byte', async (_, count, packFiles) => {
    const r = testRepository(join(scratch, `${format}-${count}`), `--object-format=${format}`)
    const writer = new ObjectWriter(join(r.dir, '.git/objects'), format)
    // Sizes around those at which a pack's header gets longer.
    const sizes = [0, 1, 15, 16, 17, 2047, 2048, 2049, 100_000]
    const blobs = Array.from({ length: count }, (_, i) => randomBytes(sizes[i % sizes.length] ?? 0))
    const ids = blobs.map((data) => writer.write('blob', data))
    expect(writer.pending(ids[1] ?? '')?.data).toEqual(blobs[1])
    await writer.settle()
    expect(writer.pending(ids[1] ?? '')).toBeUndefined()
    expect(r.git('fsck', '--strict', '--no-dangling', '--full')).toBe('')
    for (const [i, id] of ids.slice(0, 12).entries()) {
      expect(r.git('cat-file', '-t', id)).toBe('blob')
      expect(r.git('cat-file', '-s', id)).toBe(String(blobs[i]?.length))
    }
    const files = readdirSync(join(r.dir, '.git/objects'), { recursive: true }).map(String)
    expect(files.filter((f) => /\.(pack|idx)$/.test(f))).toHaveLength(packFiles)
    expect(files.filter((f) => f.includes('tmp_'))).toEqual([])
    // Once more: nothing changes.
    for (const data of blobs) writer.write('blob', data)
    await writer.settle()
    expect(r.git('fsck', '--strict', '--no-dangling', '--full')).toBe('')
  })
})
