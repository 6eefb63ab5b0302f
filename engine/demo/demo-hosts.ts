import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type SimulatedHost, startSimulatedHost } from '../adapters/simulated/simulated-host.ts'
import { Refusal } from '../cli/run-action.ts'
import { reporter } from '../model/diagnostic.ts'
import { codes } from './codes.ts'
import { type DemoFolder, type DemoMarker, writeMarker } from './demo-folder.ts'
import { handWrittenFile, watchedFile } from './web-tier.ts'

const report = reporter(codes)

/** A job on the host of the cache that nobody wrote down. */
export const jobFile = '/etc/cron.d/warm-cache'
const job = '# asked for by the shop\n*/5 * * * * www-data /usr/local/bin/warm-cache --top 500\n'

const names = ['web-01', 'web-02', 'db-01', 'cache-01']

/** Simulated hosts that run until they are stopped. */
export interface DemoHosts {
  readonly all: readonly SimulatedHost[]
  stop(): Promise<void>
}

/** Makes the hosts of a new demo, on free ports, and notes the ports. */
export async function newHosts(folder: DemoFolder, loginKey: string): Promise<DemoHosts> {
  const hosts = await startAll(
    folder,
    names.map((name) => ({ name })),
  )
  for (const host of hosts.all) {
    host.authorize(loginKey)
    if (host.name === 'cache-01') await putFile(join(host.root, jobFile), job)
    if (host.name.startsWith('web-')) await putFile(join(host.root, watchedFile), handWrittenFile)
  }
  await writeMarker(folder, { hosts: hosts.all.map(({ name, port }) => ({ name, port })) })
  return hosts
}

/** Starts the hosts of a demo again, where their documents say they are. */
export function sameHosts(folder: DemoFolder, marker: DemoMarker): Promise<DemoHosts> {
  return startAll(folder, marker.hosts)
}

async function startAll(
  folder: DemoFolder,
  wanted: readonly { readonly name: string; readonly port?: number }[],
): Promise<DemoHosts> {
  const all: SimulatedHost[] = []
  const stop = async (): Promise<void> => void (await Promise.all(all.map((host) => host.stop())))
  try {
    for (const host of wanted) all.push(await startSimulatedHost({ folder: join(folder.hosts, host.name), ...host }))
  } catch (error) {
    await stop()
    if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error
    const taken = wanted[all.length]
    throw new Refusal([report('demo-port-taken', { summary: `port ${taken?.port} of ${taken?.name} is in use` })])
  }
  return { all, stop }
}

async function putFile(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, text)
}
