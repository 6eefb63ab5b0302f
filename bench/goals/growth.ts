import { bootSshdFarm } from '../../test/fleet/sshd-farm.ts'
import { type Context, mustBeValid, validateCommand } from '../context.ts'
import { generateEstate } from '../generate-estate.ts'
import { median } from '../interleave.ts'
import { type Command, peakMemory } from '../measure-command.ts'
import { debianTool } from '../peer-tools.ts'
import { planEstate, twenty } from '../plan-estate.ts'
import { most, type Row, skippedRow } from '../row.ts'

/** Goals 10 and 11: time and memory of `validate` against how many documents there are. */
export async function growthOfValidate(context: Context): Promise<Row[]> {
  const rows: Row[] = []
  for (const documents of context.quick ? [300, 1_000] : [1_000, 10_000, 100_000]) {
    context.say(`growth: validate ${documents} documents`)
    const root = await generateEstate({ documents, perFile: 1 })
    const command = validateCommand(context, root, 'cold')
    await mustBeValid(command)
    const limit = documents === 100_000 ? 1_024 : undefined
    rows.push(...(await growthRows(context, `validate cold, ${documents} documents`, command, documents, limit)))
  }
  return rows
}

/** The same of `plan` against the number of hosts. */
export async function growthOfPlan(context: Context): Promise<Row[]> {
  const counts = context.quick ? [4, 10] : [10, 50, 200]
  const sshd = debianTool('/usr/sbin/sshd', 'openssh-server')
  if ('missing' in sshd) return [skippedRow('growth', 'plan', sshd.missing)]
  await using farm = await bootSshdFarm(Math.max(...counts))
  const rows: Row[] = []
  for (const count of counts) {
    context.say(`growth: plan ${count} hosts`)
    const hosts = farm.hosts.slice(0, count)
    const estate = await planEstate(context, `growth-${count}`, hosts, farm.identityFile, twenty)
    await estate.mustSeeAll()
    rows.push(...(await growthRows(context, `plan cold, ${count} hosts × 20 resources`, estate.plan, count)))
  }
  return rows
}

/** Three runs are enough to see a curve. */
async function growthRows(context: Context, what: string, command: Command, n: number, limit?: number): Promise<Row[]> {
  const runs = []
  for (let run = 0; run < Math.min(3, context.rounds); run++) runs.push(await peakMemory(command))
  const wall = median(runs.map((r) => r.wall))
  const peak = Math.max(...runs.map((r) => r.peak))
  const each = `${((wall * 1000) / n).toFixed(0)} µs each`
  return [
    { goal: '11', what, unit: 'ms', ours: wall, against: each, runs: { ours: runs.map((r) => r.wall), floor: [] } },
    {
      goal: limit === undefined ? '11' : '10',
      what: `${what}, memory`,
      unit: 'MB',
      ours: peak,
      against: `${((peak * 1024) / n).toFixed(1)} KB each`,
      ...(limit !== undefined && { limit: most(limit), met: peak <= limit }),
    },
  ]
}
