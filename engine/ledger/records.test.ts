import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LedgerView } from '../ports/ledger.ts'
import { appliedHost, findBranch, findChange, findGenesis, listChanges, nextChangeId } from './find-records.ts'
import { acquireLock, lockFault, releaseLock, takeOverLock } from './lock.ts'
import { appliedPath, changePath, engineKeyPath, formatChangeId, parseChangeId } from './paths.ts'
import { parseRecord, serialiseRecord } from './record-text.ts'
import { expectRecord, proposed, sampleHolder } from './test-records.ts'

const sha256 = (d: string | Uint8Array) => createHash('sha256').update(d).digest('hex')

function viewOf(files: Readonly<Record<string, string>>): LedgerView & { asked: string[] } {
  const asked: string[] = []
  const below = (folder: string) =>
    Object.keys(files)
      .filter((f) => f.startsWith(`${folder}/`))
      .map((f) => f.slice(folder.length + 1).split('/')[0] ?? '')
  return {
    asked,
    tip: 'x',
    file: async (path) => files[path],
    list: async (folder) => {
      asked.push(folder)
      return [...new Set(below(folder))].sort()
    },
  }
}

describe('numbers and paths', () => {
  it.each([
    ['CHG-2026-00042', 'changes/2026-00/00/CHG-2026-00042.yaml'],
    ['CHG-2026-12345', 'changes/2026-01/23/CHG-2026-12345.yaml'],
    ['CHG-2026-1234567', 'changes/2026-123/45/CHG-2026-1234567.yaml'],
  ])('%s lies at %s', (id, path) => expect(changePath(id)).toBe(path))
  it.each([
    'CHG-2026-42',
    'CHG-2026-000042',
    'CHG-2026-00000',
    'chg-2026-00042',
    'CHG-2026-00042/..',
    '../x',
    '',
  ])('%j is none', (id) => {
    expect(parseChangeId(id)).toBeUndefined()
    expect(changePath(id)).toBeUndefined()
  })
  it('name hosts and keys by their digest', () => {
    expect(appliedPath(sha256, 'web-01')).toMatch(/^applied\/[0-9a-f]{2}\/web-01\.yaml$/)
    expect(engineKeyPath('SHA256:a/b+c')).toBe('keys/a_b-c.yaml')
  })
  it('go on from the highest in the newest folder, looking at no other', async () => {
    const at = (number: number) => [changePath(formatChangeId({ year: 2026, number })) ?? '', 'x'] as const
    const cases = [[], [1], [7], [98, 99], [99, 100], [9_999, 10_000], [999_999, 1_000_000, 1_000_001]]
    for (const numbers of cases) {
      const view = viewOf(Object.fromEntries([...numbers.map(at), ['changes/2025-00/00/CHG-2025-00099.yaml', 'x']]))
      expect(await nextChangeId(view, 2026)).toBe(formatChangeId({ year: 2026, number: (numbers.at(-1) ?? 0) + 1 }))
      expect(view.asked.length).toBeLessThanOrEqual(3)
    }
  })
})

describe('text of records', () => {
  it('is the same for the same record, however it was put together', () => {
    const record = proposed()
    const reversed = Object.fromEntries(Object.entries(record).reverse()) as unknown as typeof record
    expect(serialiseRecord(reversed)).toBe(serialiseRecord(record))
    expect(
      serialiseRecord(record)
        .split('\n')
        .slice(0, 5)
        .map((l) => l.split(':')[0]),
    ).toEqual(['apiVersion', 'kind', 'id', 'state', 'title'])
  })

  it('brings back every title', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (text) => {
        const title = text.replace(/[\x00-\x1f\x7f]/g, '')
        expect(expectRecord(parseRecord('change', serialiseRecord({ ...proposed(), title }), 'f')).title).toBe(title)
      }),
    )
  })

  const text = serialiseRecord(proposed())
  it.each([
    ['nothing', ''],
    ['another language', '{'],
    ['a list', '- a\n'],
    ['a comment', `# hello\n${text}`],
    ['a second document', `${text}---\na: 1\n`],
    ['another order', text.replace(/^(apiVersion.*\n)(kind.*\n)/, '$2$1')],
    ['an unknown field', `${text}zzz: 1\n`],
    ['a missing field', text.replace(/^title:.*\n/m, '')],
    ['another state', text.replace('state: proposed', 'state: done')],
    ['a number that is none', text.replace('id: CHG-2026-00042', 'id: CHG-2026-42')],
    ['a short digest', text.replace(/sha256:2+/, 'sha256:22')],
    ['a time without a zone', text.replaceAll('T12:00:00Z', 'T12:00:00')],
    ['an alias', text.replace('state: proposed', 'state: &a proposed')],
    ['a prototype', `${text}__proto__:\n  a: 1\n`],
  ])('with %s is refused', (_, tampered) => {
    const found = parseRecord('change', tampered, 'changes/x.yaml')
    expect(found).toMatchObject({ refused: { code: 'ledger-tampered', file: 'changes/x.yaml' } })
  })
})

