/** Small words that pages share. */

export const minute = (at: string | undefined): string => (at === undefined ? '–' : at.slice(0, 16).replace('T', ' '))

export const day = (at: string): string => at.slice(0, 10)

/** `ben` of `Person/ben`. */
export const person = (address: string): string => address.replace(/^Person\//, '')
