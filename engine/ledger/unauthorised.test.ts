import { describe, expect, it } from 'vitest'
import type { UnauthorisedRecord } from '../model/record.ts'
import { parseRecord, serialiseRecord } from './record-text.ts'
import { by, expectRecord } from './test-records.ts'
import {
  findUnauthorised,
  formatUnauthorisedId,
  listUnauthorised,
  nextUnauthorisedId,
  openAfter,
  openUnauthorised,
  openUnauthorisedPath,
  parseUnauthorisedId,
  type Settlement,
  settleUnauthorised,
  unauthorisedEntry,
  unauthorisedFault,
  unauthorisedPath,
} from './unauthorised.ts'

const finding = {
  id: 'UCH-2026-00001',
  host: 'web-01',
  resource: 'file:/etc/motd',
  attribution: 'outside',
  fields: ['content'],
  intended: { spec: `sha256:${'1'.repeat(64)}`, change: 'CHG-2026-00042', commit: 'a'.repeat(40), approvers: [] },
  found: `sha256:${'2'.repeat(64)}`,
  foundAt: '2026-10-02T12:00:00Z',
  clues: {
    file: { path: '/etc/motd', what: 'changed', at: '2026-10-02T11:00:00Z', owner: 'root' },
    logins: [{ user: 'x\u001b[31m.y', how: 'login', from: '10.0.0.9', at: '2026-10-02T10:00:00Z' }],
  },
} as const

const open = (): UnauthorisedRecord => expectRecord(findUnauthorised(finding, by()))
const because = { because: 'a change set it', change: 'CHG-2026-00043' }
const neverSigned = { publicKey: '', sign: () => Promise.reject(new Error('not asked for')) }

describe('an unauthorised change', () => {
  it('is born open, and what the host said is made harmless', () => {
    const record = open()
    expect(record.state).toBe('open')
    expect(record.clues.logins?.[0]?.user).toBe('x\\u{1b}[31m.y')
    expect(expectRecord(parseRecord('unauthorised', serialiseRecord(record), 'u.yaml'))).toEqual(record)
  })

  it.each<[Settlement, string]>([
    ['revert', 'reverted'],
    ['adopt', 'adopted'],
    ['ignore', 'ignored'],
    ['gone', 'gone'],
  ])('is settled once: %s makes it %s', (settlement, state) => {
    const settled = expectRecord(settleUnauthorised(open(), settlement, because, by()))
    expect(settled).toMatchObject({ state, settled: because })
    expect(settleUnauthorised(settled, 'gone', because, by())).toMatchObject({
      refused: { code: 'illegal-transition' },
    })
  })

  it('stays what was found, and is an engine’s to move', () => {
    const before = open()
    const after = expectRecord(settleUnauthorised(before, 'revert', because, by()))
    expect(unauthorisedFault(before, after)).toBeUndefined()
    expect(unauthorisedFault(before, { ...after, host: 'web-02' })).toBeDefined()
    expect(unauthorisedFault(before, { ...after, state: 'adopted' })).toBeDefined()
    expect(
      unauthorisedFault(before, { ...after, transition: { ...after.transition, actor: 'Person/ana' } }),
    ).toBeDefined()
    expect(unauthorisedFault(undefined, after)).toBeDefined()
    const { settled: _, ...silent } = after
    expect(unauthorisedFault(before, silent)).toBeDefined()
  })

  it('has one spelling of its number, and the next free one', async () => {
    expect(parseUnauthorisedId('UCH-2026-00001')).toEqual({ year: 2026, number: 1 })
    for (const odd of ['UCH-2026-1', 'UCH-2026-00000', 'UCH-2026-000001', 'CHG-2026-00001', '../x'])
      expect(parseUnauthorisedId(odd)).toBeUndefined()
    const files = new Map<string, string>()
    const view = {
      tip: 'x',
      file: (path: string) => Promise.resolve(files.get(path)),
      list: (folder: string) =>
        Promise.resolve([
          ...new Set(
            [...files.keys()]
              .filter((p) => p.startsWith(`${folder}/`))
              .map((p) => p.slice(folder.length + 1).split('/')[0] ?? ''),
          ),
        ]),
    }
    expect(await nextUnauthorisedId(view, 2026)).toBe('UCH-2026-00001')
    for (const number of [1, 999, 1000]) {
      const record = { ...open(), id: formatUnauthorisedId({ year: 2026, number }) }
      const entry = unauthorisedEntry(record, openAfter([], record), neverSigned)
      expect([...entry.files.keys()]).toEqual([unauthorisedPath(record.id), openUnauthorisedPath])
      for (const [path, text] of entry.files) files.set(path, text ?? '')
    }
    expect(await nextUnauthorisedId(view, 2026)).toBe('UCH-2026-01001')
    expect((await listUnauthorised(view, 2)).records.map((r) => r.id)).toEqual(['UCH-2026-01000', 'UCH-2026-00999'])
    expect(await openUnauthorised(view)).toEqual({ record: ['UCH-2026-01000'] })
  })
})
