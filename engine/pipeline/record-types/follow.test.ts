import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openRecordIndex } from '../../adapters/store/record-index.ts'
import type { LedgerStep } from '../../ports/ledger.ts'
import type { RecordIndex } from '../../ports/record-index.ts'
import type { World } from '../world.ts'
import { type From, followLedger } from './follow.ts'

/** Whoever follows the ledger, where the ledger is not the one that it was. */

let folder: string
let index: RecordIndex
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'follow-'))
  index = openRecordIndex(folder)
})
afterEach(async () => {
  await index.close()
  rmSync(folder, { recursive: true })
})

const record = `apiVersion: plumbline/v1
kind: Record
id: INC-2026-00001
state: open
title: It is slow
type: incident
openedAt: '2026-10-02T12:00:00Z'
openedBy: engine
fields: {}
links: []
log:
  - at: '2026-10-02T12:00:00Z'
    by: engine
    move: new
    state: open
transition:
  actor: engine
  at: '2026-10-02T12:00:00Z'
  name: new
  uuid: 00000000-0000-4000-8000-000000000001
`

const step = (id: string): LedgerStep => ({
  commit: {
    ...{ id, parents: [], title: '', at: '2026-10-02T12:00:00Z', signedPayload: new Uint8Array() },
    trailers: { Record: 'INC-2026-00001', Transition: 'new', 'Transition-Id': id, Actor: 'engine' },
  },
  changes: [{ path: 'records/incident/2026-00/00/INC-2026-00001.yaml', after: record }],
})

/** A ledger of these commits. Commits of another one are not there: git can't say what came before them. */
const worldOf = (commits: readonly string[]): World =>
  ({
    recordIndex: async () => index,
    ledger: async () => ({
      view: async () => ({ tip: commits.at(-1) }),
      async *steps(after?: string) {
        yield* commits.slice(after === undefined ? 0 : commits.indexOf(after) + 1).map(step)
      },
    }),
    repository: async () => ({
      isAncestor: async (a: string, b: string) => {
        if (!commits.includes(a)) throw new Error('fatal: not a valid commit name')
        return commits.includes(b) && commits.indexOf(a) <= commits.indexOf(b)
      },
    }),
  }) as unknown as World

async function seen(commits: readonly string[], from: From): Promise<readonly string[]> {
  const taken: string[] = []
  await followLedger(worldOf(commits), 'me', from, async ({ commit }) => {
    taken.push(commit)
  })
  return taken
}

describe('following the ledger', () => {
  it('hands over what came since, once', async () => {
    expect(await seen(['a', 'b'], 'now')).toEqual([])
    expect(await seen(['a', 'b', 'c'], 'now')).toEqual(['c'])
    expect(await seen(['a', 'b', 'c'], 'now')).toEqual([])
  })

  it('takes a ledger that was put in its place for history, where what is older was history', async () => {
    await seen(['a', 'b'], 'now')
    expect(await seen(['x', 'y', 'z'], 'now')).toEqual([])
    expect(await seen(['x', 'y', 'z', 'z1'], 'now')).toEqual(['z1'])
    expect(await seen(['k', 'l'], 'beginning')).toEqual(['k', 'l'])
  })

  it('leaves it to another command of the clone that has come further', async () => {
    await seen(['a', 'b', 'c'], 'beginning')
    const behind = worldOf(['a', 'b', 'c'])
    const view = { ...behind, ledger: async () => ({ ...(await behind.ledger()), view: async () => ({ tip: 'b' }) }) }
    let taken = 0
    await followLedger(view as unknown as World, 'me', 'now', async () => {
      taken += 1
    })
    expect(taken).toBe(0)
    expect(await index.cursor('me')).toBe('c')
  })
})
