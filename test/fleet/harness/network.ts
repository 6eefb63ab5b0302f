import { must, runNow } from './run.ts'

/** The /24 of a fleet: 10.x.y., x and y being the two bytes of its id. One id, one network. */
export function networkOf(id: string): string {
  return `10.${Number.parseInt(id.slice(0, 2), 16)}.${Number.parseInt(id.slice(2), 16)}.`
}

const firstHost = 11

/** The most hosts that a fleet's network has addresses for. */
export const mostHosts = 255 - firstHost

export function addressOf(id: string, index: number): string {
  return `${networkOf(id)}${firstHost + index}`
}

/** The bridge's end of a host's cable. Link names have at most 15 characters. */
function linkOf(id: string, index: number): string {
  return `plv${id}-${index}`
}

function bridgeOf(id: string): string {
  return `plb${id}`
}

/** Whether this machine uses addresses of that /24 for something else. The default route does not count. */
export function routesOverlap(network: string): boolean {
  const { stdout } = runNow('ip', ['-4', 'route', 'show', 'table', 'all'])
  const wanted = toNumber(`${network}0`)
  return [...stdout.matchAll(/\b(\d+\.\d+\.\d+\.\d+)(?:\/(\d+))?/g)].some(([, address = '', bits = '32']) => {
    const size = 2 ** (32 - Math.min(Number(bits), 24))
    return Math.floor(toNumber(address) / size) === Math.floor(wanted / size)
  })
}

function toNumber(address: string): number {
  return address.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0)
}

/** The switch that a fleet's hosts are plugged into, with this machine on it, too. It leads nowhere else. */
export async function makeBridge(id: string): Promise<void> {
  const bridge = bridgeOf(id)
  await must('ip', ['link', 'add', bridge, 'type', 'bridge'])
  await must('ip', ['address', 'add', `${networkOf(id)}1/24`, 'dev', bridge])
  await must('ip', ['link', 'set', bridge, 'up'])
}

/** Gives a host its network namespace and plugs it in. */
export async function plugIn(id: string, index: number, namespace: string): Promise<void> {
  const link = linkOf(id, index)
  await must('ip', ['netns', 'add', namespace])
  await must('ip', ['link', 'add', link, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', namespace])
  await must('ip', ['-n', namespace, 'link', 'set', 'lo', 'up'])
  await must('ip', ['-n', namespace, 'address', 'add', `${addressOf(id, index)}/24`, 'dev', 'eth0'])
  await must('ip', ['-n', namespace, 'link', 'set', 'eth0', 'up'])
  await must('ip', ['link', 'set', link, 'master', bridgeOf(id), 'up'])
}

/** Pulls a host's cable, or puts it back. */
export async function setLink(id: string, index: number, state: 'up' | 'down'): Promise<void> {
  await must('ip', ['link', 'set', linkOf(id, index), state])
}

/** Removes the bridge and whatever cables are left. */
export function deleteLinks(id: string): void {
  const { stdout } = runNow('ip', ['-o', 'link', 'show'])
  for (const [, link = ''] of stdout.matchAll(/^\d+: ([^:@]+)/gm)) {
    if (link === bridgeOf(id) || link.startsWith(`plv${id}-`)) runNow('ip', ['link', 'delete', link])
  }
}
