import { type Address, addressOf, nameOf } from '../model/address.ts'
import { canonicalJson } from '../model/canonical.ts'
import { compareText } from '../model/diagnostic.ts'
import type { LoadedDocument } from '../model/document.ts'
import type { Graph } from '../model/graph.ts'
import { membersIn } from '../model/members.ts'
import type { Sealed } from '../model/secret-ref.ts'
import { endpoints } from './firewall.ts'
import { HostIndex } from './host-index.ts'
import type { Sources } from './resolve-content.ts'
import { referencesIn } from './secrets.ts'
import { documentsOf, type SpecsByKind } from './specs.ts'
import { kindsRead } from './template-documents.ts'

interface Side {
  readonly graph: Graph
  readonly sources: Sources
  /** The encrypted value that a reference names, where the estate holds it. */
  readonly sealed?: (reference: string) => Sealed | undefined
}

/**
 * Hosts (of either side, sorted) whose catalogue may differ between two commits: those that changed, and those selected by
 * a profile or grant that changed itself, in a source file or in whom it refers to. Cheap: documents that are the same
 * object are not compared, and no catalogue is made.
 */
export function hostsAffected(base: Side, head: Side): readonly string[] {
  const affected = new Set<string>()
  for (const name of changed(base.graph, head.graph, 'Host')) affected.add(name)
  const profiles = new Set(changed(base.graph, head.graph, 'Profile'))
  const grants = new Set(changed(base.graph, head.graph, 'AccessGrant'))
  for (const document of documentsOf(head.graph, 'Profile')) {
    if (sourcesOf(document).some((path) => !sameBytes(base.sources(path), head.sources(path)))) {
      profiles.add(document.document.metadata.name)
    }
  }
  for (const name of readers(base, head)) profiles.add(name)
  for (const document of documentsOf(head.graph, 'Profile')) {
    if (holdsNewSecret(document, base, head)) profiles.add(ownName(document))
  }
  for (const document of documentsOf(head.graph, 'Host')) {
    if (document.document.spec.variables !== undefined && holdsNewSecret(document, base, head))
      affected.add(ownName(document))
  }
  const principals = new Set(
    (['Person', 'ServiceAccount', 'Team', 'Group'] as const).flatMap((kind) =>
      changed(base.graph, head.graph, kind).map((name) => addressOf(kind, name)),
    ),
  )
  const roles = new Set(changed(base.graph, head.graph, 'Role'))
  for (const { graph } of principals.size + roles.size === 0 ? [] : [base, head]) {
    const members = membersIn(graph)
    for (const { document } of documentsOf(graph, 'AccessGrant')) {
      const { to, role } = document.spec
      if (roles.has(nameOf(role)) || meets(members(to).passed, principals)) grants.add(document.metadata.name)
    }
  }
  const rules = new Set([...changed(base.graph, head.graph, 'FirewallRule'), ...moved(base.graph, head.graph)])
  for (const { graph } of [base, head]) {
    if (profiles.size === 0 && grants.size === 0 && rules.size === 0) break
    const index = new HostIndex(documentsOf(graph, 'Host'))
    const selectors = [
      ...documentsOf(graph, 'Profile').flatMap((d) => (profiles.has(ownName(d)) ? [d.document.spec.selector] : [])),
      ...documentsOf(graph, 'AccessGrant').flatMap((d) => (grants.has(ownName(d)) ? [d.document.spec.on] : [])),
      ...documentsOf(graph, 'FirewallRule').flatMap((d) => (rules.has(ownName(d)) ? [d.document.spec.on] : [])),
    ]
    for (const selector of selectors) for (const name of index.select(selector)) affected.add(name)
  }
  return [...affected].sort(compareText)
}

function meets(some: ReadonlySet<Address>, others: ReadonlySet<Address>): boolean {
  const [few, many] = some.size < others.size ? [some, others] : [others, some]
  return [...few].some((address) => many.has(address))
}

const ownName = (document: LoadedDocument<unknown>): string => document.document.metadata.name

