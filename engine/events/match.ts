/** Labels that have to be there; a list means one of its values. */
export type LabelMatch = Readonly<Record<string, string | readonly string[]>>

export function fits(wanted: LabelMatch, labels: Readonly<Record<string, string>>): boolean {
  return Object.entries(wanted).every(([name, values]) => {
    const value = Object.hasOwn(labels, name) ? labels[name] : undefined
    return value !== undefined && (typeof values === 'string' ? value === values : values.includes(value))
  })
}

/** Whether a name is one of those that are wanted; a star at the end of one means whatever begins so. */
export const amongKinds = (wanted: readonly string[], kind: string): boolean =>
  wanted.some((name) => (name.endsWith('*') ? kind.startsWith(name.slice(0, -1)) : kind === name))
