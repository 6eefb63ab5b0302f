import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Dora } from '../engine/audit/dora.ts'
import type { AuditReport } from '../engine/audit/report-shape.ts'
import { runProgram } from '../engine/cli/program.ts'
import { claimFolder } from '../engine/demo/demo-folder.ts'
import { isolate } from '../engine/demo/isolate.ts'
import { openQuarter, type Quarter, type Told } from '../engine/demo/quarter/quarter.ts'
import { tellQuarter } from '../engine/demo/quarter/story.ts'
import { type Desk, openDesk } from './cli.ts'

/**
 * A quarter of the reference estate, told through the command line: some forty changes of all types. Then somebody who has a
 * bare clone, and nothing of the company, asks for the report: it has to be right in every number.
 */

let path: string
let quarter: Quarter
let auditor: Desk
let told: readonly Told[]

const period = ['--from', '2026-07-01', '--to', '2026-09-30']
const person = (name: string) => `Person/${name}`

beforeAll(async () => {
  const folder = await claimFolder(undefined)
  path = folder.path
  const restore = isolate(folder.home)
  try {
    quarter = await openQuarter({ folder, runProgram, version: '0.0.0-test', say: () => {} })
    await tellQuarter(quarter)
  } finally {
    restore()
  }
  told = [...quarter.told.values()]
  auditor = openDesk({}, { now: quarter.office.now })
  auditor.git('clone', '--quiet', '--bare', folder.estate, '.')
}, 900_000)

afterAll(async () => {
  auditor?.close()
  rmSync(path, { recursive: true, force: true })
})

/** How many there are of each. */
function tally(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1
  return counts
}

const seconds = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / 1000
const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const half = sorted.length / 2
  return sorted.length % 2 === 1
    ? (sorted[Math.floor(half)] ?? Number.NaN)
    : ((sorted[half - 1] ?? Number.NaN) + (sorted[half] ?? Number.NaN)) / 2
}

it('some forty changes, of all types, went all ways that there are', () => {
  expect(told.length).toBeGreaterThanOrEqual(40)
  expect(new Set(told.map((t) => t.type))).toEqual(new Set(['standard', 'normal', 'emergency']))
  const states = ['implemented', 'rolled-back', 'rejected', 'expired', 'unapproved', 'closed']
  expect(new Set(told.map((t) => t.state))).toEqual(new Set(states))
})

