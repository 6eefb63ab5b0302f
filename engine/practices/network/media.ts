/** What a port or cable is made of; undefined where nobody knows. */
type PortMedium = 'copper' | 'fibre' | 'coaxial' | 'pluggable' | 'none'
type CableMedium = 'copper' | 'fibre' | 'coaxial' | 'dac' | 'aoc' | 'power' | 'usb'

/** Mbit/s of a type as NetBox names them, `10gbase-x-sfpp`; undefined where its name does not tell. */
export function speedOfType(type: string): number | undefined {
  const [, amount, giga] = /^(\d+(?:\.\d+)?)(g?)base-/.exec(type) ?? []
  return amount === undefined ? undefined : Number(amount) * (giga === 'g' ? 1000 : 1)
}

/** Whether both ends agree on the fastest speed that both have (IEEE 802.3, clause 28): twisted pair does, all else has one speed. */
export const negotiates = (type: string): boolean => mediumOfInterface(type) === 'copper'

export function mediumOfInterface(type: string): PortMedium | undefined {
  if (/^(virtual|bridge|lag)$|^ieee802\.1[15]|^(gsm|cdma|lte|4g|5g|other-wireless)$/.test(type)) return 'none'
  const form = /base-(.+)$/.exec(type)?.[1]
  if (form === undefined) return undefined
  if (/^(t|tx|t1|t4|t1s|t1l)$/.test(form)) return 'copper'
  if (form.startsWith('x-')) return 'pluggable'
  return /^(fx|lfx|lx|sx|zx|ex|bx|sr|lr|er|zr|fr|dr|vr)/.test(form) ? 'fibre' : undefined
}

/** Of front and rear ports of panels, after NetBox's names of their connectors. */
export function mediumOfPanel(type: string): PortMedium | undefined {
  if (/^(8p|6p|4p|rj-|gg45|tera|110-punch|mrj21)/.test(type)) return 'copper'
  if (/^(lc|sc|st|fc|mpo|mtrj|lsh|lx5|sma|urm|cs|sn|splice)/.test(type)) return 'fibre'
  return /^(bnc|f|n)$/.test(type) ? 'coaxial' : undefined
}

export function mediumOfCable(type: string): CableMedium {
  if (/^(cat|mrj21)/.test(type)) return 'copper'
  if (/^[ms]mf/.test(type)) return 'fibre'
  if (type.startsWith('dac')) return 'dac'
  return type as CableMedium
}

/** Whether a cable goes into a port. What is plugged into a cage decides what goes into that. */
export function fits(port: PortMedium | undefined, cable: CableMedium): boolean {
  if (cable === 'power' || cable === 'usb') return false
  if (port === undefined) return true
  return port === 'pluggable' ? cable !== 'coaxial' : port === cable
}

/**
 * Mbit/s that twisted pair carries at most, and metres up to which it does: IEEE 802.3 (clauses 40, 55, 113 and 126) over the categories of
 * ISO/IEC 11801. Of other cables undefined.
 */
export function fastest(type: string, metres: number | undefined): number | undefined {
  if (type === 'cat6') return metres !== undefined && metres > 55 ? 5000 : 10_000
  return twistedPair[type]
}

const twistedPair: Readonly<Record<string, number>> = {
  cat3: 10,
  cat5: 1000,
  cat5e: 5000,
  cat6a: 10_000,
  cat7: 10_000,
  cat7a: 10_000,
  cat8: 40_000,
}

/** Metres of twisted pair from end to end, patch cables and all (ISO/IEC 11801). */
export const longestCopper = 100

/** `10 Gbit/s`. */
export const speedText = (mbit: number): string => (mbit < 1000 ? `${mbit} Mbit/s` : `${mbit / 1000} Gbit/s`)
