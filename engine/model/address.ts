/** The name of a document in the graph: `Kind/name`, kind printed as its schema spells it. */
export type Address = `${string}/${string}`

/** What a document may be called, and so what may stand after the slash of an address. */
export const namePattern = /^[a-z0-9][a-z0-9.-]{0,62}$/

export function addressOf(kind: string, name: string): Address {
  return `${kind}/${name}`
}

export function kindOf(address: Address): string {
  return address.slice(0, address.indexOf('/'))
}

/** The name in a reference, whether it is written with its kind or without. */
export function nameOf(reference: string): string {
  return reference.slice(reference.indexOf('/') + 1)
}
