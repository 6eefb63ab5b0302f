import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { dump } from 'js-yaml'
import { bootSshdFarm, type SshdFarm } from '../../test/fleet/sshd-farm.ts'
import type { Context } from '../context.ts'
import { interleave } from '../interleave.ts'
import type { Command } from '../measure-command.ts'
import { debianTool } from '../peer-tools.ts'
import { planEstate, twenty } from '../plan-estate.ts'
import { compare, type Row, skippedRow } from '../row.ts'

/**
 * Goal 2: the same resources on the same hosts with Ansible in check mode, as fast as it is told to be, and the same
 * with mitogen where the machine has it. Takes minutes.
 */
export async function againstAnsible(context: Context): Promise<Row[]> {
  const count = context.quick ? 4 : 20
  const what = `plan cold, ${count} hosts × 20 resources`
  const ansible = debianTool('ansible-playbook', 'ansible-core')
  const sshd = debianTool('/usr/sbin/sshd', 'openssh-server')
  for (const peer of [ansible, sshd]) if ('missing' in peer) return [skippedRow('2', what, peer.missing)]
  await using farm = await bootSshdFarm(count)
  const estate = await planEstate(context, 'ansible', farm.hosts, farm.identityFile, twenty)
  await estate.mustSeeAll()
  const folder = join(context.scratch, 'ansible')
  const plain = playbook(farm, folder, join(context.scratch, 'hosts-ansible'))
  const mitogen = strategies.find((s) => existsSync(join(s, 'mitogen_linear.py')))
  context.say(`2: ${count} hosts against Ansible`)
  const contenders: Record<string, Command> = { ours: estate.plan, plain }
  if (mitogen !== undefined) contenders['mitogen'] = withMitogen(plain, mitogen)
  const { ours, plain: floor, mitogen: quicker } = await interleave(contenders, context.rounds)
  if (ours === undefined || floor === undefined) throw new Error('nothing was measured')
  const both = { goal: '2', what, ours, against: 'ansible --check, pipelining', floor }
  const rows = [compare({ ...both, atLeast: 100 }), compare({ ...both, measure: 'cpu' })]
  if (quicker === undefined)
    return [...rows, skippedRow('2', what, 'mitogen is not here (apt-get install ansible-mitogen)')]
  const other = { ...both, against: 'ansible --check, mitogen', floor: quicker }
  return [...rows, compare({ ...other, atLeast: 40 }), compare({ ...other, measure: 'cpu' })]
}

/** Where Debian puts the strategies of mitogen. */
const strategies = ['/usr/lib/python3/dist-packages/ansible_mitogen/plugins/strategy']

function withMitogen(plain: Command, folder: string): Command {
  return { ...plain, env: { ...plain.env, ANSIBLE_STRATEGY: 'mitogen_linear', ANSIBLE_STRATEGY_PLUGINS: folder } }
}

function playbook(farm: SshdFarm, folder: string, onHosts: string): Command {
  mkdirSync(folder, { recursive: true })
  const hosts = farm.hosts.map(({ name, address, port, user }) => {
    return [name, { ansible_host: address, ansible_port: port, ansible_user: user }] as const
  })
  const vars = {
    ansible_ssh_private_key_file: farm.identityFile,
    ansible_ssh_common_args: `-F /dev/null -o UserKnownHostsFile=${farm.knownHostsFile} -o IdentitiesOnly=yes`,
    ansible_python_interpreter: '/usr/bin/python3',
  }
  const inventory = join(folder, 'inventory.yaml')
  writeFileSync(inventory, dump({ all: { hosts: Object.fromEntries(hosts), vars } }))
  const play = join(folder, 'play.yaml')
  writeFileSync(play, dump([{ hosts: 'all', gather_facts: false, tasks: tasksOf(onHosts) }]))
  const controlPaths = join(folder, 'cp')
  const env = {
    ANSIBLE_PIPELINING: 'True',
    ANSIBLE_FORKS: '32',
    ANSIBLE_RETRY_FILES_ENABLED: 'False',
    ANSIBLE_SSH_CONTROL_PATH_DIR: controlPaths,
    ANSIBLE_LOCAL_TEMP: join(folder, 'tmp'),
    ANSIBLE_SSH_ARGS: '-o ControlMaster=auto -o ControlPersist=60s',
    HOME: folder,
  }
  // Ours is cold, so theirs is, too: the connections of the round before are not found again.
  const before = () => rmSync(controlPaths, { recursive: true, force: true })
  return { file: 'ansible-playbook', args: ['--check', '-i', inventory, play], env, before }
}

function tasksOf(onHosts: string): object[] {
  const each = (n: number, make: (i: number) => object) => Array.from({ length: n }, (_, i) => make(i))
  const off = (i: number) => i % 5 === 4
  const state = (i: number) => (off(i) ? 'present' : 'absent')
  const { files, directories, users, groups, packages } = twenty
  return [
    ...each(files, (i) => {
      const content = `# part ${i}\n${'listen 8080\nkeepalive 30\n'.repeat(8)}`
      return { copy: { dest: join(onHosts, `part-${i}.conf`), content, mode: '0644' } }
    }),
    ...each(directories, (i) => ({ file: { path: join(onHosts, `part-${i}.d`), state: 'directory', mode: '0755' } })),
    ...each(users, (i) => ({ user: { name: `bench-${i}`, state: state(i) } })),
    ...each(groups, (i) => ({ group: { name: `bench-${i}`, state: state(i) } })),
    ...each(packages, (i) => ({ apt: { name: ['bash', 'coreutils', 'grep', 'sed'][i] ?? 'bash', state: 'present' } })),
  ]
}
