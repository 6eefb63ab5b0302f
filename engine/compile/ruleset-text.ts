import { type Network, setOf } from './address-ranges.ts'
import type { FirewallRuleSpec } from './specs.ts'

/** A rule with everything it refers to, as it is on one host. */
export interface FilterRule {
  readonly name: string
  readonly spec: FirewallRuleSpec
  /** undefined: anywhere. Empty: nobody, so that the rule says nothing. */
  readonly from: readonly Network[] | undefined
  readonly to: readonly Network[] | undefined
}

/** Numbers, since a small system has no /etc/protocols to look names up in. */
const protocols: Readonly<Record<string, number>> = {
  icmp: 1,
  tcp: 6,
  udp: 17,
  gre: 47,
  esp: 50,
  ah: 51,
  icmpv6: 58,
  sctp: 132,
}

/**
 * The ruleset of a host: a table of our own that is replaced at once and touches nobody else's. What comes in is dropped unless it
 * belongs to something that was let through, is what the network itself needs (RFC 4890 for ICMPv6), or a rule accepts it.
 *
 * @param rules in the order in which they are asked
 * @param sshPort the port of the engine's own login where it is open to everybody; undefined where rules decide about it
 */
export function rulesetText(rules: readonly FilterRule[], sshPort: number | undefined): string {
  const of = (direction: string) => rules.filter((rule) => (rule.spec.direction ?? 'in') === direction)
  const chains = [
    chain('input', 'drop', [
      ...essentials,
      ...(sshPort === undefined ? [] : [`tcp dport ${sshPort} accept comment "the engine's own way in"`]),
      ...of('in').flatMap(lines),
    ]),
    ...(of('forward').length > 0 ? [chain('forward', 'drop', [state, errors, ...of('forward').flatMap(lines)])] : []),
    ...(of('out').length > 0 ? [chain('output', 'accept', ['oif "lo" accept', ...of('out').flatMap(lines)])] : []),
  ]
  return `#!/usr/sbin/nft -f
# Made of FirewallRule documents. A change by hand is undone.

table inet plumbline
delete table inet plumbline

table inet plumbline {
${chains.join('\n')}}
`
}

const state = 'ct state vmap { established : accept, related : accept, invalid : drop }'
const errors = 'icmpv6 type { destination-unreachable, packet-too-big, time-exceeded, parameter-problem } accept'
const essentials = [
  // Before the state: neighbours are found without one, and some kernels call that invalid.
  'icmpv6 type { nd-router-solicit, nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert, mld-listener-query, mld-listener-report, mld-listener-done, mld2-listener-report } accept',
  state,
  'iif "lo" accept',
  'icmp type { destination-unreachable, time-exceeded, parameter-problem, echo-request } accept',
  errors.replace(' }', ', echo-request }'),
  'ip6 saddr fe80::/10 udp sport 547 udp dport 546 accept',
]

function chain(name: string, policy: string, rules: readonly string[]): string {
  const hook = `type filter hook ${name} priority filter; policy ${policy};`
  return `\tchain ${name} {\n${[hook, ...rules].map((line) => `\t\t${line}\n`).join('')}\t}\n`
}

/** One line for each family of addresses that it names, and one before it where it logs. */
function lines({ name, spec, from, to }: FilterRule): readonly string[] {
  const families: readonly (4 | 6 | undefined)[] = from === undefined && to === undefined ? [undefined] : [4, 6]
  return families.flatMap((family) => {
    const sources = addresses('saddr', from, family)
    const targets = addresses('daddr', to, family)
    if (sources === undefined || targets === undefined) return []
    const match = [...throughInterface(spec), ...sources, ...targets, ...protocolOf(spec)]
    const log = [...match, `limit rate 5/second burst 10 packets log prefix "plumbline ${name}: "`]
    const verdict = [...match, spec.action, `comment "FirewallRule/${name}"`]
    return [...(spec.log === true ? [log.join(' ')] : []), verdict.join(' ')]
  })
}

function addresses(
  which: 'saddr' | 'daddr',
  networks: readonly Network[] | undefined,
  family: 4 | 6 | undefined,
): string[] | undefined {
  if (networks === undefined || family === undefined) return []
  const set = setOf(networks, family)
  return set.length === 0 ? undefined : [`${family === 4 ? 'ip' : 'ip6'} ${which} { ${set.join(', ')} }`]
}

const throughInterface = ({ interface: name, direction }: FirewallRuleSpec): string[] =>
  name === undefined ? [] : [`${direction === 'out' ? 'oifname' : 'iifname'} "${name}"`]

function protocolOf({ protocol = 'any', ports }: FirewallRuleSpec): string[] {
  const names = typeof protocol === 'string' ? [protocol] : [...protocol].sort()
  if (ports !== undefined) {
    const set = `{ ${portRanges(ports)
      .map(([a, b]) => (a === b ? a : `${a}-${b}`))
      .join(', ')} }`
    const [only] = names
    return names.length === 1 ? [`${only} dport ${set}`] : ['meta l4proto { 6, 17 }', `th dport ${set}`]
  }
  if (names.includes('any')) return []
  return [`meta l4proto { ${names.flatMap((n) => protocols[n] ?? []).join(', ')} }`]
}

/** Sorted and joined where they touch. A range that runs backwards is not checked here. */
export function portRanges(ports: readonly (number | string)[]): readonly (readonly [number, number])[] {
  const ranges = ports
    .map((port): [number, number] => {
      const [first = 0, last = first] = String(port).split('-').map(Number)
      return [first, last]
    })
    .sort((a, b) => a[0] - b[0] || a[1] - b[1])
  const joined: [number, number][] = []
  for (const [first, last] of ranges) {
    const before = joined.at(-1)
    if (before !== undefined && first <= before[1] + 1) before[1] = Math.max(before[1], last)
    else joined.push([first, last])
  }
  return joined
}
