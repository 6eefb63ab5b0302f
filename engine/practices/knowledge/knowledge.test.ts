import { readFileSync } from 'node:fs'
import { load } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import { type PracticeCase, practiceCases, practiceEstate } from '../../../test/practice-cases.ts'
import type { DeclaredRecord } from '../../model/declared-record.ts'
import { checkKnowledge } from './check.ts'
import { codes } from './codes.ts'
import { reports } from './reports.ts'

const cases = load(readFileSync(new URL('cases/findings.yaml', import.meta.url), 'utf8')) as PracticeCase[]

const record = (fields: object, state = 'open') =>
  ({ fields, state, openedAt: '2026-09-01T10:00:00Z' }) as unknown as DeclaredRecord

describe('knowledge', () => {
  practiceCases(cases, codes, checkKnowledge)

  it('tells what people say of a text, until somebody has done something about it', () => {
    const input = practiceEstate(
      [
        '{ kind: Runbook, metadata: { name: a }, spec: { title: Restart it, review: "2027-01-01" } }',
        '{ kind: Article, metadata: { name: b }, spec: { title: How it works } }',
      ].join('\n'),
    )
    const records = new Map([
      [
        'feedback',
        [
          record({ about: 'a', verdict: 'helpful' }, 'done'),
          record({ about: 'Article/b', verdict: 'stale' }),
          record({ about: 'Article/b', verdict: 'unhelpful' }, 'done'),
        ],
      ],
      ['runbook-run', [record({ runbook: 'a' }, 'succeeded')]],
    ])
    const about = [...input.graph.ofKind('Runbook'), ...input.graph.ofKind('Article')]
    const found = reports[0]?.run({ ...input, records: (type) => records.get(type) ?? [] }, about)
    expect(found?.data).toMatchObject([
      { address: 'Runbook/a', helpful: 1, runs: 1, lastRun: '2026-09-01T10:00:00Z', needs: [] },
      { address: 'Article/b', stale: 1, unhelpful: 0, needs: ['a day of review', 'to be brought up to date'] },
    ])
  })
})
