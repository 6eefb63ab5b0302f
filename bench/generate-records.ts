import { declaredPath, formatRecordId } from '../engine/ledger/declared-record.ts'
import { serialiseRecord } from '../engine/ledger/record-text.ts'
import type { DeclaredRecord, RecordLogLine } from '../engine/model/declared-record.ts'

/** Of so many records one is not over yet. */
const stillOpen = 40

export const teams = [
  'platform',
  'storefront',
  'orders',
  'discovery',
  'network',
  'data',
  'workplace',
  'security',
] as const
const services = ['shop', 'payments', 'search', 'warehouse', 'mail', 'wifi', 'payroll', 'website'] as const
const people = ['m.okafor', 'n.ito', 'a.silva', 'j.berg', 'l.chen', 'r.haddad'] as const
const levels = ['high', 'medium', 'low', 'medium', 'low', 'low'] as const
/** Words of a desk: some stand in every tenth record, most in one of thousands. */
const common = (
  'checkout slow disk full backup failed login printer timeout certificate expired database connection refused invoice ' +
  'export empty search results missing customer order stuck queue memory restart router port down laptop screen password'
).split(' ')

/** Something of a list, other for each number and each question, the same each time. */
const pick = <T>(list: readonly T[], number: number, salt: number): T =>
  list[Math.abs(Math.imul(number + salt * 7_919, 2_654_435_761) >> 8) % list.length] as T

const syllables = 'ba ko li mur ten sa dri vo pel ga nis tor fe hu wi zan'.split(' ')
const rare = syllables.flatMap((a) => syllables.flatMap((b) => syllables.map((c) => `${a}${b}${c}`)))

const sentence = (number: number, salt: number, length: number): string =>
  Array.from({ length }, (_, i) => pick(i % 6 === 0 ? common : rare, number, salt + i)).join(' ')

/** An incident or a request of a desk that has been at work for years: most are over, a few are open. */
export function sampleRecord(number: number): DeclaredRecord {
  const incident = number % 5 < 3
  const open = number % stillOpen === 7
  const team = pick(teams, number, 1)
  const openedAt = new Date(Date.UTC(2026, 0, 1) + number * 30_000).toISOString()
  const who = `Person/${pick(people, number, 2)}` as const
  const line = (move: string, state: string, minutes: number, text?: string): RecordLogLine => ({
    at: new Date(Date.parse(openedAt) + minutes * 60_000).toISOString(),
    by: who,
    move,
    state,
    ...(text !== undefined && { text }),
  })
  const log = incident
    ? [line('new', 'open', 0, sentence(number, 40, 12)), line('acknowledge', 'acknowledged', 12)]
    : [line('new', 'submitted', 0, sentence(number, 40, 12)), line('accept', 'accepted', 30)]
  if (!open && incident) log.push(line('resolve', 'resolved', 90), line('close', 'closed', 2_000))
  if (!open && !incident)
    log.push(line('fulfil', 'fulfilled', 600, sentence(number, 60, 6)), line('close', 'closed', 3_000))
  const last = log.at(-1) as RecordLogLine
  return {
    apiVersion: 'plumbline/v1',
    kind: 'Record',
    id: formatRecordId({ prefix: incident ? 'INC' : 'REQ', year: 2026, number }),
    type: incident ? 'incident' : 'request',
    state: last.state,
    title: sentence(number, 20, 5),
    openedAt,
    openedBy: who,
    fields: {
      service: pick(services, number, 3),
      team,
      impact: pick(levels, number, 4),
      urgency: pick(levels, number, 5),
      requester: who,
      ...(incident ? { description: sentence(number, 80, 30) } : { reason: sentence(number, 80, 20), form: {} }),
      ...(incident && !open && { resolution: sentence(number, 120, 8) }),
    },
    links: number % 10 === 0 ? [{ relation: 'about', to: `Host/web-${number % 300}` }] : [],
    log,
    transition: {
      uuid: `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`,
      name: last.move,
      at: last.at,
      actor: who,
    },
  }
}

/** Where a record lies in the ledger, and its text. */
export function recordFile(number: number): { readonly path: string; readonly text: string } {
  const record = sampleRecord(number)
  return { path: declaredPath(record.type, record.id) ?? '', text: serialiseRecord(record) }
}
