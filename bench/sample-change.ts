import { propose } from '../engine/ledger/fold-change.ts'
import type { Outcome } from '../engine/ledger/record-text.ts'
import type { RecordedAction } from '../engine/model/plan.ts'
import type { ChangeRecord } from '../engine/model/record.ts'

const digest = (digit: string): `sha256:${string}` => `sha256:${digit.repeat(64)}`

const subject = {
  repository: '5e4f9c0e-0000-4000-8000-000000000001',
  ref: 'refs/heads/main',
  base: 'a'.repeat(40),
  head: 'b'.repeat(40),
  tree: 'c'.repeat(40),
  content: digest('1'),
  plan: digest('2'),
  policies: digest('3'),
}

const actions: readonly RecordedAction[] = [1, 2].map((n) => ({
  id: `act-${String(n).padStart(12, '0')}`,
  host: `web-0${n}`,
  resource: 'file:/etc/motd',
  verb: 'update',
  reversibility: 'exact',
  before: digest('4'),
  after: digest('5'),
}))

/** A change of two actions, as a command proposes it. */
export function sampleChange(id: string, uuid: string, at = '2026-10-02T12:00:00Z'): ChangeRecord {
  const title = 'Raise the number of connections of the shop'
  return recordOf(propose({ id, title, subject, actions }, { uuid, at, actor: 'engine' }))
}

/** The record that a move has made; a refusal is a mistake of the bench. */
export function recordOf(outcome: Outcome<ChangeRecord>): ChangeRecord {
  if ('refused' in outcome) throw new Error(outcome.refused.summary)
  return outcome.record
}
