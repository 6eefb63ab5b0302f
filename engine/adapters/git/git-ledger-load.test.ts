import { afterAll, expect, it } from 'vitest'
import { openGitLedger } from './git-ledger.ts'
import { appendNext, cut, expectSound, hub, removeScratch, startWriter } from './test-ledger.ts'

/** Many writers, and many broken pushes. */

afterAll(removeScratch)

it('32 processes write 200 records each to one remote: nothing lost, nothing doubled', async () => {
  const { bare, clone } = hub()
  const writers = Array.from({ length: 32 }, (_, i) => startWriter(clone().dir, `w${i}`, 200, 200))
  const ended = await Promise.all(writers.map((w) => w.ended))
  expect(ended.map((e) => e.stderr).join('')).toBe('')
  const ids = ended.flatMap((e) => e.ids)
  expect(ids).toHaveLength(6_400)
  expect([...expectSound(bare)].sort()).toEqual(ids.sort())
}, 1_500_000)

it('500 times the connection breaks after the server accepted: each is written once', async () => {
  const { bare, clone } = hub()
  const r = clone()
  const ledger = await openGitLedger(r.dir)
  await ledger.append((view) => appendNext(view))
  cut(r, 'after', 500)
  const ids: string[] = []
  let asked = 0
  for (let i = 0; i < 500; i += 1)
    ids.push(
      await ledger.append((view) => {
        asked += 1
        return appendNext(view)
      }),
    )
  expect(ids).toEqual(Array.from({ length: 500 }, (_, i) => String(i + 2).padStart(6, '0')))
  expect(expectSound(bare)).toEqual(['000001', ...ids])
  // What arrived is looked up, not prepared again.
  expect(asked).toBe(500)
  ledger.close()
}, 1_500_000)
