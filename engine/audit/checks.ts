import { isAccess } from './access.ts'
import type { CheckName, Control } from './frameworks.ts'
import type { PastChange } from './past-change.ts'
import type { AuditReport, CheckResult, ControlResult, Result } from './report-shape.ts'

type Facts = Omit<AuditReport, 'controls'>

/** Holds each control against what the report says: the worst of its checks counts, and what never happened counts only where nothing did. */
export function controlResults(
  controls: readonly Control[],
  facts: Facts,
  changes: readonly PastChange[],
): readonly ControlResult[] {
  return controls.map(({ id, about, silent, checks }) => {
    const results = checks.map((name): CheckResult => ({ check: name, ...checksByName[name](facts, changes) }))
    return { id, about, silent, result: worst(results.map((r) => r.result)), checks: results }
  })
}

function worst(results: readonly CheckResult['result'][]): Result {
  if (results.includes('exception')) return 'exception'
  if (results.includes('not-enough')) return 'not-enough'
  return results.includes('met') ? 'met' : 'not-enough'
}

type Check = (facts: Facts, changes: readonly PastChange[]) => Omit<CheckResult, 'check'>

const none = (because: string): Omit<CheckResult, 'check'> => ({ result: 'none', because, records: [] })

/** Met where no line is at fault; the faults are shown, else all of them. */
function judged(
  all: readonly string[],
  faults: readonly string[],
  words: { readonly good: string; readonly bad: string; readonly nothing: string },
): Omit<CheckResult, 'check'> {
  if (all.length === 0 && faults.length === 0) return none(words.nothing)
  return faults.length === 0
    ? { result: 'met', because: `${words.good} (${all.length})`, records: all }
    : {
        result: 'exception',
        because: `${words.bad} (${faults.length} of ${Math.max(all.length, faults.length)})`,
        records: faults,
      }
}

const ids = (lines: readonly { readonly id: string }[]): readonly string[] => lines.map((l) => l.id)

