import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SshdFarm } from '../test/fleet/sshd-farm.ts'
import type { Command } from './measure-command.ts'

/** Where to log in: a host of the farm, or a way to one. */
export interface Door {
  readonly address: string
  readonly port: number
  readonly user: string
  readonly hostKey: string
}

/** How the system's `ssh` is told to agree on keys: as it comes, or limited to what costs least. */
export type Flavour = 'stock' | 'fast'

const fast = {
  KexAlgorithms: 'curve25519-sha256',
  Ciphers: 'aes128-gcm@openssh.com',
  HostKeyAlgorithms: 'ssh-ed25519',
  PubkeyAcceptedAlgorithms: 'ssh-ed25519',
}

const concurrency = 32

/** `ssh host true` for all of them, 32 in parallel: what reaching the hosts costs before anything is asked of them. */
export function sshSweep(farm: SshdFarm, doors: readonly Door[], flavour: Flavour, folder: string): Command {
  const knownHosts = join(folder, 'known_hosts')
  const settings = {
    IdentityFile: farm.identityFile,
    UserKnownHostsFile: knownHosts,
    GlobalKnownHostsFile: '/dev/null',
    IdentitiesOnly: 'yes',
    BatchMode: 'yes',
    StrictHostKeyChecking: 'yes',
    LogLevel: 'ERROR',
    ...(flavour === 'fast' && fast),
  }
  const options = Object.entries(settings).flatMap(([key, value]) => ['-o', `${key}=${value}`])
  const list = join(folder, 'doors')
  writeFileSync(knownHosts, doors.map((d) => `[${d.address}]:${d.port} ${d.hostKey}\n`).join(''))
  writeFileSync(list, doors.map((d) => `-p ${d.port} ${d.user}@${d.address} true\n`).join(''))
  return {
    file: 'xargs',
    args: ['-a', list, '-P', String(concurrency), '-L', '1', 'ssh', '-n', '-F', '/dev/null', ...options],
  }
}
