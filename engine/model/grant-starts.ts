import type { Address } from './address.ts'

/** Grants that last for hours → when they began, in milliseconds since 1970. One that has not begun is not there. */
export type GrantStarts = ReadonlyMap<Address, number>
