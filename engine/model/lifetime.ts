const units = { h: 3_600_000, m: 60_000, s: 1000 } as const

/**
 * The end of what begins when it is put on a host, `+8h`: a plan and those who agree to it can't know the moment yet. It is
 * filled in when the change is carried out.
 *
 * @param hours more than none; whole seconds of it count
 */
export function lifetimeText(hours: number): string {
  const ms = Math.max(1000, Math.round(hours * 3600) * 1000)
  const unit = ms % units.h === 0 ? 'h' : ms % units.m === 0 ? 'm' : 's'
  return `+${ms / units[unit]}${unit}`
}

/** Milliseconds of a lifetime; undefined for any other text. */
export function lifetimeMs(text: string): number | undefined {
  const [, amount, unit] = /^\+(\d{1,9})([hms])$/.exec(text) ?? []
  return amount === undefined ? undefined : Number(amount) * units[unit as keyof typeof units]
}
