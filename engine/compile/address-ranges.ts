/** A network of IPv4 or IPv6: its first address, and how many bits are its own. */
interface Network {
  readonly family: 4 | 6
  readonly first: bigint
  readonly bits: number
  /** As it is written in a ruleset. */
  readonly text: string
}

/** What is wrong with an address, in words. */
export interface BadAddress {
  readonly bad: string
}

/** `10.0.0.0/8`, `192.0.2.7`, `2001:db8::/32`; bits beyond the prefix must not be set, since one of the two is then a slip. */
export function readNetwork(text: string): Network | BadAddress {
  const [address = '', length, ...rest] = text.split('/')
  const family = address.includes(':') ? 6 : 4
  const size = family === 4 ? 32 : 128
  const value = family === 4 ? readIpv4(address) : readIpv6(address)
  const bits = length === undefined ? size : /^\d{1,3}$/.test(length) ? Number(length) : -1
  if (value === undefined || rest.length > 0 || bits < 0 || bits > size)
    return { bad: `${text} is no address or network` }
  const host = (1n << BigInt(size - bits)) - 1n
  if ((value & host) !== 0n) return { bad: `${text} has bits set beyond its prefix: write ${address} or a network` }
  return {
    family,
    first: value,
    bits,
    text: bits === size ? address.toLowerCase() : `${address.toLowerCase()}/${bits}`,
  }
}

/** Texts for one set of a ruleset: sorted, and without what lies inside another one, which nft would refuse. */
export function setOf(networks: readonly Network[], family: 4 | 6): readonly string[] {
  const size = family === 4 ? 32 : 128
  const widest = networks
    .filter((n) => n.family === family)
    .sort((a, b) => (a.first === b.first ? a.bits - b.bits : a.first < b.first ? -1 : 1))
  const kept: Network[] = []
  for (const network of widest) {
    const last = kept.at(-1)
    // Networks lie inside each other or apart; they never overlap by halves.
    if (last !== undefined && network.first < last.first + (1n << BigInt(size - last.bits))) continue
    kept.push(network)
  }
  return kept.map((n) => n.text)
}

/** Whether an address lies in one of the networks. */
export function contains(networks: readonly Network[], address: Network): boolean {
  return networks.some(({ family, first, bits }) => {
    const rest = BigInt((family === 4 ? 32 : 128) - bits)
    return family === address.family && bits <= address.bits && first >> rest === address.first >> rest
  })
}

export const isBad = (value: Network | BadAddress): value is BadAddress => 'bad' in value
export type { Network }

function readIpv4(text: string): bigint | undefined {
  const parts = text.split('.')
  // A zero in front would make it octal for some.
  if (parts.length !== 4 || !parts.every((p) => /^(0|[1-9]\d{0,2})$/.test(p) && Number(p) <= 255)) return undefined
  return parts.reduce((sum, part) => (sum << 8n) | BigInt(part), 0n)
}

function readIpv6(text: string): bigint | undefined {
  if (/\..*:/.test(text)) return undefined
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const groups = halves.map((half) => (half === '' ? [] : half.split(':').flatMap(groupsOf)))
  const [head = [], tail = []] = groups
  const missing = 8 - head.length - tail.length
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined
  const all = halves.length === 1 ? head : [...head, ...Array<string>(missing).fill('0'), ...tail]
  if (!all.every((group) => /^[0-9A-Fa-f]{1,4}$/.test(group))) return undefined
  return all.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n)
}

/** The last two groups may be written as an address of IPv4. */
function groupsOf(group: string): string[] {
  if (!group.includes('.')) return [group]
  const value = readIpv4(group)
  return value === undefined ? ['x'] : [(value >> 16n).toString(16), (value & 0xffffn).toString(16)]
}
