import { bootSshdFarm, type SshdFarm } from '../../test/fleet/sshd-farm.ts'
import type { Context } from '../context.ts'
import { type DelayProxy, delayProxy } from '../delay-proxy.ts'
import { interleave } from '../interleave.ts'
import type { Command } from '../measure-command.ts'
import { debianTool } from '../peer-tools.ts'
import { fiveHundred, type PlanEstate, planEstate, type ResourceCounts, twenty } from '../plan-estate.ts'
import { compare, most, type Row, skippedRow } from '../row.ts'
import { type Door, sshSweep } from '../ssh-sweep.ts'

/** Milliseconds of a round trip: the goal's, and one so long that what else a run costs does not hide behind it. */
const near = 20
const far = 520

/** Goal 4: what distance costs. The number of round trips is how much longer a run takes over a longer way. */
export async function latency(context: Context): Promise<Row[]> {
  const sshd = debianTool('/usr/sbin/sshd', 'openssh-server')
  if ('missing' in sshd) return [skippedRow('4', 'round trips of a plan', sshd.missing)]
  await using farm = await bootSshdFarm(1)
  const ways = { near: await lay(farm, near), far: await lay(farm, far) }
  try {
    return await overWays(context, farm, { near: doorOf(farm, ways.near), far: doorOf(farm, ways.far) })
  } finally {
    await Promise.all([ways.near.stop(), ways.far.stop()])
  }
}

async function overWays(context: Context, farm: SshdFarm, doors: { near: Door; far: Door }): Promise<Row[]> {
  const estates: PlanEstate[] = []
  const planOf = async (name: string, door: Door, counts: ResourceCounts): Promise<Command> => {
    const estate = await planEstate(context, name, [door], farm.identityFile, counts)
    await estate.mustSeeAll()
    estates.push(estate)
    return estate.plan
  }
  const few = await planOf('few-near', doors.near, twenty)
  const fewFar = await planOf('few-far', doors.far, twenty)
  const many = await planOf('many-near', doors.near, fiveHundred)
  const manyFar = await planOf('many-far', doors.far, fiveHundred)
  const stock = sshSweep(farm, [doors.near], 'stock', context.scratch)
  context.say('4: one host, 20 and 500 resources, 20 and 520 ms')
  const found = await interleave({ few, fewFar, many, manyFar, stock }, context.rounds)
  const trips = (longer: number, shorter: number) => (longer - shorter) / (far - near)
  const ofFew = trips(found.fewFar.wall, found.few.wall)
  const ofMany = trips(found.manyFar.wall, found.many.wall)
  const one = { goal: '4', what: 'plan of one host, 20 ms round trip', ours: found.few }
  return [
    {
      goal: '4',
      what: 'round trips more for 500 resources than for 20',
      unit: 'trips',
      ours: ofMany - ofFew,
      against: `plan of 20 resources: ${ofFew.toFixed(1)}`,
      limit: most(1),
      met: ofMany - ofFew <= 1,
    },
    compare({ ...one, against: 'ssh true, stock', floor: found.stock, atMost: 1.7 }),
    compare({
      goal: '4',
      what: 'plan of one host, 500 resources, 20 ms round trip',
      ours: found.many,
      against: 'plan of 20',
      floor: found.few,
    }),
  ]
}

function lay(farm: SshdFarm, roundTripMs: number): Promise<DelayProxy> {
  const [host] = farm.hosts
  if (!host) throw new Error('the farm has no host')
  return delayProxy(host, roundTripMs)
}

function doorOf(farm: SshdFarm, { port }: DelayProxy): Door {
  const { user = '', hostKey = '' } = farm.hosts[0] ?? {}
  return { address: '127.0.0.1', port, user, hostKey }
}