describe('finding records', () => {
  it('newest first, as many as are asked for; what is broken is said and left out', async () => {
    const files = [1, 2, 999, 1000, 1001].map((number) => {
      const id = formatChangeId({ year: 2026, number })
      return [changePath(id) ?? '', number === 1000 ? 'broken' : serialiseRecord({ ...proposed(), id })] as const
    })
    const view = viewOf({
      ...Object.fromEntries(files),
      'changes/2025-00/00/CHG-2025-00001.yaml': serialiseRecord({ ...proposed(), id: 'CHG-2025-00001' }),
    })
    const { changes, diagnostics } = await listChanges(view, { limit: 3 })
    expect(changes.map((c) => c.id)).toEqual(['CHG-2026-01001', 'CHG-2026-00999', 'CHG-2026-00002'])
    expect(diagnostics).toMatchObject([{ code: 'ledger-tampered' }])
    expect((await listChanges(view)).changes.at(-1)?.id).toBe('CHG-2025-00001')
    expect(await findChange(view, 'CHG-2026-00002')).toMatchObject({ record: { id: 'CHG-2026-00002' } })
    expect(await findChange(view, 'CHG-2026-00003')).toEqual({ record: undefined })
    expect(await findChange(view, '../../x')).toEqual({ record: undefined })
    expect(await findGenesis(view)).toEqual({ record: undefined })
    expect(await findBranch(view)).toEqual({ record: undefined })
    expect(await appliedHost(view, 'web-01', sha256)).toEqual({ record: undefined })
  })
})

describe('locks', () => {
  const other = { ...sampleHolder, pid: 4712 }
  it('have one holder at a time, and a fence that grows with each', () => {
    const first = expectRecord(acquireLock(undefined, 'prod', sampleHolder))
    expect(first.fence).toBe(1)
    expect(acquireLock(first, 'prod', other)).toMatchObject({
      refused: { code: 'lock-held', summary: /n\.ito for CHG-2026-00042 since/ },
    })
    expect(releaseLock(first, other)).toMatchObject({ refused: { code: 'illegal-transition' } })
    const taken = expectRecord(takeOverLock(first, other))
    expect(taken).toMatchObject({ fence: 2, held: other })
    // The first holder woke up late.
    expect(releaseLock(taken, sampleHolder)).toHaveProperty('refused')
    const free = expectRecord(releaseLock(taken, other))
    expect(free).toEqual({ apiVersion: 'plumbline/v1', kind: 'Lock', environment: 'prod', fence: 2 })
    expect(expectRecord(acquireLock(free, 'prod', sampleHolder)).fence).toBe(3)
    expect(takeOverLock(free, other)).toHaveProperty('refused')
    expect(expectRecord(parseRecord('lock', serialiseRecord(taken), 'l'))).toEqual(taken)
  })
  it('accept no other move', () => {
    const held = expectRecord(acquireLock(undefined, 'prod', sampleHolder))
    expect(lockFault('acquire', undefined, { ...held, fence: 2 })).toBeDefined()
    expect(lockFault('take-over', held, { ...held, fence: 2 })).toBeDefined()
    expect(lockFault('release', held, { ...held, fence: 0 })).toBeDefined()
    expect(lockFault('break', held, held)).toBeDefined()
  })
})
