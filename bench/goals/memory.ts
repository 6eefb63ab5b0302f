import { bootSshdFarm } from '../../test/fleet/sshd-farm.ts'
import type { Context } from '../context.ts'
import { peakMemory } from '../measure-command.ts'
import { debianTool } from '../peer-tools.ts'
import { planEstate, twenty } from '../plan-estate.ts'
import { most, type Row, skippedRow } from '../row.ts'

/** So many hosts the goal is about. */
const wanted = 1_000

/**
 * Goal 10: memory of a plan of 1,000 hosts. A machine that stands 1,000 SSH servers is rare, so two smaller plans are
 * held against each other, and what a host adds is drawn on from the larger one.
 */
export async function memoryOfHosts(context: Context): Promise<Row[]> {
  const [few, many] = context.quick ? [10, 50] : [50, 250]
  const what = `plan cold, ${wanted} hosts × 20 resources, memory`
  const sshd = debianTool('/usr/sbin/sshd', 'openssh-server')
  if ('missing' in sshd) return [skippedRow('10', what, sshd.missing)]
  context.say(`10: starting ${many} SSH servers`)
  await using farm = await bootSshdFarm(many)
  const peaks: number[] = []
  for (const count of [few, many]) {
    context.say(`10: plan ${count} hosts`)
    const estate = await planEstate(context, `memory-${count}`, farm.hosts.slice(0, count), farm.identityFile, twenty)
    await estate.mustSeeAll()
    peaks.push((await peakMemory(estate.plan)).peak)
  }
  const [low = 0, high = 0] = peaks
  const each = Math.max(0, high - low) / (many - few)
  const drawn = high + each * (wanted - many)
  return [
    { goal: '10', what: `plan cold, ${many} hosts × 20 resources, memory`, unit: 'MB', ours: high },
    {
      goal: '10',
      what: `${what}, drawn on`,
      unit: 'MB',
      ours: drawn,
      against: `${(each * 1024).toFixed(0)} KB more for each host, from ${few} to ${many}`,
      limit: most(150),
      met: drawn <= 150,
    },
  ]
}
