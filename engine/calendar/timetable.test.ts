import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { load } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import { kinds } from '../generated/kinds.ts'
import { buildGraph } from '../graph/build-graph.ts'
import { loadDocuments } from '../load/load-documents.ts'
import type { Address } from '../model/address.ts'
import type { Graph } from '../model/graph.ts'
import type { WindowDemand } from '../model/plan.ts'
import type { ChangeType } from '../model/record.ts'
import { expand, momentOf, type Recurring } from './expand.ts'
import { holds, type Span } from './span.ts'
import { holdAt, nextAdmitted, type TimeQuestion, timetable } from './timetable.ts'

interface Case {
  readonly name: string
  readonly at: string
  readonly documents?: string
  /** Documents of the branch beside those of the base; with `only` instead of them. */
  readonly tip?: string
  readonly only?: boolean
  readonly touches?: Readonly<Record<string, readonly string[]>>
  readonly changes?: readonly Address[]
  readonly demands?: readonly WindowDemand[]
  readonly type?: ChangeType
  readonly automatic?: boolean
  readonly scheduled?: readonly [string, string]
  readonly held?: string
  readonly next?: string
}

const cases = load(readFileSync(new URL('cases/admit.yaml', import.meta.url), 'utf8')) as Case[]
const clockwork = { expand, momentOf }
const day = 86_400_000

/** `web-01` is for tests; `db-01` and `db-02` are in production, which asks for windows; the shop needs the database. */
const estate = `
{ kind: Environment, metadata: { name: test }, spec: { rollout: r } }
{ kind: Environment, metadata: { name: prod }, spec: { rollout: r, windows: required } }
{ kind: Rollout, metadata: { name: r }, spec: {} }
{ kind: Team, metadata: { name: dba }, spec: { members: [] } }
{ kind: Host, metadata: { name: web-01 }, spec: { address: 10.0.0.1, environment: test } }
{ kind: Host, metadata: { name: db-01, labels: { role: db } }, spec: { address: 10.0.0.2, environment: prod } }
{ kind: Host, metadata: { name: db-02, labels: { role: copy } }, spec: { address: 10.0.0.3, environment: prod } }
{ kind: Service, metadata: { name: database, owner: team/dba }, spec: { purpose: Keeps, hosts: [db-01, db-02] } }
{ kind: Service, metadata: { name: shop }, spec: { purpose: Sells, hosts: [web-01], dependsOn: [database] } }
{ kind: ChangeWindow, metadata: { name: evenings }, spec: { for: { environments: [prod], labels: { role: [db] } }, start: "2026-01-01T20:00", timeZone: Europe/Amsterdam, rule: FREQ=DAILY, duration: PT2H } }
{ kind: ChangeWindow, metadata: { name: nights }, spec: { for: { labels: { role: copy } }, start: "2026-01-01T02:00", timeZone: Europe/Amsterdam, rule: FREQ=DAILY, duration: PT2H } }
`

function graphOf(lines: string): Graph {
  const text = lines
    .trim()
    .split('\n')
    .map((line) => line.trim().replace('{', '{ apiVersion: plumbline/v1,'))
    .join('\n---\n')
  const { documents, locate } = loadDocuments([{ path: 'e.yaml', bytes: new TextEncoder().encode(text) }], { kinds })
  return buildGraph(documents, kinds, locate).graph
}

const time = (text: string): number => Date.parse(text.replace(/Z$/, ':00Z'))

describe('when a change may be carried out', () => {
  it.each(cases)('$name', (c) => {
    const base = graphOf(`${estate}${c.documents ?? ''}`)
    const tip = c.tip === undefined ? base : graphOf(c.only === true ? c.tip : `${estate}${c.documents ?? ''}${c.tip}`)
    const [from, until] = c.scheduled ?? []
    const question: TimeQuestion = {
      judges: [base, tip],
      others: [base],
      touched: {
        hosts: new Map(Object.entries(c.touches ?? {}).map(([host, types]) => [host, new Set(types)])),
        documents: (c.changes ?? []).map((address) => ({ address })),
      },
      type: c.type ?? 'normal',
      demands: c.demands ?? [],
      automatic: c.automatic === true,
      ...(from !== undefined && until !== undefined && { scheduled: { from: time(from), until: time(until) } }),
    }
    const at = time(c.at)
    const table = timetable(question, { from: at, until: at + 400 * day }, clockwork)
    expect(holdAt(table, at)?.what).toBe(c.held)
    if (c.held === undefined) expect(nextAdmitted(table, at)?.from).toBe(at)
    else if (c.next !== undefined) expect(nextAdmitted(table, at)?.from).toBe(time(c.next))
  })

  it('admits no moment inside a freeze, and with a demand none outside of its windows', () => {
    const local = fc
      .integer({ min: 0, max: 60 * 24 * 4 })
      .map((quarter) => new Date(Date.parse('2026-03-01T00:00Z') + quarter * 900_000).toISOString().slice(0, 16))
    const zone = fc.constantFrom('Europe/Amsterdam', 'America/New_York', 'UTC', 'Australia/Lord_Howe')
    const rule = fc.constantFrom('FREQ=DAILY', 'FREQ=WEEKLY;BYDAY=SU,WE', 'FREQ=DAILY;INTERVAL=3', 'FREQ=MONTHLY')
    const length = fc.constantFrom('PT1H', 'PT90M', 'PT7H', 'PT24H')
    const recurring = fc.record({ start: local, timeZone: zone, rule, duration: length })
    const plain = graphOf(estate)
    const within = { from: Date.parse('2026-03-20T00:00Z'), until: Date.parse('2026-04-10T00:00Z') }
    const timesIn = (list: readonly Recurring[]): readonly Span[] =>
      list.flatMap((r) => {
        const found = expand(r, within)
        return 'spans' in found ? found.spans : []
      })
    fc.assert(
      fc.property(
        fc.array(recurring, { maxLength: 3 }),
        fc.array(recurring, { maxLength: 3 }),
        fc.boolean(),
        fc.array(fc.integer({ min: within.from, max: within.until - 1 }), { minLength: 20, maxLength: 20 }),
        (windows, freezes, asked, moments) => {
          const lines = [
            ...windows.map((spec, i) => ['ChangeWindow', `w${i}`, { for: { all: true }, ...spec }] as const),
            ...freezes.map(({ start, ...spec }, i) => {
              const on = { on: { all: true }, reason: 'Presents', from: start, ...spec }
              return ['Freeze', `f${i}`, on] as const
            }),
          ].map(([kind, name, spec]) => `{ kind: ${kind}, metadata: { name: ${name} }, spec: ${JSON.stringify(spec)} }`)
          const whole = graphOf(`${estate}${lines.join('\n')}`)
          const named = windows.map((_, i): Address => `ChangeWindow/w${i}`)
          const table = timetable(
            {
              judges: asked ? [whole, whole] : [plain, whole],
              others: [],
              touched: { hosts: new Map([['web-01', new Set(['file'])]]), documents: [] },
              type: 'normal',
              demands: asked ? [{ windows: named, because: 'a policy' }] : [],
            },
            within,
            clockwork,
          )
          const [open, frozen] = [timesIn(windows), timesIn(freezes)]
          for (const at of moments) {
            const admitted = table.admitted.some((s) => holds(s, at))
            expect(admitted).toBe((!asked || open.some((s) => holds(s, at))) && !frozen.some((s) => holds(s, at)))
            expect(holdAt(table, at) === undefined).toBe(admitted)
          }
        },
      ),
      { numRuns: 60 },
    )
  })
})
