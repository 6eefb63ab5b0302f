import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, it } from 'vitest'
import { deltaOf } from './delta.ts'
import { ObjectWriter } from './object-writer.ts'
import { scratchFolder, testRepository } from './test-repository.ts'

const scratch = scratchFolder()
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

/** As gitformat-pack(5) says. */
function apply(base: Buffer, delta: Buffer): Buffer {
  let at = 0
  const next = () => delta[at++] ?? 0
  const size = () => {
    for (let value = 0, scale = 1; ; scale *= 128) {
      const byte = next()
      value += (byte & 127) * scale
      if (byte < 128) return value
    }
  }
  expect(size()).toBe(base.length)
  const length = size()
  const parts: Buffer[] = []
  while (at < delta.length) {
    const code = next()
    if (code < 128) {
      expect(code).toBeGreaterThan(0)
      parts.push(delta.subarray(at, at + code))
      at += code
      continue
    }
    const number = (bits: readonly number[]) =>
      bits.reduce((sum, bit, i) => (code & (1 << bit) ? sum + next() * 256 ** i : sum), 0)
    const from = number([0, 1, 2, 3])
    const count = number([4, 5, 6]) || 0x10000
    parts.push(base.subarray(from, from + count))
  }
  const made = Buffer.concat(parts)
  expect(made.length).toBe(length)
  return made
}

const line = fc.constantFrom('a', 'state: proposed', 'digest: 12ab34cd56ef', '', 'x'.repeat(300), 'é'.repeat(9))
const text = fc.array(line, { maxLength: 30 }).map((lines) => Buffer.from(lines.join('\n')))

it('applied to the base gives the other', () => {
  fc.assert(
    fc.property(text, text, fc.boolean(), (base, target, isText) => {
      expect(apply(base, deltaOf(base, target, isText)).equals(target)).toBe(true)
    }),
  )
  const large = Buffer.alloc(300_000, 'some bytes')
  const other = Buffer.concat([large.subarray(0, 70_001), Buffer.from('new'), large.subarray(70_001)])
  expect(apply(large, deltaOf(large, other, false)).equals(other)).toBe(true)
  expect(deltaOf(large, other, false).length).toBeLessThan(100)
})

it.each(['sha1', 'sha256'] as const)('%s: git reads what is packed as differences', async (format) => {
  const r = testRepository(join(scratch, format), `--object-format=${format}`)
  const writer = new ObjectWriter(join(r.dir, '.git/objects'), format)
  const lines = Array.from({ length: 60 }, (_, i) => `line ${i} of a record: ${i * 7919}\n`)
  const texts = Array.from({ length: 300 }, (_, i) => lines.map((l, n) => (n === i % 60 ? `${i}\n` : l)).join(''))
  const ids = texts.map((each) => writer.write('blob', Buffer.from(each)))
  await writer.settle()
  expect(r.git('fsck', '--strict', '--no-dangling', '--full')).toBe('')
  for (const i of [0, 1, 44, 45, 46, 47, 299]) expect(r.git('cat-file', 'blob', ids[i] ?? '')).toBe(texts[i]?.trimEnd())
  const folder = join(r.dir, '.git/objects/pack')
  const pack = readdirSync(folder).find((name) => name.endsWith('.idx')) ?? ''
  const chains = r.git('verify-pack', '-v', join(folder, pack)).match(/chain length = \d+/g) ?? []
  // git takes longer ones apart when it sends them.
  expect(chains.map((chain) => Number(chain.slice(15))).at(-1)).toBe(45)
})
