import { mkdirSync, readdirSync, readFileSync, rmdirSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The control groups that a host's systemd keeps its services in: one in the unified hierarchy, one more where the machine still has systemd's own. A host
 * needs its own: in a shared one every systemd would take the other hosts' services for its own.
 */
export function cgroupsOf(machine: string): string[] {
  const lines = readFileSync('/proc/self/cgroup', 'latin1').split('\n')
  return lines.flatMap((line) => {
    const [, controllers, path = '/'] = /^\d+:([^:]*):(.*)$/.exec(line) ?? []
    if (controllers !== '' && controllers !== 'name=systemd') return []
    const mount = mountOf(controllers)
    return mount === undefined ? [] : [join(mount, path, machine)]
  })
}

function mountOf(controllers: string): string | undefined {
  const mounts = readFileSync('/proc/self/mounts', 'latin1').split('\n')
  const fields = mounts.map((line) => line.split(' '))
  const wanted = (type = '', options = '') =>
    controllers === '' ? type === 'cgroup2' : type === 'cgroup' && options.split(',').includes('name=systemd')
  return fields.find(([, , type, options]) => wanted(type, options))?.[1]
}

export function makeCgroups(machine: string): string[] {
  const cgroups = cgroupsOf(machine)
  for (const cgroup of cgroups) mkdirSync(cgroup, { recursive: true })
  return cgroups
}

/** Removes a control group with those below it. The kernel refuses where a process is left; then it stays. */
export function removeCgroups(cgroup: string): void {
  try {
    for (const entry of readdirSync(cgroup, { withFileTypes: true })) {
      if (entry.isDirectory()) removeCgroups(join(cgroup, entry.name))
    }
    rmdirSync(cgroup)
  } catch {
    // Gone already, or in use.
  }
}
