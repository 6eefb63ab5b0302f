import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DeclaredRecord } from '../../model/declared-record.ts'
import type { IndexedRecord, RecordQuery } from '../../ports/record-index.ts'
import { openRecordIndex } from './record-index.ts'

let folder: string
let index: ReturnType<typeof openRecordIndex>

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plumbline-index-'))
  index = openRecordIndex(folder)
})
afterAll(async () => {
  await index.close()
  rmSync(folder, { recursive: true })
})

const states = ['open', 'closed'] as const
const teams = ['Team/shop', 'Team/platform'] as const
const words = ['checkout', 'slow', 'disk', 'full', 'backup'] as const

const indexedRecord: fc.Arbitrary<IndexedRecord> = fc
  .record({
    number: fc.integer({ min: 1, max: 40 }),
    state: fc.constantFrom(...states),
    team: fc.option(fc.constantFrom(...teams), { nil: undefined }),
    priority: fc.option(fc.constantFrom('P1', 'P2', 'P3'), { nil: undefined }),
    title: fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 3 }).map((w) => w.join(' ')),
    link: fc.option(fc.constantFrom('CHG-2026-00001', 'Host/web-01'), { nil: undefined }),
  })
  .map(({ number, state, team, priority, title, link }) => ({
    record: {
      id: `INC-2026-${String(number).padStart(5, '0')}`,
      type: number % 2 === 0 ? 'incident' : 'problem',
      state,
      title,
      openedAt: `2026-10-${String((number % 28) + 1).padStart(2, '0')}T08:00:00.000Z`,
      fields: {},
      links: link === undefined ? [] : [{ relation: 'about', to: link }],
      log: [],
    } as unknown as DeclaredRecord,
    open: state === 'open',
    ...(team !== undefined && { team }),
    ...(priority !== undefined && { priority }),
  }))

const query: fc.Arbitrary<RecordQuery> = fc.record({
  order: fc.constantFrom('queue' as const, 'newest' as const),
  limit: fc.integer({ min: 1, max: 50 }),
  types: fc.option(fc.constantFrom(['incident'], ['incident', 'problem']), { nil: undefined }),
  open: fc.option(fc.boolean(), { nil: undefined }),
  team: fc.option(fc.constantFrom(...teams), { nil: undefined }),
  linkedTo: fc.option(
    fc.constantFrom({ to: 'CHG-2026-00001' }, { to: 'Host/web-01', relation: 'about' }, { to: 'x', relation: 'y' }),
    { nil: undefined },
  ),
}) as fc.Arbitrary<RecordQuery>

function plainly(all: readonly IndexedRecord[], q: RecordQuery): readonly string[] {
  const key = ({ record, priority }: IndexedRecord) => [priority ?? 'Q', record.openedAt, record.id].join(' ')
  const newest = ({ record }: IndexedRecord) => [record.openedAt, record.id].join(' ')
  const found = all.filter(
    (r) =>
      (q.types === undefined || q.types.includes(r.record.type)) &&
      (q.open === undefined || q.open === r.open) &&
      (q.team === undefined || q.team === r.team) &&
      (q.linkedTo === undefined ||
        r.record.links.some(
          (l) => l.to === q.linkedTo?.to && (q.linkedTo.relation === undefined || l.relation === q.linkedTo.relation),
        )),
  )
  const sorted =
    q.order === 'queue'
      ? found.sort((a, b) => (key(a) < key(b) ? -1 : 1))
      : found.sort((a, b) => (newest(a) > newest(b) ? -1 : 1))
  return sorted.slice(0, q.limit).map((r) => r.record.id)
}

