import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Look } from '../../ports/store.ts'
import { openEmbeddedStore } from './embedded-store.ts'
import { storeContract } from './store.contract.ts'

let scratch: string
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'plumbline-store-'))
})
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

describe('the embedded store', () => {
  storeContract(() => openEmbeddedStore(mkdtempSync(join(scratch, 'store-'))))

  const look = (host: string, at: string, text: string): Look => ({
    host,
    at,
    parts: new Map([['packages', Array.from({ length: 500 }, (_, i) => `${text}${i}`)]]),
  })

  it('hardly grows where nothing changes, and lets nobody else read it', async () => {
    const folder = join(scratch, 'size')
    const sizeAfter = async (looks: readonly Look[]) => {
      const store = openEmbeddedStore(folder)
      for (const one of looks) await store.put([one])
      await store.close()
      return statSync(join(folder, 'snapshots-1.db')).size
    }
    const moments = Array.from({ length: 200 }, (_, i) => new Date(Date.UTC(2026, 9, 1) + i * 60_000).toISOString())
    const one = await sizeAfter(moments.slice(0, 1).map((at) => look('a', at, 'x')))
    expect(await sizeAfter(moments.map((at) => look('a', at, 'x')))).toBeLessThanOrEqual(one + 4096)
    // A second host with the same packages shares them.
    expect(await sizeAfter([look('b', moments[0] ?? '', 'x')])).toBeLessThanOrEqual(one + 4096)
    expect(statSync(join(folder, readdirSync(folder)[0] ?? '')).mode & 0o077).toBe(0)
  })

  it('is written by several processes at once', async () => {
    const folder = join(scratch, 'many')
    const script = (name: string) => `
      import { openEmbeddedStore } from ${JSON.stringify(join(import.meta.dirname, 'embedded-store.ts'))}
      const store = openEmbeddedStore(${JSON.stringify(folder)})
      for (let n = 0; n < 20; n += 1)
        await store.put([{ host: '${name}' + n, at: '2026-10-01T12:00:00.000Z', parts: new Map([['n', n], ['all', 'same']]) }])
      await store.close()`
    const codes = await Promise.all(
      ['a', 'b'].map((name) => {
        const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', script(name)])
        return new Promise((resolve) => child.on('close', resolve))
      }),
    )
    expect(codes).toEqual([0, 0])
    const store = openEmbeddedStore(folder)
    expect((await store.latest()).size).toBe(40)
    await store.close()
  })

  it('says so where the file is no store', async () => {
    const folder = join(scratch, 'broken')
    await openEmbeddedStore(folder).close()
    rmSync(folder, { recursive: true })
    mkdirSync(folder)
    writeFileSync(join(folder, 'snapshots-1.db'), 'rubbish '.repeat(2000))
    expect(() => openEmbeddedStore(folder)).toThrow()
  })
})
