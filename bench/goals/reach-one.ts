import { bootSshdFarm, type FarmHost } from '../../test/fleet/sshd-farm.ts'
import type { Context } from '../context.ts'
import { interleave } from '../interleave.ts'
import { debianTool } from '../peer-tools.ts'
import { planEstate, twenty } from '../plan-estate.ts'
import { compare, type Row, skippedRow } from '../row.ts'

/** Goal 5: a change that reaches one of 2,000 hosts, against the same change in an estate of that one. */
export async function reachOne(context: Context): Promise<Row[]> {
  const count = context.quick ? 200 : 2_000
  const what = `plan a change that reaches 1 of ${count} hosts`
  const sshd = debianTool('/usr/sbin/sshd', 'openssh-server')
  if ('missing' in sshd) return [skippedRow('5', what, sshd.missing)]
  await using farm = await bootSshdFarm(1)
  const [real] = farm.hosts
  if (real === undefined) throw new Error('a farm without hosts')
  const others = Array.from({ length: count - 1 }, (_, i): FarmHost => ({ ...real, ...nobody(i) }))
  const options = { selector: { hosts: ['host-001'] } }
  const one = await planEstate(context, 'one', [real], farm.identityFile, twenty, options)
  const many = await planEstate(context, 'one-of-many', [real, ...others], farm.identityFile, twenty, options)
  await one.mustSeeAll(1)
  await many.mustSeeAll(1)
  context.say(`5: 1 of ${count} hosts`)
  const found = await interleave({ many: many.plan, one: one.plan }, context.rounds)
  const same = { goal: '5', what, ours: found.many, against: 'an estate of that host', floor: found.one }
  return [compare({ ...same, atMost: 1.5 }), compare({ ...same, measure: 'cpu', atMost: 1.5 })]
}

/** A host that is in the documents only: nobody is to reach it. */
function nobody(i: number): Pick<FarmHost, 'name' | 'address' | 'hostKey'> {
  const key = Buffer.concat([
    Buffer.from([0, 0, 0, 11]),
    Buffer.from('ssh-ed25519'),
    Buffer.from([0, 0, 0, 32]),
    seed(i),
  ])
  return {
    name: `nobody-${i}`,
    address: `198.18.${Math.floor(i / 250)}.${1 + (i % 250)}`,
    hostKey: `ssh-ed25519 ${key.toString('base64')}`,
  }
}

function seed(i: number): Buffer {
  const bytes = Buffer.alloc(32, 7)
  bytes.writeUInt32BE(i)
  return bytes
}