describe('the report of the quarter, from a bare clone', () => {
  let report: AuditReport
  let population: readonly Told[]

  beforeAll(async () => {
    const argv = [
      'audit',
      'report',
      ...period,
      '--framework',
      'soc2',
      '--format',
      'json',
      '--sample',
      '5',
      '--seed',
      'q3',
    ]
    const ran = await auditor.run(...argv)
    report = JSON.parse(ran.out) as AuditReport
    population = told.filter((t) => t.mergedAt !== undefined || t.endedAt !== undefined)
  }, 120_000)

  it('rests on a ledger that holds', () => {
    expect(report.verification).toMatchObject({ intact: true, trust: 'self-asserted' })
    expect(report.verification.firstBad).toBeUndefined()
  })

  it('counts every change once, by type and by state', () => {
    expect(report.population.map((c) => c.id).sort()).toEqual(population.map((t) => t.change).sort())
    expect(report.counts.total).toBe(population.length)
    expect(report.counts.byType).toEqual(tally(population.map((t) => t.type)))
    expect(report.counts.byState).toEqual(tally(population.map((t) => t.state)))
    // What the engine takes back by itself brings nothing to the branch.
    expect(report.counts.merged).toBe(population.filter((t) => t.author !== '').length)
    const outside = told.filter((t) => !population.includes(t)).map((t) => t.change)
    expect(report.outside.map((c) => c.id).sort()).toEqual(outside.sort())
  })

  it('says of each who wrote it, and who agreed', () => {
    for (const line of report.population) {
      const known = quarter.told.get(line.id)
      const approvers = line.words.filter((w) => w.decision === 'approve').map((w) => w.approver)
      expect([line.id, [...approvers].sort()]).toEqual([line.id, (known?.approvers ?? []).map(person).sort()])
      if (known?.author !== '') expect([line.id, line.authors]).toEqual([line.id, [person(known?.author ?? '')]])
    }
  })

  it('tells apart who kept whom in check', () => {
    const how = (t: Told): string =>
      t.state === 'unapproved'
        ? 'none'
        : t.type === 'emergency'
          ? 'afterwards'
          : t.type === 'standard' || t.approvers.length === 0
            ? 'beforehand'
            : 'independent'
    expect(report.counts.bySeparation).toEqual(tally(population.map(how)))
  })

  it('names what was not as it should be', () => {
    const unapproved = told.filter((t) => t.state === 'unapproved').map((t) => t.change)
    expect(report.exceptions.unapproved).toEqual(unapproved)
    expect(report.exceptions.unrecorded).toEqual([])
    expect(report.exceptions.forced.map((f) => [f.release, f.because])).toEqual([
      ['shop/1.0.0', 'The quick fix reaches no host'],
    ])
    const emergencies = told.filter((t) => t.type === 'emergency').map((t) => t.change)
    expect(report.emergencies.map((e) => [e.change, e.person, e.incident, e.verdict])).toEqual(
      emergencies.map((change) => [change, 'Person/m.okafor', 'INC-2042', 'late']),
    )
    const takenBack = told.filter((t) => t.state === 'rolled-back')
    expect(report.failures.map((f) => [f.change, f.outcome]).sort()).toEqual(
      takenBack.map((t) => [t.change, 'rolled-back']).sort(),
    )
    expect(report.failures.filter((f) => f.automatic)).toHaveLength(1)
    expect(report.promotions.map((p) => [p.release, p.environments, p.forced])).toEqual([
      ['shop/1.0.0', ['prod'], true],
      ['shop/1.1.0', ['prod'], false],
    ])
  })

  it('draws the same sample for whoever draws it again', async () => {
    const argv = [
      'audit',
      'report',
      ...period,
      '--framework',
      'nist',
      '--format',
      'json',
      '--sample',
      '5',
      '--seed',
      'q3',
    ]
    const again = JSON.parse((await auditor.run(...argv)).out) as AuditReport
    expect(report.sample?.ids).toHaveLength(5)
    expect(again.sample?.ids).toEqual(report.sample?.ids)
  }, 120_000)

  it('is a page for people, too', async () => {
    const file = join(auditor.folder, '..', 'q3.html')
    const ran = await auditor.run('audit', 'report', ...period, '--framework', 'iso27001', '--out', file)
    expect(ran.err).not.toContain('mistake in Plumbline')
  }, 120_000)
})

it('the late review is flagged by everybody who verifies', async () => {
  const ran = await auditor.run('audit', 'verify', '--json')
  expect(ran.out).toContain('emergency-reviewed-late')
}, 120_000)

it('the four figures are those that the story gives', async () => {
  const { all } = JSON.parse((await auditor.run('dora', ...period, '--json')).out) as Dora
  const attempts = told.filter((t) => t.actions > 0 && t.rollbackOf === undefined && t.endedAt !== undefined)
  const failed = attempts.filter((t) => t.state === 'rolled-back')
  // What the engine took back never was implemented.
  const automatic = told
    .filter((t) => t.rollbackOf !== undefined && t.approvers.length === 0)
    .flatMap((t) => t.rollbackOf)
  const implemented = attempts.filter((t) => !automatic.includes(t.change))
  expect(all.deployments.count).toBe(implemented.length)
  expect(all.leadTime.median).toBe(median(implemented.map((t) => seconds(t.authoredAt, t.endedAt ?? ''))))
  expect(all.changeFailure.rate).toBeCloseTo(failed.length / attempts.length, 10)
  const repairs = failed.map((t) => {
    const by = told.find((r) => r.rollbackOf?.includes(t.change))
    return seconds(t.endedAt ?? '', by?.endedAt ?? '')
  })
  expect(all.restore.median).toBe(median(repairs))
}, 120_000)
