import type { RecordedAction, Subject } from '../model/plan.ts'
import type { ChangeRecord, Intent, LockHolder, RecordedApproval } from '../model/record.ts'
import { type By, propose } from './fold-change.ts'
import type { Outcome } from './record-text.ts'

/** Records for tests. */

const hex = (digit: string, length = 40): string => digit.repeat(length)

export const sampleSubject: Subject = {
  repository: '5e4f9c0e-0000-4000-8000-000000000001',
  ref: 'refs/heads/main',
  base: hex('a'),
  head: hex('b'),
  tree: hex('c'),
  content: `sha256:${hex('1', 64)}`,
  plan: `sha256:${hex('2', 64)}`,
  policies: `sha256:${hex('3', 64)}`,
}

export const sampleAction = (n: number): RecordedAction => ({
  id: `act-${String(n).padStart(12, '0')}`,
  host: `web-0${n}`,
  resource: 'file:/etc/motd',
  verb: 'update',
  reversibility: 'exact',
  before: `sha256:${hex('4', 64)}`,
  after: `sha256:${hex('5', 64)}`,
})

export const sampleIntent = (n: number): Intent => ({ action: sampleAction(n), state: { mode: '0644' } })

let uuids = 0
export const by = (actor: By['actor'] = 'engine', at = '2026-10-02T12:00:00Z'): By => ({
  uuid: `00000000-0000-4000-8000-${String(++uuids).padStart(12, '0')}`,
  at,
  actor,
})

export const sampleApproval = (
  approver: `Person/${string}`,
  at = '2026-10-02T12:00:00Z',
  payload = 'e30=',
): RecordedApproval => ({
  assertion: 'approver-signed',
  approver,
  at,
  envelope: { payloadType: 'application/vnd.in-toto+json', payload, signatures: [{ keyid: 'SHA256:x', sig: 'eA==' }] },
})

export const sampleHolder: LockHolder = {
  change: 'CHG-2026-00042',
  by: 'n.ito',
  since: '2026-10-02T12:00:00Z',
  machine: 'ops-1',
  pid: 4711,
  started: '12345',
}

export const sampleProposal = (actions = [1, 2]) => ({
  id: 'CHG-2026-00042',
  title: 'Raise the limit: "worker_connections" # 2048',
  subject: sampleSubject,
  actions: actions.map(sampleAction),
})

export function expectRecord<Record>(outcome: Outcome<Record>): Record {
  if ('refused' in outcome) throw new Error(outcome.refused.summary)
  return outcome.record
}

export const proposed = (): ChangeRecord => expectRecord(propose(sampleProposal(), by()))