/** Names of profiles with a template that reads documents of a kind of which some changed. */
function readers(base: Side, head: Side): readonly string[] {
  const touched = new Map<string, boolean>()
  const isTouched = (kind: string): boolean => {
    const known = touched.get(kind) ?? changed(base.graph, head.graph, kind).length > 0
    touched.set(kind, known)
    return known
  }
  const kindsOf = (graph: Graph): string[] => [...graph.documents.values()].map((d) => d.document.kind)
  return documentsOf(head.graph, 'Profile').flatMap((profile) => {
    const kinds = templatesOf(profile).map(kindsRead)
    const read = kinds.includes('all')
      ? new Set([...kindsOf(base.graph), ...kindsOf(head.graph)])
      : new Set(kinds.flat())
    return [...read].some(isTouched) ? [ownName(profile)] : []
  })
}

/** Names of the documents of a kind that were added, removed or say something else. */
function changed(base: Graph, head: Graph, kind: string): string[] {
  const before = new Map(base.ofKind(kind).map((d) => [d.address, d]))
  const names: string[] = []
  for (const now of head.ofKind(kind)) {
    const was = before.get(now.address)
    before.delete(now.address)
    if (was === undefined || !same(was, now)) names.push(ownName(now))
  }
  return [...names, ...[...before.values()].map(ownName)]
}

/** Names of the firewall rules that mean other addresses, since hosts that they select came, went or moved. */
function moved(base: Graph, head: Graph): string[] {
  if (changed(base, head, 'Host').length === 0) return []
  const [before, after] = [base, head].map(peers)
  return [...(after ?? [])].flatMap(([name, addresses]) => {
    const was = before?.get(name)
    return was === undefined || was === addresses ? [] : [name]
  })
}

/** What each rule that selects hosts as its ends means, in one text. */
function peers(graph: Graph): ReadonlyMap<string, string> {
  const rules = documentsOf(graph, 'FirewallRule').filter(
    (d) => d.document.spec.from?.hosts ?? d.document.spec.to?.hosts,
  )
  if (rules.length === 0) return new Map()
  const hosts = new Map(documentsOf(graph, 'Host').map((h) => [ownName(h), h]))
  const index = new HostIndex([...hosts.values()])
  const words = (said: SpecsByKind['FirewallRule']['from']) =>
    said === undefined ? [] : endpoints(said, index, hosts).networks.map((n) => n.text)
  return new Map(
    rules.map((d) => [ownName(d), canonicalJson([words(d.document.spec.from), words(d.document.spec.to)])]),
  )
}

function same(a: LoadedDocument<unknown>, b: LoadedDocument<unknown>): boolean {
  return a === b || a.document === b.document || canonicalJson(a.document) === canonicalJson(b.document)
}

function sourcesOf(profile: LoadedDocument<SpecsByKind['Profile']>): string[] {
  return profile.document.spec.resources.flatMap((item) =>
    Object.values(item).flatMap((spec) => (typeof spec['source'] === 'string' ? [spec['source']] : [])),
  )
}

/** Whether a document names a secret of the estate that was encrypted anew. */
function holdsNewSecret(document: LoadedDocument<SpecsByKind['Profile' | 'Host']>, base: Side, head: Side): boolean {
  const { variables = {}, resources = [] } = document.document.spec as Partial<SpecsByKind['Profile']>
  return [variables, ...resources].flatMap(referencesIn).some((reference) => {
    const [before, after] = [base.sealed?.(reference), head.sealed?.(reference)]
    if (before === undefined || after === undefined) return before !== after
    if (before.form === 'age' && after.form === 'age') return !sameBytes(before.bytes, after.bytes)
    return before.form !== 'sops' || after.form !== 'sops' || before.value !== after.value
  })
}

const templatesOf = (profile: LoadedDocument<SpecsByKind['Profile']>): string[] =>
  profile.document.spec.resources.flatMap((item) =>
    Object.values(item).flatMap((spec) => (typeof spec['template'] === 'string' ? [spec['template']] : [])),
  )

function sameBytes(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  if (a === b) return true
  if (a === undefined || b === undefined || a.length !== b.length) return false
  return a.every((byte, i) => byte === b[i])
}
