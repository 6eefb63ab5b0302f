/**
 * Measures the goals for speed as ratios in one run: ours and the floor or peer it is held against take turns. Prints a
 * table and writes `bench/results.json`. See docs/performance.md.
 *
 *     npm run bench                        every goal but 2 and 8, which take minutes
 *     npm run bench -- 6 7 --rounds 5      some goals; growth is one, too
 *     npm run bench -- --quick             smaller sizes: to see that it works, not for figures
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { Context } from './context.ts'
import { lookAgain } from './goals/again.ts'
import { againstAnsible } from './goals/ansible.ts'
import { deskQueue } from './goals/desk.ts'
import { growthOfPlan, growthOfValidate } from './goals/growth.ts'
import { latency } from './goals/latency.ts'
import { findRecord, historyOfRecord, manyWriters, oneTransition } from './goals/ledger.ts'
import { memoryOfHosts } from './goals/memory.ts'
import { coldPlan } from './goals/plan.ts'
import { reachOne } from './goals/reach-one.ts'
import { start } from './goals/start.ts'
import {
  coldAgainstAjv,
  coldAgainstGit,
  coldAgainstYamllint,
  warmValidate,
  warmValidateOfLargeFiles,
} from './goals/validate.ts'
import { describeMachine } from './machine.ts'
import { type Row, skippedRow } from './row.ts'
import { tableText } from './table-text.ts'

type Measurement = (context: Context) => Promise<Row[]>

const goals: Readonly<Record<string, readonly Measurement[]>> = {
  '1': [coldPlan],
  '2': [againstAnsible],
  '3': [lookAgain],
  '4': [latency],
  '5': [reachOne],
  '6': [coldAgainstAjv, coldAgainstYamllint, coldAgainstGit],
  '7': [warmValidate, warmValidateOfLargeFiles],
  '8': [oneTransition, historyOfRecord, findRecord, manyWriters, deskQueue],
  '9': [start],
  '10': [memoryOfHosts],
  growth: [growthOfValidate, growthOfPlan],
}
const unlessNamed = new Set(['2', '8'])

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' },
    quick: { type: 'boolean', default: false },
    command: { type: 'string', default: 'dist/plumbline.js' },
  },
})
const checkout = resolve(fileURLToPath(import.meta.url), '..', '..')
const plumbline = resolve(checkout, values.command)
const wrong = positionals.filter((goal) => !(goal in goals))
const rounds = Number(values.rounds)
if (wrong.length > 0 || !Number.isInteger(rounds) || rounds < 1) {
  process.stderr.write(
    `usage: npm run bench -- [${Object.keys(goals).join('|')} …] [--rounds N] [--quick] [--command FILE]\n`,
  )
  process.exit(64)
}
if (!existsSync(plumbline)) {
  process.stderr.write(`${plumbline} is not there; npm run build makes it\n`)
  process.exit(1)
}
if (process.platform !== 'linux') {
  process.stderr.write('the bench reads /proc and needs Linux\n')
  process.exit(1)
}

const scratch = mkdtempSync(join(tmpdir(), 'plumbline-bench-'))
mkdirSync(join(scratch, 'home', '.config'), { recursive: true })
const say = (text: string) => process.stderr.write(`· ${text}\n`)
const context: Context = { checkout, plumbline, rounds, quick: values.quick, scratch, say }
const rows: Row[] = []
try {
  for (const [goal, measurements] of Object.entries(goals)) {
    if (positionals.length > 0 ? !positionals.includes(goal) : unlessNamed.has(goal)) continue
    for (const measure of measurements) rows.push(...(await measured(goal, measure)))
  }
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
const machine = describeMachine()
writeFileSync(
  join(checkout, 'bench', 'results.json'),
  `${JSON.stringify({ machine, rounds, quick: values.quick, rows }, null, 2)}\n`,
)
const { cores, cpu, memoryGb, system, versions } = machine
process.stdout.write(
  `${tableText(rows)}\n${cores} × ${cpu}, ${memoryGb} GB, ${system}; node ${versions['node'] ?? ''}; medians of ${rounds}\n`,
)

/** A goal that can't be measured does not take the others with it. */
async function measured(goal: string, measure: Measurement): Promise<Row[]> {
  try {
    return await measure(context)
  } catch (error) {
    return [skippedRow(goal, measure.name, error instanceof Error ? error.message : String(error))]
  }
}
