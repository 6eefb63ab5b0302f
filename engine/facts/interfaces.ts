import type { Facts } from '../model/facts.ts'
import { read } from '../model/script.ts'
import { compact, fact, needs, running } from './fact.ts'
import { jsonArrays, numberIn, objectsIn, textIn } from './json.ts'

type Interfaces = NonNullable<Facts['interfaces']>

/** Interfaces with their addresses as the kernel has them. Busybox knows no JSON, so its words are read as well. */
export const interfaces = fact(
  'interfaces',
  [running, needs('ip'), read`ip -j address 2>/dev/null || ip address`],
  (stdout) => (stdout.trimStart().startsWith('[') ? fromJson(stdout) : fromText(stdout)),
)

function fromJson(stdout: string): Interfaces | undefined {
  return jsonArrays(stdout)?.flatMap((link) => {
    const name = textIn(link, 'ifname')
    if (name === undefined) return []
    const flags = Array.isArray(link['flags']) ? link['flags'] : []
    const mac = textIn(link, 'address')
    return compact({
      name,
      mac: textIn(link, 'link_type') === 'ether' ? mac : undefined,
      mtu: numberIn(link, 'mtu'),
      up: flags.includes('UP'),
      addresses: objectsIn(link, 'addr_info').flatMap((address) => {
        const [local, length] = [textIn(address, 'local'), numberIn(address, 'prefixlen')]
        return local === undefined || length === undefined ? [] : [`${local}/${length}`]
      }),
    })
  })
}

function fromText(stdout: string): Interfaces | undefined {
  const found: { name: string; mac?: string; mtu?: number; up: boolean; addresses: string[] }[] = []
  for (const line of stdout.split('\n')) {
    const [, name, flags, mtu] = /^\d+: ([^:@\s]+)(?:@\S+)?: <([^>]*)> mtu (\d+)/.exec(line) ?? []
    if (name !== undefined)
      found.push({ name, mtu: Number(mtu), up: flags?.split(',').includes('UP') === true, addresses: [] })
    const last = found.at(-1)
    const mac = /^\s+link\/ether ([0-9a-f:]{17})/.exec(line)?.[1]
    const address = /^\s+inet6? (\S+\/\d+)/.exec(line)?.[1]
    if (last !== undefined && mac !== undefined) last.mac = mac
    if (last !== undefined && address !== undefined) last.addresses.push(address)
  }
  return found.length === 0 ? undefined : found
}
