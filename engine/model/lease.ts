import type { Address } from './address.ts'

/** What can be given out once: an address, a prefix inside of another one, or the number of a VLAN. */
export type LeaseSort = 'address' | 'prefix' | 'vlan'

/** What exactly is given out. Each is one file of the ledger, and so has one holder at most. */
export interface Lot {
  readonly sort: LeaseSort
  /** Name of the routing table, or of the site of a VLAN; `-` is the global table. */
  readonly scope: string
  /** `10.20.3.7`, `2001:db8::7` (RFC 5952), `10.20.64.0/26`, `131`. */
  readonly value: string
}

/**
 * Something is kept for a document before the branch that brings the document is merged: `leases/address/-/10.20/3/10.20.3.7.yaml`.
 * The document itself says the value; the lease keeps others from getting it meanwhile.
 */
export interface LeaseRecord extends Lot {
  readonly apiVersion: 'plumbline/v1'
  readonly kind: 'Lease'
  readonly state: 'leased' | 'released'
  /** What it was taken from: `Prefix/ams1-servers`, or the site of a VLAN. */
  readonly pool: Address
  /** Whose it is, and in which of its fields: `spec.address`. */
  readonly of: Address
  readonly field: string
  /** The branch on which it was asked for; none where no branch was checked out. */
  readonly branch?: string
  /** Why it was given back. */
  readonly because?: string
  readonly transition: { readonly uuid: string; readonly name: string; readonly at: string; readonly actor: string }
}
