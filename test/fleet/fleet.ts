import { appendFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Claim, claim, hostFolder, machineName, release, sweep } from './harness/claim.ts'
import { Host } from './harness/host.ts'
import { makeHostKey, mountDisk, writeIdentity } from './harness/host-disk.ts'
import { addressOf, makeBridge, mostHosts, plugIn } from './harness/network.ts'
import { knownHost, makeKey } from './harness/ssh-keys.ts'
import { hostImage } from './host-image.ts'

export { accountPassword, accounts } from './harness/accounts.ts'
export { type Availability, availability } from './harness/availability.ts'
export { describeFleet } from './harness/describe-fleet.ts'
export type { Host } from './harness/host.ts'
export type { Outcome, RunOptions } from './harness/run.ts'

export interface FleetOptions {
  /** Host names: lower-case letters, digits, hyphens. */
  readonly names: readonly string[]
  /** What each host can write before its disk is full, as mount(8) takes it. Only what is written takes memory. */
  readonly diskSize?: string
}

/** Hosts that are up, on a network of their own that leads nowhere else. */
export interface Fleet {
  readonly id: string
  readonly hosts: readonly Host[]
  /** The host of that name; an error if there is none. */
  host(name: string): Host
  /** The private key that every account of every host lets in. */
  readonly identityFile: string
  /** The host keys as of the first boot. */
  readonly knownHostsFile: string
  /** Removes everything. May be called twice. */
  stop(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Boots hosts and waits until all of them are ready. The first call on a machine builds their image. Whatever goes wrong here or later, nothing is left behind:
 * a failed boot removes its traces, so does the end of this process, and what a killed process left is removed by the next boot.
 */
export async function bootFleet({ names, diskSize = '512m' }: FleetOptions): Promise<Fleet> {
  checkNames(names)
  const image = await hostImage()
  await sweep()
  const claimed = claim()
  const releaseNow = () => release(claimed)
  process.once('exit', releaseNow)
  const stop = async () => {
    process.off('exit', releaseNow)
    releaseNow()
  }
  try {
    const hosts = await makeHosts(claimed, names, image, diskSize)
    await allOf(hosts.map((host) => host.boot()))
    return toFleet(claimed, hosts, stop)
  } catch (error) {
    await stop()
    throw error
  }
}

function checkNames(names: readonly string[]): void {
  // The limit is the kernel's for a host name, less what the machine's name has before it.
  const wrong = names.find((name) => !/^[a-z0-9]([a-z0-9-]{0,40}[a-z0-9])?$/.test(name))
  if (wrong !== undefined) throw new Error(`not a host name: ${wrong}`)
  if (new Set(names).size !== names.length) throw new Error('two hosts of a fleet have the same name')
  if (names.length > mostHosts) throw new Error(`a fleet has at most ${mostHosts} hosts`)
}

function identityFileOf(claimed: Claim): string {
  return join(claimed.folder, 'id_ed25519')
}

function knownHostsFileOf(claimed: Claim): string {
  return join(claimed.folder, 'known_hosts')
}

async function makeHosts(claimed: Claim, names: readonly string[], image: string, diskSize: string): Promise<Host[]> {
  const { id } = claimed
  const authorizedKey = await makeKey(identityFileOf(claimed), `fleet-${id}`)
  const addresses = new Map(names.map((name, index) => [name, addressOf(id, index)]))
  await makeBridge(id)
  const hosts: Host[] = []
  for (const [index, name] of names.entries()) {
    const folder = hostFolder(claimed, name)
    const machine = machineName(claimed, name)
    const address = addressOf(id, index)
    mkdirSync(folder, { recursive: true })
    const disk = await mountDisk(folder, image, diskSize)
    writeIdentity(disk.root, name, authorizedKey, addresses)
    const hostKey = await makeHostKey(disk.root, name)
    await plugIn(id, index, machine)
    appendFileSync(knownHostsFileOf(claimed), knownHost({ address, port: 22, hostKey }))
    hosts.push(new Host({ name, address, hostKey, disk, folder, machine, fleet: id, index }))
  }
  return hosts
}

/** Waits for all of them to end, and then fails with the first failure: none goes on while the fleet is being removed. */
async function allOf(boots: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(boots)).find((result) => result.status === 'rejected')
  if (failed) throw failed.reason
}

function toFleet(claimed: Claim, hosts: readonly Host[], stop: () => Promise<void>): Fleet {
  return {
    id: claimed.id,
    hosts,
    host(name) {
      const found = hosts.find((host) => host.name === name)
      if (!found) throw new Error(`the fleet has no host ${name}`)
      return found
    },
    identityFile: identityFileOf(claimed),
    knownHostsFile: knownHostsFileOf(claimed),
    stop,
    [Symbol.asyncDispose]: stop,
  }
}
