export type SysctlSpec = {
  readonly key: string
  readonly value?: string | number
  readonly ensure?: 'present' | 'absent'
  // ---
  /** Added by a rollback: the file, not ours, that kept it before. */
  readonly file?: string
}

export type SysctlState = {
  /** What the kernel says now; null where the target does not run, empty where its kernel knows no such key. */
  readonly live: string | null
  /** What the last file that names it says; null where none does. */
  readonly persisted: string | null
  /** That file. */
  readonly file: string | null
}

/** How keys are written: `net.ipv4.ip_forward`, and a slash for a dot in a name (`net.ipv4.conf.eth0/100.rp_filter`). */
export const keyForm = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_:@-]+(\/[A-Za-z0-9_:@-]+)*)+$/

const swapped = (text: string): string => text.replaceAll(/[./]/g, (c) => (c === '.' ? '/' : '.'))

/** A key as a file may write it, too: `net/ipv4/ip_forward`, where the slash separates. */
export const plainKey = (key: string): string => (/^[^./]*\//.test(key) ? swapped(key) : key)

/** Where the kernel shows it. */
export const kernelPath = (key: string): string => `/proc/sys/${swapped(key)}`

/** Blanks between numbers count as one, as for the kernel. */
export const plainValue = (value: string): string => value.trim().replaceAll(/[ \t]+/g, ' ')

/**
 * The file of a key. Of two files that name a key the one whose name sorts last wins: ours sorts behind whatever is
 * numbered. A dot stays, a slash can't.
 */
export const fileName = (key: string): string => `zz-plumbline-${key.replaceAll('/', '%')}.conf`
export const fileOf = (key: string): string => `/etc/sysctl.d/${fileName(key)}`