describe('the index of records', () => {
  it('law: answers as a walk over all records would, whatever was put in and put in again', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(indexedRecord, { maxLength: 60 }),
        fc.array(query, { maxLength: 5 }),
        async (put, asked) => {
          await index.rebuild('test')
          await index.put(put, 'a'.repeat(40))
          const newest = [...new Map(put.map((r) => [r.record.id, r])).values()]
          for (const q of asked) {
            expect((await index.find(q)).map((r) => r.record.id)).toEqual(plainly(newest, q))
            expect(await index.count(q)).toBe(plainly(newest, { ...q, limit: 1000 }).length)
          }
        },
      ),
      { numRuns: 60 },
    )
  })

  it('finds words, best first, and takes nothing in them for an operator', async () => {
    await index.rebuild('test')
    const one = (number: number, title: string): IndexedRecord => ({
      record: {
        ...{ id: `INC-2026-0000${number}`, type: 'incident', state: 'open', title, openedAt: '2026-10-01T00:00:00Z' },
        ...{ fields: { description: 'the checkout of the shop' }, links: [], log: [] },
      } as unknown as DeclaredRecord,
      open: true,
    })
    await index.put([one(1, 'disk full'), one(2, 'checkout is slow'), one(3, 'NEAR OR "AND" (*')], 'b'.repeat(40))
    const ids = async (text: string) =>
      (await index.find({ text, order: 'newest', limit: 9 })).map((r) => r.record.id.at(-1))
    expect(await ids('slow checkouts')).toEqual(['2', expect.anything(), expect.anything()])
    expect(await ids('disks')).toEqual(['1'])
    expect(await ids('near("and" *) -- \u0000')).toEqual(['3'])
    expect(await ids('"" ()')).toEqual([])
  })

  it('remembers how far followers came, and what was done once', async () => {
    expect(await index.cursor('mail')).toBeUndefined()
    await index.setCursor('mail', 'c'.repeat(40))
    await index.rebuild('test')
    expect(await index.cursor('mail')).toBe('c'.repeat(40))
    expect(await index.tip()).toBeUndefined()
    expect([await index.first('x'), await index.first('x'), await index.first('y')]).toEqual([true, false, true])
  })

  it('reads no more for a queue than it shows: each one is an index of what is open, in its order', async () => {
    const queue = { open: true, order: 'queue', limit: 50 } as const
    const asked: readonly (readonly [RecordQuery, string])[] = [
      [queue, 'open_all'],
      [{ ...queue, team: 'Team/shop' }, 'open_by_team'],
      [{ ...queue, team: null }, 'open_by_team'],
      [{ ...queue, assignee: 'Person/ana' }, 'open_by_assignee'],
      [{ ...queue, requester: 'Person/ana' }, 'open_by_requester'],
      [{ ...queue, service: 'Service/shop' }, 'open_by_service'],
      [{ ...queue, types: ['incident'] }, 'open_by_type'],
      [{ types: ['incident'], order: 'newest', limit: 50 }, 'by_type'],
      [{ requester: 'Person/ana', order: 'newest', limit: 50 }, 'by_requester'],
    ]
    for (const [query, name] of asked) {
      const plan = (await index.explain(query)).join('\n')
      expect(plan).toContain(`USING INDEX ${name}`)
      expect(plan).not.toMatch(/USE TEMP B-TREE FOR ORDER BY/)
    }
  })

  it('is made anew by one at a time, who gives way to whoever took over', async () => {
    const one: IndexedRecord = {
      record: {
        ...{ id: 'INC-2026-00001', type: 'incident', state: 'open', title: 'x', openedAt: '2026-10-01T00:00:00Z' },
        ...{ fields: {}, links: [], log: [] },
      } as unknown as DeclaredRecord,
      open: true,
    }
    await index.built('test')
    await index.setCursor('notify', 'c'.repeat(40))
    expect(await index.rebuild('first')).toBe(true)
    expect(await index.tip()).toBeUndefined()
    expect(await index.rebuild('second')).toBe(false)
    expect(await index.put([one], 'd'.repeat(40), 'second')).toBe(false)
    expect(await index.count({})).toBe(0)
    expect(await index.put([one], 'd'.repeat(40), 'first')).toBe(true)
    await index.built('first')
    expect(await index.rebuild('second')).toBe(true)
    expect(await index.count({})).toBe(0)
    expect(await index.cursor('notify')).toBe('c'.repeat(40))
  })
})
