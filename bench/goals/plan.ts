import { bootSshdFarm } from '../../test/fleet/sshd-farm.ts'
import type { Context } from '../context.ts'
import { interleave } from '../interleave.ts'
import { debianTool } from '../peer-tools.ts'
import { planEstate, twenty } from '../plan-estate.ts'
import { compare, type Row, skippedRow } from '../row.ts'
import { sshSweep } from '../ssh-sweep.ts'

/** Goal 1: a cold plan of many hosts against bare `ssh host true` over the same hosts. */
export async function coldPlan(context: Context): Promise<Row[]> {
  const count = context.quick ? 50 : 200
  const what = `plan cold, ${count} hosts × 20 resources`
  const sshd = debianTool('/usr/sbin/sshd', 'openssh-server')
  if ('missing' in sshd) return [skippedRow('1', what, sshd.missing)]
  context.say(`1: starting ${count} SSH servers`)
  await using farm = await bootSshdFarm(count)
  const estate = await planEstate(context, 'many', farm.hosts, farm.identityFile, twenty)
  await estate.mustSeeAll()
  context.say(`1: ${count} hosts against ssh`)
  const { ours, stock, fast } = await interleave(
    {
      ours: estate.plan,
      stock: sshSweep(farm, farm.hosts, 'stock', context.scratch),
      fast: sshSweep(farm, farm.hosts, 'fast', context.scratch),
    },
    context.rounds,
  )
  const toStock = { goal: '1', what, ours, against: 'ssh true, stock', floor: stock }
  const toFast = { goal: '1', what, ours, against: 'ssh true, fast', floor: fast }
  return [
    compare({ ...toStock, atMost: 0.5 }),
    compare({ ...toStock, measure: 'cpu', atMost: 0.12 }),
    compare({ ...toFast, atMost: 1.5 }),
    compare({ ...toFast, measure: 'cpu', atMost: 0.7 }),
  ]
}