const checksByName: Readonly<Record<CheckName, Check>> = {
  approved: ({ population, exceptions }) =>
    judged(
      [...ids(population), ...exceptions.unrecorded.map((u) => u.commit)],
      [...exceptions.unapproved, ...exceptions.unrecorded.map((u) => u.commit)],
      {
        good: 'every change was approved as the estate asks before it was carried out',
        bad: 'reached the target branch without approval or record',
        nothing: 'no change in the period',
      },
    ),
  separated: ({ population, estate }) => {
    const faults = population.filter((l) => l.separation === 'none')
    if (faults.length === 0 && population.some((l) => l.separation === 'not-asked'))
      return {
        result: 'not-enough',
        because: `the estate asks for nobody besides the author (rule ${estate.rule})`,
        records: ids(population.filter((l) => l.separation === 'not-asked')),
      }
    return judged(ids(population), ids(faults), {
      good: 'nobody carried a change through alone',
      bad: 'nobody but those who wrote it agreed',
      nothing: 'no change in the period',
    })
  },
  traceable: ({ population }) => {
    const done = population.filter((l) => l.startedAt !== undefined)
    const open = done.filter((l) => l.endedAt === undefined || ['implementing', 'paused'].includes(l.state))
    return judged(ids(done), ids(open), {
      good: 'each has its commits, plan, approvals, and a result for every action',
      bad: 'carried out, and has no end on record',
      nothing: 'nothing was carried out in the period',
    })
  },
  'promotions-ready': ({ promotions, exceptions: { forced } }) =>
    judged(
      promotions.map((p) => `${p.release} to ${p.stage}`),
      forced.map((f) => `${f.release} to ${f.stage}`),
      {
        good: 'each release met what its pipeline asks before it was promoted',
        bad: 'promoted by force, though criteria were not met',
        nothing: 'no release was promoted in the period',
      },
    ),
  'emergencies-reviewed': ({ emergencies }) =>
    judged(
      emergencies.filter((e) => e.verdict !== 'not-begun').map((e) => e.change),
      emergencies.filter((e) => ['late', 'not-independent', 'overdue'].includes(e.verdict)).map((e) => e.change),
      {
        good: 'each was reviewed in time by somebody who had no hand in it, or still may be',
        bad: 'reviewed late, not at all, or by somebody who had a hand in it',
        nothing: 'no emergency in the period',
      },
    ),
  'failures-settled': ({ failures }) =>
    judged(
      failures.map((f) => f.change),
      failures.filter((f) => f.outcome === 'open').map((f) => f.change),
      {
        good: 'what failed was taken back or put right',
        bad: 'failed, and nothing has put it right',
        nothing: 'nothing failed in the period',
      },
    ),
  'deviations-settled': ({ exceptions: { unauthorised } }) =>
    judged(ids(unauthorised), ids(unauthorised.filter((u) => u.state === 'open')), {
      good: 'changes on hosts that nobody ordered were found and settled',
      bad: 'found on a host, ordered by nobody, and still open',
      nothing: 'none was recorded; the ledger does not say how often hosts were looked at',
    }),
  'deviations-owned': ({ exceptions: { drift } }) =>
    judged(
      drift.map((d) => d.exception),
      [],
      {
        good: 'each deviation that was let be has an owner, a reason and an end',
        bad: '',
        nothing: 'no deviation was let be',
      },
    ),
  'way-back': (_, changes) => {
    const acting = changes.filter((c) => c.record.actions.length > 0)
    const final = acting.filter((c) => c.record.actions.some((a) => a.reversibility === 'irreversible'))
    if (acting.length === 0) return none('no change in the period did anything to a host')
    const because = `the plan of each (${acting.length}) said for every action how far it can be taken back, before anybody approved it; ${final.length} held what can't be`
    return { result: 'met', because, records: acting.map((c) => c.record.id) }
  },
  'access-changes-approved': ({ population }, changes) => {
    const about = new Set(
      changes.filter((c) => c.record.actions.some((a) => isAccess(a.resource))).map((c) => c.record.id),
    )
    const lines = population.filter((l) => about.has(l.id))
    return judged(ids(lines), ids(lines.filter((l) => l.separation === 'none')), {
      good: 'changes of accounts, keys and privileges were approved',
      bad: 'changed accounts, keys or privileges, and nobody else agreed',
      nothing: 'no change of accounts, keys or privileges in the period',
    })
  },
  'access-given-by-change': ({ access }) => givenBy(access.rows),
  'privileges-given-by-change': ({ access }) => givenBy(access.rows.filter((r) => r.root)),
  'nothing-left-over': ({ access }) =>
    judged(
      access.rows.map((r) => `${r.host} ${r.login}`),
      access.leftOver.map((l) => `${l.host} ${l.resource}`),
      {
        good: 'no host was left with an access that the documents had taken away',
        bad: 'still on a host, by the record, at the end of the period',
        nothing: 'no access is described',
      },
    ),
  'ledger-intact': ({ verification: { intact, trust, witnessed, entries, tip, firstBad } }) => {
    const records = [tip ?? 'no ledger']
    if (!intact)
      return {
        result: 'exception',
        because: `entries of the ledger do not hold: ${firstBad?.because ?? 'see the findings'}`,
        records: [firstBad?.commit ?? records[0] ?? ''],
      }
    if (trust === 'pinned' && witnessed)
      return { result: 'met', because: `all ${entries} entries hold, by keys and a witness from outside`, records }
    const lack = [
      ...(trust === 'pinned' ? [] : ['the keys are those that the ledger itself names']),
      ...(witnessed ? [] : ['no witness shows that its end was not cut off']),
    ]
    return { result: 'not-enough', because: `all ${entries} entries hold, but ${lack.join(', and ')}`, records }
  },
  'statements-signed': ({ population }) => {
    const spoken = population.filter((l) => l.words.length > 0)
    if (spoken.length === 0) return none('nobody approved or rejected anything in the period')
    const told = spoken.filter((l) => l.words.some((w) => w.assertion === 'forge-asserted'))
    return told.length === 0
      ? {
          result: 'met',
          because: `each approval is signed with the approver's own key (${spoken.length})`,
          records: ids(spoken),
        }
      : {
          result: 'not-enough',
          because: `approvals that a forge reported, and nobody signed (${told.length})`,
          records: ids(told),
        }
  },
}

/**
 * Whether an approved change stands behind each access. The account that the engine itself uses is not given by one, and that
 * somebody was known before the ledger began gives nothing.
 */
function givenBy(rows: Facts['access']['rows']): Omit<CheckResult, 'check'> {
  const given = rows.filter((r) => r.via.some((address) => !address.startsWith('Host/')))
  const name = (r: (typeof rows)[number]): string => `${r.host} ${r.login}`
  if (given.length === 0) return none('no access of this sort is described')
  const bad = given.filter((r) => r.given.some((g) => g.without === 'unrecorded' || g.unapproved === true))
  if (bad.length > 0)
    return {
      result: 'exception',
      because: `given without an approved change (${bad.length} of ${given.length})`,
      records: bad.map(name),
    }
  const gives = (document: string): boolean => !/^(Host|Person)\//.test(document)
  // What an environment gets from a release may stand in no document of the branch any more.
  const unknown = (r: (typeof rows)[number]): boolean => r.via.some((v) => !r.given.some((g) => g.document === v))
  const old = given.filter(
    (r) => unknown(r) || r.given.some((g) => g.without === 'before-adoption' && gives(g.document)),
  )
  if (old.length > 0)
    return {
      result: 'not-enough',
      because: `given in part by documents that are older than the ledger, or only in a release (${old.length} of ${given.length})`,
      records: old.map(name),
    }
  return {
    result: 'met',
    because: `an approved change stands behind each (${given.length})`,
    records: given.map(name),
  }
}
