import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { contentDigest, type PatchEntry } from './content.ts'

const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex')
const a: PatchEntry = { path: 'a', before: { mode: '100644', id: '1' }, after: { mode: '100644', id: '2' } }
const b: PatchEntry = { path: 'b', after: { mode: '100644', id: '3' } }

it('does not depend on the order of paths', () => {
  expect(contentDigest([a, b], sha256)).toBe(contentDigest([b, a], sha256))
})

it('sees a path, a mode, a blob, and on which side they stand', () => {
  const all = [
    [a],
    [{ ...a, path: 'c' }],
    [{ ...a, after: { mode: '100755', id: '2' } }],
    [{ ...a, after: { mode: '100644', id: '4' } }],
    [b],
    [{ path: 'b', before: { mode: '100644', id: '3' } }],
    [],
  ]
  expect(new Set(all.map((patch) => contentDigest(patch, sha256))).size).toBe(all.length)
})
