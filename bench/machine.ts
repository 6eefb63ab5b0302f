import { spawnSync } from 'node:child_process'
import { arch, cpus, release, totalmem, type } from 'node:os'

/** What the figures were measured on. Without it they mean nothing. */
export interface Machine {
  readonly cores: number
  readonly cpu: string
  readonly memoryGb: number
  readonly system: string
  readonly versions: Readonly<Record<string, string>>
}

const tools: Readonly<Record<string, readonly string[]>> = {
  git: ['git', '--version'],
  ssh: ['ssh', '-V'],
  sshd: ['dpkg-query', '-W', '-f', `\${Version}`, 'openssh-server'],
  yamllint: ['yamllint', '--version'],
  ansible: ['ansible', '--version'],
}

export function describeMachine(): Machine {
  const found = Object.entries(tools).map(([name, command]) => [name, firstLine(command)] as const)
  return {
    cores: cpus().length,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()} ${arch()}`,
    versions: Object.fromEntries(
      [['node', process.version] as const, ...found].filter(([, version]) => version !== ''),
    ),
  }
}

function firstLine([file = '', ...args]: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(file, args, { encoding: 'utf8' })
  return status === 0 ? ((stdout || stderr).split('\n')[0] ?? '').trim() : ''
}
