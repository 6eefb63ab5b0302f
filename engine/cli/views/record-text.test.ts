import picocolors from 'picocolors'
import { expect, it } from 'vitest'
import type { ChangeRecord } from '../../model/record.ts'
import { recordText } from './record-text.ts'

const hosts = Array.from({ length: 12 }, (_, i) => `web-${i} package:nginx`)
const record = {
  ...{ kind: 'Change', id: 'CHG-2026-00001', state: 'proposed', type: 'normal', title: 'Serve pages' },
  ...{ openedAt: '2026-10-05T08:00:00.000Z', openedBy: 'Person/ana', approvals: [], actions: [] },
  subject: { head: 'a'.repeat(40), base: 'b'.repeat(40), plan: 'sha256:c' },
  risk: { score: 7, level: 'low', factors: [{ points: 7, because: '12 hosts', evidence: hosts }] },
} as unknown as ChangeRecord

it('says what speaks for a risk in lines that fit a narrow terminal, each below the words', () => {
  const lines = recordText(record, [], { colors: picocolors.createColors(false), width: 60 }).split('\n')
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(60)
  const first = lines.findIndex((line) => line.includes('12 hosts'))
  const column = lines[first]?.indexOf('12 hosts')
  expect(lines[first + 1]?.search(/\S/)).toBe(column)
  expect(lines.join(' ').replace(/\s+/g, ' ')).toContain(`12 hosts (${hosts.join(', ')})`)
})

it('shows what a stranger wrote into the ledger as it stands there, and lets none of it move the cursor', () => {
  const clear = '\u001b[2J\u009b2J\u202e'
  const pause = { by: clear, at: '2026-10-05T09:00:00Z', reason: clear }
  const deployment = { ...{ startedAt: pause.at, by: clear, pause, results: [] }, finishedAt: pause.at }
  const attestation = { signatures: [{ keyid: clear, sig: '' }] }
  const forged = { ...record, openedBy: clear, deployment: { ...deployment, attestation } } as unknown as ChangeRecord
  const history = [{ at: pause.at, transition: clear, actor: clear, commit: 'c'.repeat(40) }]
  const text = recordText(forged, history, { colors: picocolors.createColors(false), width: 100 })
  expect(text).not.toMatch(/[\u001b\u0080-\u009f\u202e]/)
})
