import { randomBytes } from 'node:crypto'
import { chmodSync, chownSync, mkdirSync, statfsSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { accounts } from './accounts.ts'
import { must, run } from './run.ts'
import { makeKey } from './ssh-keys.ts'

/** A host's disk: what it writes is kept in memory, over the image that all hosts share. */
export interface HostDisk {
  /** The host's root directory as seen from here, while it runs and while it doesn't. */
  readonly root: string
  /** The tmpfs that holds what the host has written. */
  readonly layer: string
  /** As mount(8) takes it: '256m'. */
  readonly size: string
}

export async function mountDisk(folder: string, image: string, size: string): Promise<HostDisk> {
  const layer = join(folder, 'disk')
  const root = join(folder, 'root')
  for (const each of [layer, root]) mkdirSync(each, { recursive: true })
  await must('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=755`, 'plumbline-disk', layer])
  for (const each of ['upper', 'work']) mkdirSync(join(layer, each), { mode: 0o755 })
  chmodSync(join(layer, 'upper'), 0o755)
  const options = `lowerdir=${image},upperdir=${join(layer, 'upper')},workdir=${join(layer, 'work')}`
  await must('mount', ['-t', 'overlay', '-o', options, 'plumbline-root', root])
  return { root, layer, size }
}

/** Full means that the file system ends where its use ends: nothing has to be written for it. */
export async function fillDisk({ layer }: HostDisk): Promise<void> {
  // What the host writes between our look and the call makes the call fail: look again.
  for (let attempt = 0; attempt < 20; attempt++) {
    const { blocks, bfree, bsize } = statfsSync(layer)
    const outcome = await run('mount', ['-o', `remount,size=${(blocks - bfree) * bsize}`, layer])
    if (outcome.code === 0 && statfsSync(layer).bavail === 0) return
  }
  throw new Error(`${layer} would not become full`)
}

export async function freeDisk({ layer, size }: HostDisk): Promise<void> {
  await must('mount', ['-o', `remount,size=${size}`, layer])
}

/** What tells one host from another: its name, its machine id, the names of its neighbours, and who may log in. */
export function writeIdentity(
  root: string,
  name: string,
  authorizedKey: string,
  neighbours: ReadonlyMap<string, string>,
): void {
  writeFileSync(join(root, 'etc/hostname'), `${name}\n`)
  writeFileSync(join(root, 'etc/machine-id'), `${randomBytes(16).toString('hex')}\n`, { mode: 0o444 })
  const lines = [...neighbours].map(([neighbour, address]) => `${address} ${neighbour}\n`)
  writeFileSync(join(root, 'etc/hosts'), `127.0.0.1 localhost\n::1 localhost ip6-localhost\n${lines.join('')}`)
  for (const account of Object.values(accounts)) {
    const home = join(root, 'home', account)
    const { uid, gid } = statSync(home)
    const keys = join(home, '.ssh')
    mkdirSync(keys, { mode: 0o700 })
    writeFileSync(join(keys, 'authorized_keys'), `${authorizedKey}\n`, { mode: 0o600 })
    for (const each of [keys, join(keys, 'authorized_keys')]) chownSync(each, uid, gid)
  }
}

/** Makes the host's SSH host key and returns it as "ssh-ed25519 AAAA…". A running sshd goes on with the former one until it is restarted. */
export function makeHostKey(root: string, name: string): Promise<string> {
  return makeKey(join(root, 'etc/ssh/ssh_host_ed25519_key'), `root@${name}`)
}
