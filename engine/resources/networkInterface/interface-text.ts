import { type InterfaceSpec, managerOf } from './spec.ts'

const header = '# Written by Plumbline: changes here are undone.\n'

/** The file of an interface, as its manager reads it. */
export const interfaceText = (spec: InterfaceSpec): string =>
  header + (managerOf(spec) === 'ifupdown' ? forIfupdown(spec) : forNetworkd(spec))

function forNetworkd({ name, mac, addresses = [], dhcp = 'no', gateways = [], dns = [], mtu }: InterfaceSpec): string {
  return [
    '[Match]',
    mac === undefined ? `Name=${name}` : `MACAddress=${mac}`,
    ...(mtu === undefined ? [] : ['', '[Link]', `MTUBytes=${mtu}`]),
    '',
    '[Network]',
    `DHCP=${dhcp}`,
    ...addresses.map((a) => `Address=${a}`),
    ...gateways.map((g) => `Gateway=${g}`),
    ...dns.map((d) => `DNS=${d}`),
    '',
  ].join('\n')
}

/** One stanza for each address: ifupdown gives an interface all of them. What belongs to the interface stands in the first. */
function forIfupdown({ name, addresses = [], dhcp = 'no', gateways = [], dns = [], mtu }: InterfaceSpec): string {
  const family = (a: string) => (a.includes(':') ? 'inet6' : 'inet')
  const leases = dhcp === 'yes' ? ['inet', 'inet6'] : dhcp === 'no' ? [] : [dhcp === 'ipv4' ? 'inet' : 'inet6']
  const stanzas = [
    ...leases.map((f) => ({ head: `iface ${name} ${f} dhcp`, lines: [] as string[] })),
    ...addresses.map((a, i) => ({
      head: `iface ${name} ${family(a)} static`,
      lines: [
        `address ${a}`,
        // A gateway stands beside the first address of its family.
        ...gateways
          .filter((g) => family(g) === family(a) && addresses.findIndex((b) => family(b) === family(g)) === i)
          .map((g) => `gateway ${g}`),
      ],
    })),
  ]
  const all = stanzas.length === 0 ? [{ head: `iface ${name} inet manual`, lines: [] }] : stanzas
  const common = [
    ...(dns.length === 0 ? [] : [`dns-nameservers ${dns.join(' ')}`]),
    ...(mtu === undefined ? [] : [`mtu ${mtu}`]),
  ]
  const text = all.map(({ head, lines }, i) =>
    [head, ...[...lines, ...(i === 0 ? common : [])].map((l) => `    ${l}`)].join('\n'),
  )
  return `auto ${name}\n${text.join('\n')}\n`
}
