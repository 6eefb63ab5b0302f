import ipaddr from 'ipaddr.js'

/** A range of addresses that begins at a multiple of its size. Numbers are those of the address as an unsigned integer. */
export interface Cidr {
  readonly family: 4 | 6
  readonly first: bigint
  readonly last: bigint
  readonly length: number
}

const bits = { 4: 32, 6: 128 } as const

/** An address as a number; undefined where the text is none. */
export function addressOf(text: string): { readonly family: 4 | 6; readonly value: bigint } | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text))
    return { family: 4, value: numberOf(ipaddr.IPv4.parse(text).toByteArray()) }
  if (!ipaddr.IPv6.isValid(text) || text.includes('%')) return undefined
  return { family: 6, value: numberOf(ipaddr.IPv6.parse(text).toByteArray()) }
}

/** 127.0.0.0/8 and ::1 (RFC 6890). */
export const isLoopback = ({ family, value }: { readonly family: 4 | 6; readonly value: bigint }): boolean =>
  family === 4 ? value >> 24n === 127n : value === 1n

/** 169.254.0.0/16 and fe80::/10 (RFC 6890): each wire has them anew. */
export const isLinkLocal = ({ family, value }: { readonly family: 4 | 6; readonly value: bigint }): boolean =>
  family === 4 ? value >> 16n === 0xa9fen : value >> 118n === 0x3fan

/** A prefix, and whether bits beyond its length are set; undefined where the text is none. */
export function cidrOf(text: string): (Cidr & { readonly hostBits: boolean }) | undefined {
  const slash = text.indexOf('/')
  const address = addressOf(text.slice(0, slash))
  const length = Number(text.slice(slash + 1))
  if (slash < 0 || address === undefined || length > bits[address.family]) return undefined
  const size = 1n << BigInt(bits[address.family] - length)
  const first = address.value - (address.value % size)
  return { family: address.family, first, last: first + size - 1n, length, hostBits: first !== address.value }
}

/** How an address is written: IPv6 after RFC 5952. */
export function textOf(family: 4 | 6, value: bigint): string {
  const bytes = Array.from({ length: bits[family] / 8 }, (_, i) =>
    Number((value >> BigInt(bits[family] - 8 * (i + 1))) & 255n),
  )
  const address = ipaddr.fromByteArray(bytes)
  return address instanceof ipaddr.IPv6 ? address.toRFC5952String() : address.toString()
}

/** Addresses that hosts can have: not the first and last of an IPv4 network (RFC 950), all of a point-to-point one (RFC 3021), not the first of IPv6 (RFC 4291, subnet-router anycast). */
export function usable({ family, first, last, length }: Cidr): readonly [first: bigint, last: bigint] {
  if (length >= bits[family] - 1) return [first, last]
  return family === 4 ? [first + 1n, last - 1n] : [first + 1n, last]
}

const numberOf = (bytes: readonly number[]): bigint => bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
