export type MountSpec = {
  readonly path: string
  readonly device?: string
  readonly type?: string
  readonly options?: readonly string[]
  readonly dump?: number
  readonly pass?: number
  readonly mounted?: boolean
  readonly ensure?: 'present' | 'absent'
  // ---
  /** Added by a rollback: what is mounted keeps the flags it had. */
  readonly asItWas?: boolean
}

/** A line of /etc/fstab; options sorted, without `defaults`. */
export type Entry = {
  readonly device: string
  readonly type: string
  readonly options: readonly string[]
  readonly dump: number
  readonly pass: number
}

export type MountState = {
  readonly entry: Entry | null
  /** What is mounted there; null: nothing, or the target does not run. */
  readonly live: { readonly type: string; readonly flags: readonly string[] } | null
  /** null: the target does not run. */
  readonly mounted: boolean | null
}

/** Options that the kernel shows for each mount as fstab says them. */
const flags = new Set(['ro', 'nosuid', 'nodev', 'noexec', 'noatime', 'nodiratime'])

export const flagsOf = (options: readonly string[]): string[] => plainOptions(options).filter((o) => flags.has(o))

export const plainOptions = (options: readonly string[]): string[] =>
  [...new Set(options)].filter((o) => o !== 'defaults' && o !== '').sort()

/** fstab and mountinfo have blanks and backslashes as three octal digits. */
export const encode = (text: string): string =>
  text.replaceAll(/[\s\\#]/g, (c) => `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`)
export const decode = (text: string): string =>
  text.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))

/** Five fields as fstab has them, after the path was left out. */
export function readEntry(fields: readonly string[]): Entry | undefined {
  const [device, type, options = 'defaults', dump = '0', pass = '0'] = fields
  if (device === undefined || type === undefined || !/^\d{1,3}$/.test(dump) || !/^\d{1,3}$/.test(pass)) return undefined
  return {
    device: decode(device),
    type: decode(type),
    options: plainOptions(decode(options).split(',')),
    dump: Number(dump),
    pass: Number(pass),
  }
}

export function entryLine(path: string, { device, type, options, dump, pass }: Entry): string {
  const said = options.length === 0 ? 'defaults' : options.join(',')
  return `${[device, path, type, said].map(encode).join(' ')} ${dump} ${pass}`
}

export const entryOf = ({ device = '', type = '', options = [], dump = 0, pass = 0 }: MountSpec): Entry => ({
  device,
  type,
  options: plainOptions(options),
  dump,
  pass,
})
