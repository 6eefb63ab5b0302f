export type HostnameSpec = { readonly name: string }

export type HostnameState = {
  /** What /etc/hostname says. */
  readonly static: string
  /** What the kernel says now; null where the target does not run. */
  readonly running: string | null
}
