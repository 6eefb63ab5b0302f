import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { bootSshdFarm } from '../../test/fleet/sshd-farm.ts'
import { git } from '../commit-files.ts'
import { type Context, plumbline } from '../context.ts'
import { interleave, median, summarise } from '../interleave.ts'
import { type Command, cleanEnvironment, type Sample } from '../measure-command.ts'
import { debianTool } from '../peer-tools.ts'
import { planEstate, twenty } from '../plan-estate.ts'
import { compare, most, type Row, skippedRow } from '../row.ts'
import { sshSweep } from '../ssh-sweep.ts'

/** One look of a watch: what it cost the client, and how much memory it held after it. */
interface Look extends Sample {
  /** MB. */
  readonly resident: number
}

/** Goal 3: hosts looked at again over connections that are open, against reaching them anew. */
export async function lookAgain(context: Context): Promise<Row[]> {
  const count = context.quick ? 20 : 200
  const what = `look again, ${count} hosts × 20 resources`
  const sshd = debianTool('/usr/sbin/sshd', 'openssh-server')
  if ('missing' in sshd) return [skippedRow('3', what, sshd.missing)]
  context.say(`3: starting ${count} SSH servers`)
  await using farm = await bootSshdFarm(count)
  const estate = await planEstate(context, 'again', farm.hosts, farm.identityFile, twenty)
  await estate.mustSeeAll()
  await git(estate.root, 'update-ref', 'refs/heads/main', 'refs/heads/change')
  const sweep = sshSweep(farm, farm.hosts, 'fast', context.scratch)
  const rounds = Math.max(3, context.rounds)
  context.say(`3: ${count} hosts, again and again`)
  const before = await interleave({ sweep }, Math.ceil(rounds / 2))
  const looks = await watch(context, estate.root, rounds + 3, [])
  const after = await interleave({ sweep }, Math.floor(rounds / 2))
  const alone = await watch(context, estate.root, 3, ['--host', 'host-001'])
  const floor = summarise([...before.sweep.runs, ...after.sweep.runs])
  // The first is cold, and the files of this bench may be too young for the second.
  const ours = summarise(looks.slice(3))
  const cpu = ours.cpu / count
  const held = (median(looks.slice(3).map((l) => l.resident)) - median(alone.map((l) => l.resident))) / (count - 1)
  const same = { goal: '3', ours, against: 'ssh true, fast', floor }
  return [
    compare({ ...same, what, atMost: 0.25 }),
    { goal: '3', what: `${what}, each`, unit: 'ms CPU', ours: cpu, limit: most(1.2), met: cpu <= 1.2 },
    { goal: '3', what: `${what}, memory each`, unit: 'MB', ours: held, limit: most(0.125), met: held <= 0.125 },
  ]
}

/** Runs `plumbline watch` for so many looks, and reads the clock, the CPU and the memory of the process at each. */
async function watch(
  context: Context,
  root: string,
  rounds: number,
  more: readonly string[],
): Promise<readonly Look[]> {
  const args = ['watch', '--json', '--every', '1', '--rounds', String(rounds), ...more]
  const command: Command = plumbline(context, args, { cwd: root })
  const child = spawn(command.file, command.args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd: root,
    env: cleanEnvironment(command.env),
  })
  const pid = child.pid ?? 0
  const looks: Look[] = []
  let cpu = 0
  for await (const line of createInterface({ input: child.stdout })) {
    const { milliseconds, unknowns } = JSON.parse(line) as { milliseconds: number; unknowns: readonly unknown[] }
    if (unknowns.length > 0) throw new Error(`the watch does not know ${JSON.stringify(unknowns[0])}`)
    const used = cpuOf(pid)
    looks.push({ wall: milliseconds, cpu: used - cpu, resident: residentOf(pid) })
    cpu = used
  }
  return looks
}

function cpuOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}

function residentOf(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0) / 1024
}
