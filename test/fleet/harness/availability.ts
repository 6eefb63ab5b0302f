import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'
import { withLock } from './lock.ts'
import { environment, must, run } from './run.ts'

export type Availability = { readonly ok: true } | { readonly ok: false; readonly because: string }

/** What the harness calls, and the Debian package that has it. */
const tools: Readonly<Record<string, string>> = {
  mmdebstrap: 'mmdebstrap',
  'dpkg-deb': 'dpkg',
  'systemd-nspawn': 'systemd-container',
  ip: 'iproute2',
  ssh: 'openssh-client',
  'ssh-keygen': 'openssh-client',
  flock: 'util-linux',
  nsenter: 'util-linux',
  setpriv: 'util-linux',
  unshare: 'util-linux',
  mount: 'mount',
}

/** Everything that the kernel has to grant, tried in namespaces of its own, where it leaves nothing behind. */
const kernelTrial = `
ip link add trial-bridge type bridge
ip link add trial-left type veth peer name trial-right
mount -t tmpfs trial /mnt
cd /mnt
mkdir lower upper work root
mount -t overlay -o lowerdir=lower,upperdir=upper,workdir=work trial root
`

export function fleetIsRequired(): boolean {
  return process.env['PLUMBLINE_FLEET'] === 'required'
}

/** Whether a command is on the PATH or in one of root's folders. */
function has(tool: string): boolean {
  return (environment()['PATH'] ?? '').split(':').some((folder) => {
    try {
      accessSync(join(folder, tool), constants.X_OK)
      return folder !== ''
    } catch {
      return false
    }
  })
}

function missingTools(): string[] {
  return Object.keys(tools).filter((tool) => !has(tool))
}

async function install(missing: readonly string[]): Promise<void> {
  const packages = [...new Set(missing.map((tool) => tools[tool] ?? tool))]
  const settings = { timeout: 600_000, env: { DEBIAN_FRONTEND: 'noninteractive' } }
  await must('apt-get', ['update', '-qq'], settings)
  await must('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], settings)
}

/**
 * Whether this machine can boot hosts: Linux, root, the tools, and a kernel that lets us. With PLUMBLINE_FLEET=required, tools that are missing are installed
 * where there is apt.
 */
export async function availability(): Promise<Availability> {
  if (process.platform !== 'linux') return { ok: false, because: `hosts need Linux, and this is ${process.platform}` }
  const uid = process.getuid?.()
  if (uid !== 0) return { ok: false, because: `hosts need root, and this is user ${uid}` }
  if (missingTools().length > 0 && fleetIsRequired() && has('apt-get') && has('flock')) {
    await withLock('/run/plumbline-fleet/.install.lock', async () => {
      const missing = missingTools()
      if (missing.length > 0) await install(missing)
    })
  }
  const missing = missingTools()
  if (missing.length > 0) {
    return { ok: false, because: `missing: ${missing.join(', ')} (PLUMBLINE_FLEET=required installs them)` }
  }
  const trial = await run('unshare', ['--mount', '--net', 'sh', '-eu'], { input: kernelTrial })
  return trial.code === 0 ? { ok: true } : { ok: false, because: `the kernel refuses: ${trial.stderr.trim()}` }
}
