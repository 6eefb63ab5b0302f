import { type Address, addressOf } from '../model/address.ts'
import type { Json } from '../model/document.ts'
import type { LeaseSort } from '../model/lease.ts'
import { isObject } from './is-object.ts'

/** What stands where a value is wanted that nobody has chosen yet: `{ from: prefix/ams1-servers }`. */
export interface AllocationRequest {
  /** What the value is taken from. */
  readonly pool: Address
  /** Of a prefix inside of another one: how long it is to be. */
  readonly length?: number
}

/** Kinds that values are taken from. */
const pools: Readonly<Record<LeaseSort, string>> = { address: 'Prefix', prefix: 'Prefix', vlan: 'Site' }

/** Reads a request for a value of a sort; undefined where what stands there is none. */
export function allocationRequest(sort: LeaseSort, value: Json | undefined): AllocationRequest | undefined {
  if (!isObject(value)) return undefined
  const { from, length, ...others } = value
  if (typeof from !== 'string' || Object.keys(others).length > 0) return undefined
  const [, kind = pools[sort], name = ''] = /^(?:([A-Za-z]+)\/)?([a-z0-9][a-z0-9.-]{0,62})$/.exec(from) ?? []
  if (name === '' || kind.toLowerCase() !== pools[sort].toLowerCase()) return undefined
  const pool = addressOf(pools[sort], name)
  if (sort !== 'prefix') return length === undefined ? { pool } : undefined
  return typeof length === 'number' && Number.isInteger(length) && length >= 0 && length <= 128
    ? { pool, length }
    : undefined
}

/** How a request is written, for whoever wrote another one. */
export const requestForm = (sort: LeaseSort): string =>
  sort === 'prefix' ? '{ from: prefix/NAME, length: 26 }' : `{ from: ${pools[sort].toLowerCase()}/NAME }`
