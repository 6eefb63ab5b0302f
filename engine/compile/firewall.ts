import { nameOf } from '../model/address.ts'
import type { Sha256 } from '../model/canonical.ts'
import { compareText, type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { JsonPath, LoadedDocument, Locate } from '../model/document.ts'
import type { Graph } from '../model/graph.ts'
import { lazyPlace } from '../model/lazy-place.ts'
import type { ResourceType } from '../model/resource.ts'
import { contains, isBad, type Network, readNetwork } from './address-ranges.ts'
import { codes } from './codes.ts'
import type { HostIndex } from './host-index.ts'
import type { Entry } from './merge-resources.ts'
import { entryOf } from './profile-items.ts'
import { type FilterRule, portRanges, rulesetText } from './ruleset-text.ts'
import { documentsOf, type Endpoints, type FirewallRuleSpec, type HostSpec } from './specs.ts'

const report = reporter(codes)

/** A rule of the estate, with the addresses that it means, and what is wrong with it. */
export interface Rule extends FilterRule {
  readonly document: LoadedDocument<FirewallRuleSpec>
  readonly diagnostics: readonly Diagnostic[]
  /** A rule that has ended says nothing, and its hosts keep their firewall. */
  readonly ended: boolean
}

type Hosts = ReadonlyMap<string, LoadedDocument<HostSpec>>

/** All rules, in the order in which they are asked. */
export function readRules(graph: Graph, index: HostIndex, hosts: Hosts, locate: Locate, now: number): readonly Rule[] {
  return documentsOf(graph, 'FirewallRule')
    .map((document) => readRule(document, index, hosts, locate, now))
    .sort((a, b) => (a.spec.priority ?? 500) - (b.spec.priority ?? 500) || compareText(a.name, b.name))
}

function readRule(
  document: LoadedDocument<FirewallRuleSpec>,
  index: HostIndex,
  hosts: Hosts,
  locate: Locate,
  now: number,
): Rule {
  const { spec, metadata } = document.document
  const diagnostics: Diagnostic[] = []
  const found = (code: keyof typeof codes, path: JsonPath, summary: string) => {
    diagnostics.push(
      report(code, { ...lazyPlace(locate, document, ['spec', ...path]), subject: document.address, summary }),
    )
  }
  const networks = (side: 'from' | 'to') => {
    const said = spec[side]
    if (said === undefined) return undefined
    const result = endpoints(said, index, hosts)
    for (const { bad, path } of result.bad) found('firewall-address', [side, ...path], bad)
    if (result.bad.length === 0 && result.networks.length === 0)
      found('selector-empty', [side], `${document.address} selects no host in ${side}`)
    return result.networks
  }
  const from = networks('from')
  const to = networks('to')
  const names = typeof spec.protocol === 'string' ? [spec.protocol] : (spec.protocol ?? ['any'])
  if (spec.ports !== undefined && !names.every((n) => ['tcp', 'udp', 'sctp'].includes(n)))
    found('firewall-ports', ['ports'], `${document.address} has ports, which ${names.join(' and ')} has none of`)
  for (const [i, port] of (spec.ports ?? []).entries()) {
    const [first = 0, last = first] = String(port).split('-').map(Number)
    if (first < 1 || last > 65535 || first > last) found('firewall-ports', ['ports', i], `${port} is no range of ports`)
  }
  const ended = spec.expires !== undefined && (Date.parse(spec.expires) || 0) <= now
  return { name: metadata.name, document, spec, from, to, diagnostics, ended }
}

/** Addresses as given, and those of the selected hosts. */
export function endpoints(
  said: Endpoints,
  index: HostIndex,
  hosts: Hosts,
): {
  readonly networks: readonly Network[]
  readonly bad: readonly { readonly bad: string; readonly path: JsonPath }[]
} {
  const networks: Network[] = []
  const bad: { bad: string; path: JsonPath }[] = []
  const take = (text: string, path: JsonPath, words: (bad: string) => string) => {
    const network = readNetwork(text)
    if (isBad(network)) bad.push({ bad: words(network.bad), path })
    else networks.push(network)
  }
  for (const [i, address] of (said.addresses ?? []).entries()) take(address, ['addresses', i], (words) => words)
  for (const name of said.hosts === undefined ? [] : index.select(said.hosts)) {
    const address = hosts.get(name)?.document.spec.address ?? ''
    take(
      address,
      ['hosts'],
      () => `Host/${name} is reached as ${address}, which is a name: a packet filter knows addresses only`,
    )
  }
  return { networks, bad }
}

/**
 * The ruleset of a host, declared by every rule that selects it; nothing where none does. The engine's own way in is open to
 * everybody, unless a rule names that port: then the rules decide, and must leave a way.
 */
export function firewallEntries(
  sshPort: number,
  rules: readonly Rule[],
  types: ReadonlyMap<string, ResourceType>,
  tools: { readonly locate: Locate; readonly sha256: Sha256 },
): readonly Entry[] {
  const type = types.get('firewall')
  if (rules.length === 0 || type === undefined) return []
  const active = rules.filter((rule) => !rule.ended)
  const content = rulesetText(active, active.some((rule) => names(rule, sshPort)) ? undefined : sshPort)
  const made = entryOf(type, { content, sha256: tools.sha256(content) })
  return rules.map(({ document }): Entry => {
    const declaration = { address: document.address, place: lazyPlace(tools.locate, document, ['spec'], 'key') }
    return { ...made, declaration, requires: [], restartOn: [], notifies: [] }
  })
}

/** Whether a rule is about the port of the engine's own login, and says so. */
const names = ({ spec }: FilterRule, port: number): boolean =>
  (spec.direction ?? 'in') === 'in' &&
  [spec.protocol ?? 'any'].flat().includes('tcp') &&
  portRanges(spec.ports ?? []).some(([first, last]) => first <= port && port <= last)

/** What shuts the engine out of a host for certain: nobody may log in, or not the host that it goes through. */
export function lockOut(
  host: LoadedDocument<HostSpec>,
  rules: readonly Rule[],
  hosts: Hosts,
  locate: Locate,
): readonly Diagnostic[] {
  const { port = 22, jump, transport } = host.document.spec.ssh ?? {}
  const active = rules.filter((rule) => !rule.ended)
  const first = active.find((rule) => names(rule, port))
  if (first === undefined || transport === 'local') return []
  const through = jump === undefined ? undefined : hosts.get(nameOf(jump))
  const address = through === undefined ? undefined : readNetwork(through.document.spec.address)
  const only = address === undefined || isBad(address) ? undefined : address
  // Asked one after the other: the first that is about all of those who could come decides.
  for (const rule of active) {
    if (!isAbout(rule, port)) continue
    const all = rule.from === undefined || (only !== undefined && contains(rule.from, only))
    const some = all || (only === undefined && rule.from !== undefined && rule.from.length > 0)
    if (rule.spec.action === 'accept' && some) return []
    if (rule.spec.action !== 'accept' && all && rule.spec.interface === undefined && rule.to === undefined) break
  }
  const who = through === undefined ? 'nobody' : `not ${through.address}, through which the engine comes,`
  const summary = `the rules for ${host.address} let ${who} in at its SSH port ${port}`
  const place = lazyPlace(locate, first.document, ['spec'], 'key')
  return [
    report('firewall-locks-out', {
      ...place,
      host: host.document.metadata.name,
      subject: first.document.address,
      summary,
    }),
  ]
}

function isAbout({ spec }: FilterRule, port: number): boolean {
  if ((spec.direction ?? 'in') !== 'in') return false
  const protocols = [spec.protocol ?? 'any'].flat()
  if (!protocols.includes('any') && !protocols.includes('tcp')) return false
  return spec.ports === undefined || portRanges(spec.ports).some(([first, last]) => first <= port && port <= last)
}
