import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { applyComment } from './apply-comment.ts'
import { type CasePlan, toldOf } from './case-told.ts'
import { dashboard } from './dashboard.ts'
import { commentLimit, planComment } from './plan-comment.ts'
import type { AppliedTold, DashboardTold } from './told.ts'

/** What a case does not say. */
const links = { run: 'https://github.com/lantern/estate/actions/runs/7' }
const applied: Omit<AppliedTold, 'change' | 'waves' | 'counts'> = { findings: [], links, engine: '0.1.0' }
const quiet: Omit<DashboardTold, 'at' | 'commit' | 'hosts'> = {
  drift: [],
  unknowns: [],
  ignored: [],
  requests: [],
  unauthorised: [],
  failed: [],
  waiting: [],
  links,
  engine: '0.1.0',
}

describe('texts on a forge read as they were agreed to', () => {
  test.each(casesOf<CasePlan>('comments'))('plan: $name', (given) => {
    golden(given.name, planComment(toldOf(given)).body)
  })

  test.each(casesOf<AppliedTold & { name: string }>('applies'))('apply: $name', ({ name, ...told }) => {
    golden(name, applyComment({ ...applied, ...told }).body)
  })

  test.each(casesOf<DashboardTold & { name: string }>('dashboards'))('$name', ({ name, ...told }) => {
    const { body, state } = dashboard({ ...quiet, ...told })
    golden(name, body)
    expect(state).toBe(name === 'dashboard' ? 'open' : 'closed')
  })
})

function casesOf<Case>(name: string): readonly Case[] {
  return parse(readFileSync(new URL(`cases/${name}.yaml`, import.meta.url), 'utf8'))
}

/** `PLUMBLINE_GOLDENS=write` writes them anew; see CONTRIBUTING. */
function golden(name: string, body: string): void {
  const file = new URL(`goldens/${name}.md`, import.meta.url)
  if (process.env['PLUMBLINE_GOLDENS'] === 'write') writeFileSync(file, body)
  expect(body).toBe(readFileSync(file, 'utf8'))
  expect(body.length).toBeLessThanOrEqual(commentLimit)
}
