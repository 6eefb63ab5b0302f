import { freemem } from 'node:os'
import { bootSshdFarm } from '../../test/fleet/sshd-farm.ts'
import type { Context } from '../context.ts'
import { peakMemory } from '../measure-command.ts'
import { debianTool } from '../peer-tools.ts'
import { planEstate, twenty } from '../plan-estate.ts'
import { most, type Row, skippedRow } from '../row.ts'

/** So many hosts the goal is about, and so many MB. */
const wanted = 1_000
const bound = 150
/** Bytes that a server takes on this machine, with what it starts for a connection. */
const server = 8 * 1024 * 1024

/**
 * Goal 10: memory of a plan of 1,000 hosts. Where the machine can't stand so many SSH servers, two smaller plans are held
 * against each other, and what a host adds is drawn on from the larger one.
 */
export async function memoryOfHosts(context: Context): Promise<Row[]> {
  const sizes = context.quick ? [10, 50] : freemem() > wanted * server ? [50, 250, wanted] : [50, 250]
  const whatOf = (count: number) => `plan cold, ${count} hosts × 20 resources, memory`
  const sshd = debianTool('/usr/sbin/sshd', 'openssh-server')
  if ('missing' in sshd) return [skippedRow('10', whatOf(wanted), sshd.missing)]
  context.say(`10: starting ${Math.max(...sizes)} SSH servers`)
  await using farm = await bootSshdFarm(Math.max(...sizes))
  const rows: Row[] = []
  for (const count of sizes) {
    context.say(`10: plan ${count} hosts`)
    const estate = await planEstate(context, `memory-${count}`, farm.hosts.slice(0, count), farm.identityFile, twenty)
    await estate.mustSeeAll()
    const { peak } = await peakMemory(estate.plan)
    const goal = count === wanted && { limit: most(bound), met: peak <= bound }
    rows.push({ goal: '10', what: whatOf(count), unit: 'MB', ours: peak, ...goal })
  }
  return sizes.includes(wanted) ? rows : [...rows, drawnOn(sizes, rows, whatOf(wanted))]
}

function drawnOn([few = 0, many = 0]: readonly number[], [low, high]: readonly Row[], what: string): Row {
  const each = Math.max(0, (high?.ours ?? 0) - (low?.ours ?? 0)) / (many - few)
  const drawn = (high?.ours ?? 0) + each * (wanted - many)
  return {
    goal: '10',
    what: `${what}, drawn on`,
    unit: 'MB',
    ours: drawn,
    against: `${(each * 1024).toFixed(0)} KB more for each host, from ${few} to ${many}`,
    limit: most(bound),
    met: drawn <= bound,
  }
}
