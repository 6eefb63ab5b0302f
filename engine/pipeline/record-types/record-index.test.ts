import { createHash, randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { openRepository } from '../../adapters/git/git-repository.ts'
import { openRememberingLedger } from '../../adapters/git/remembering-ledger.ts'
import { fresh, local, removeScratch, signer } from '../../adapters/git/test-ledger.ts'
import { openRecordIndex } from '../../adapters/store/record-index.ts'
import { recordTypes } from '../../generated/record-types.ts'
import { commentOn, declaredEntry, findDeclared, moveRecord, openRecord } from '../../ledger/declared-record.ts'
import type { DeclaredRecord, RecordType } from '../../model/declared-record.ts'
import type { RecordIndex } from '../../ports/record-index.ts'
import { freshIndex, type IndexWorld } from './record-index.ts'

/** What was taken up move by move, and what is made anew of the whole ledger, are the same index. */

const types = new Map([...recordTypes].map(([name, { spec }]): [string, RecordType] => [name, { name, spec }]))
const incident = types.get('incident') as RecordType
afterAll(removeScratch)

interface Act {
  readonly record: number
  readonly move: 'acknowledge' | 'wait' | 'resume' | 'comment' | 'assign'
  /** Somebody looks at a queue after it. */
  readonly look: boolean
}

const act: fc.Arbitrary<Act> = fc.record({
  record: fc.integer({ min: 1, max: 3 }),
  move: fc.constantFrom('acknowledge', 'wait', 'resume', 'comment', 'assign'),
  look: fc.boolean(),
})

const by = () => ({ uuid: randomUUID(), at: '2026-10-05T08:00:00.000Z', actor: 'engine' }) as const

/** The record after it, or as it is where that can't be done in its state. */
function after(before: DeclaredRecord | undefined, { record, move }: Act): DeclaredRecord | undefined {
  const id = `INC-2026-0000${record}`
  const done =
    before === undefined
      ? openRecord(incident, { id, title: `Incident ${record}`, fields: { impact: 'high', urgency: 'low' } }, by())
      : move === 'comment'
        ? commentOn(incident, before, 'somebody looked', by())
        : moveRecord(
            incident,
            before,
            { name: move, text: 'because', ...(move === 'assign' && { fields: { team: 'platform' } }) },
            by(),
          )
  return 'record' in done ? done.record : undefined
}

const contents = async (index: RecordIndex) =>
  (await index.find({ order: 'newest', limit: 100 })).map((found) => JSON.stringify(found)).sort()

describe('the index of the ledger', () => {
  it('law: is the same taken up in any steps as made anew', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 1, maxLength: 8 }), async (acts) => {
        const { dir } = local()
        const folder = fresh('index')
        const [index, repository] = [openRecordIndex(folder), await openRepository(dir)]
        const ledger = await openRememberingLedger(dir, 'ledger', { ask: true })
        const world: IndexWorld = {
          recordIndex: async () => index,
          ledger: async () => ledger,
          repository: async () => repository,
          sha256: (text) => createHash('sha256').update(text).digest('hex'),
          uuid: randomUUID,
          emit: () => undefined,
          wait: async () => undefined,
          stopping: () => false,
        }
        for (const one of acts) {
          await ledger.append(async (view) => {
            const found = await findDeclared(view, 'incident', `INC-2026-0000${one.record}`)
            const record = 'record' in found ? after(found.record, one) : undefined
            return { entries: record === undefined ? [] : [declaredEntry(record, signer)], result: undefined }
          })
          if (one.look) await freshIndex(world, types)
        }
        const taken = await contents(await freshIndex(world, types))
        const made = await contents(await freshIndex(world, types, true))
        expect(taken).toEqual(made)
        expect(made.length).toBe(new Set(acts.map((a) => a.record)).size)
        repository.close()
        ledger.close()
        await index.close()
        rmSync(folder, { recursive: true })
      }),
      { numRuns: 8 },
    )
  }, 60_000)
})
