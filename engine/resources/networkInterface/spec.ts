export type Manager = 'systemd-networkd' | 'ifupdown'

export type InterfaceSpec = {
  readonly name: string
  readonly manager?: Manager
  readonly mac?: string
  readonly addresses?: readonly string[]
  readonly dhcp?: 'yes' | 'ipv4' | 'ipv6' | 'no'
  readonly gateways?: readonly string[]
  readonly dns?: readonly string[]
  readonly mtu?: number
  readonly ensure?: 'present' | 'absent'
  // ---
  /** Added by a rollback: digest of content that the host kept. */
  readonly preimage?: string
}

export type InterfaceState = {
  readonly sha256: string
  readonly mode: string
  readonly owner: string
  readonly group: string
  /** Addresses that it has now and that no lease gave it; null where its manager does not run, or it is not there. */
  readonly live: readonly string[] | null
}

export const managerOf = (spec: InterfaceSpec): Manager => spec.manager ?? 'systemd-networkd'

/** The name says which manager has it, since a removal knows nothing else. No interface has a slash in its name. */
export const nameOf = (spec: InterfaceSpec): string =>
  managerOf(spec) === 'ifupdown' ? `ifupdown/${spec.name}` : spec.name

export function interfaceOf(name: string): { readonly name: string; readonly manager: Manager } {
  const bare = /^ifupdown\/(.*)$/s.exec(name)?.[1]
  return bare === undefined ? { name, manager: 'systemd-networkd' } : { name: bare, manager: 'ifupdown' }
}

export const pathOf = (spec: InterfaceSpec): string =>
  managerOf(spec) === 'ifupdown'
    ? `/etc/network/interfaces.d/${spec.name}`
    : `/etc/systemd/network/60-plumbline-${spec.name}.network`
