import type { LeaseSort, Lot } from '../model/lease.ts'

/** Where leases lie. Folders are those of the addresses, so that what was given out of a prefix is found without reading anything else. */

const folder = 'leases'
const scopeForm = /^(?:-|[a-z0-9][a-z0-9.-]{0,62})$/
const valueForms: Readonly<Record<LeaseSort, RegExp>> = {
  address: /^[0-9a-f.:]{2,45}$/,
  prefix: /^[0-9a-f.:]{2,45}\/\d{1,3}$/,
  vlan: /^[1-9]\d{0,3}$/,
}

/** `lease/address/-/10.20.3.7`: how entries of the ledger call it. */
export const leaseId = ({ sort, scope, value }: Lot): string => `lease/${sort}/${scope}/${value}`

/** What an id is about; undefined where it is none. */
export function parseLeaseId(id: string): Lot | undefined {
  const [, sort, scope = '', value = ''] = /^lease\/(address|prefix|vlan)\/([^/]+)\/(.+)$/.exec(id) ?? []
  if (sort === undefined || !scopeForm.test(scope) || !valueForms[sort as LeaseSort].test(value)) return undefined
  const lot = { sort: sort as LeaseSort, scope, value }
  return leasePath(lot) === undefined ? undefined : lot
}

/** The one file of a lot, however its value is spelt; undefined where it is none. */
export function leasePath({ sort, scope, value }: Lot): string | undefined {
  const [text = '', length] = value.split('/')
  const root = `${folder}/${sort}/${scope}`
  if (sort === 'vlan') return `${root}/${value}.yaml`
  const number = numberOf(text)
  if (number === undefined) return undefined
  const end = length === undefined ? '' : `_${Number(length)}`
  return `${root}/${foldersOf(number).join('/')}${end}.yaml`
}

interface AddressNumber {
  readonly family: 4 | 6
  readonly value: bigint
}

/** `10.20`, `3`, `10.20.3.7`; of IPv6 the first 64 bits, the next 56, and all of them, in hexadecimal. */
function foldersOf({ family, value }: AddressNumber): readonly string[] {
  if (family === 4) {
    const [a, b, c, d] = [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n))
    return [`${a}.${b}`, `${c}`, `${a}.${b}.${c}.${d}`]
  }
  const all = value.toString(16).padStart(32, '0')
  return [all.slice(0, 16), all.slice(16, 30), all]
}

/** An address as a number, as far as the ledger writes them: IPv6 without an embedded IPv4 address. */
function numberOf(text: string): AddressNumber | undefined {
  if (!text.includes(':')) {
    const parts = text.split('.').map(Number)
    if (parts.length !== 4 || !/^\d{1,3}(?:\.\d{1,3}){3}$/.test(text) || parts.some((p) => p > 255)) return undefined
    return { family: 4, value: parts.reduce((sum, part) => (sum << 8n) | BigInt(part), 0n) }
  }
  const halves = text.split('::').map((half) => half.split(':').filter(Boolean))
  const groups = halves.flat()
  if (halves.length > 2 || groups.length > 8 || groups.some((g) => !/^[0-9a-f]{1,4}$/.test(g))) return undefined
  if (halves.length === 1 && groups.length !== 8) return undefined
  const [head = [], tail = []] = halves
  const zeros = Array.from({ length: 8 - groups.length }, () => '0')
  return { family: 6, value: [...head, ...zeros, ...tail].reduce((sum, g) => (sum << 16n) | BigInt(`0x${g}`), 0n) }
}

/** Lists names directly below a folder. */
type ListNames = (folder: string) => Promise<readonly string[]>

/** Paths of all leases of a sort within a scope, of values that begin between two numbers; VLANs are of no family. */
export async function leasePathsBetween(
  list: ListNames,
  { sort, scope }: Pick<Lot, 'sort' | 'scope'>,
  family: 4 | 6 | undefined,
  [first, last]: readonly [bigint, bigint],
): Promise<readonly string[]> {
  if (family === undefined) {
    const names = await list(`${folder}/${sort}/${scope}`)
    return names.map((name) => `${folder}/${sort}/${scope}/${name}`)
  }
  const [low, high] = [foldersOf({ family, value: first }), foldersOf({ family, value: last })]
  const rank = family === 4 ? rankOf : (name: string) => BigInt(`0x${name}`)
  const within = (names: readonly string[], depth: number, from: boolean, to: boolean): readonly string[] =>
    names.filter(
      (name) =>
        isOf(name, family) &&
        (!from || rank(name) >= rank(low[depth] ?? '')) &&
        (!to || rank(name) <= rank(high[depth] ?? '')),
    )
  const root = `${folder}/${sort}/${scope}`
  const paths: string[] = []
  for (const outer of within(await list(root), 0, true, true)) {
    const [onLow, onHigh] = [outer === low[0], outer === high[0]]
    for (const inner of within(await list(`${root}/${outer}`), 1, onLow, onHigh)) {
      const names = (await list(`${root}/${outer}/${inner}`)).map((name) => name.replace(/\.yaml$/, ''))
      const value = (name: string): bigint => rank(name.replace(/_\d+$/, ''))
      for (const name of names)
        if (value(name) >= first && value(name) <= last) paths.push(`${root}/${outer}/${inner}/${name}.yaml`)
    }
  }
  return paths
}

/** Whether a folder's name is of a family: those of IPv4 are short. */
const isOf = (name: string, family: 4 | 6): boolean => (family === 6) === /^[0-9a-f]{14,32}$/.test(name)

/** Numbers between points, as one number. */
const rankOf = (name: string): bigint => name.split('.').reduce((sum, part) => (sum << 8n) | BigInt(part), 0n)

/** Paths of all leases. */
export async function leasePaths(list: ListNames, below: string = folder): Promise<readonly string[]> {
  const paths: string[] = []
  for (const name of await list(below)) {
    const path = `${below}/${name}`
    if (name.endsWith('.yaml')) paths.push(path)
    else paths.push(...(await leasePaths(list, path)))
  }
  return paths
}
