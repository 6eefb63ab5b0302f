import type { Address } from '../model/address.ts'
import { canonicalJson, type Sha256 } from '../model/canonical.ts'
import { compareDiagnostics, compareText, type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { LoadedDocument, Locate } from '../model/document.ts'
import type { GrantStarts } from '../model/grant-starts.ts'
import type { Graph } from '../model/graph.ts'
import { lazyPlace } from '../model/lazy-place.ts'
import type { Catalogue, ResourceType } from '../model/resource.ts'
import type { Sealed } from '../model/secret-ref.ts'
import { nearest } from '../schema/nearest.ts'
import { accessReader, checkGrants, type Grant, readGrants } from './access.ts'
import { codes } from './codes.ts'
import { firewallEntries, lockOut, type Rule, readRules } from './firewall.ts'
import { groupHosts, type HostGroup } from './host-groups.ts'
import { HostIndex } from './host-index.ts'
import { besides, type Entry, mergeResources, type Part, partOf } from './merge-resources.ts'
import { type Item, profileItems, secretProblem, variablesFor } from './profile-items.ts'
import { Renderer } from './render-template.ts'
import type { Sources } from './resolve-content.ts'
import { EstateSecrets, type SecretFiles } from './secrets.ts'
import { documentsOf, type HostSpec, type ProfileSpec, type Selector } from './specs.ts'
import { templateDocuments } from './template-documents.ts'

const report = reporter(codes)

export interface CompileInput {
  readonly graph: Graph
  /** Files of the estate at the same commit, by path. */
  readonly sources: Sources
  /** Its encrypted values. */
  readonly secretFiles?: SecretFiles
  readonly types: ReadonlyMap<string, ResourceType>
  readonly locate: Locate
  readonly sha256: Sha256
  readonly now: Date
  readonly starts?: GrantStarts
  /** Host → the release that it gets its profiles and firewall rules from. The others get those of the graph. */
  readonly released?: ReadonlyMap<string, ReleasedCompiler>
}

/** A release, and the part of a catalogue that comes from one. */
export interface ReleasedCompiler {
  /** `platform/1.4.0` */
  readonly release: string
  readonly compiler: Pick<Compiler, 'wanted'>
}

/** What profiles and firewall rules want of a host: all of a catalogue but access. */
export interface Wanted {
  readonly entries: readonly Entry[]
  readonly diagnostics: readonly Diagnostic[]
  /** Hosts with the same one get the same; none where something was filled in for this host alone. */
  readonly key: string | undefined
  /** Whether there are others. */
  readonly isShared: boolean
}

/** Who selects whom: `Profile/web` → `Host/web-01`. */
export interface Link {
  readonly from: Address
  readonly to: Address
  readonly label: 'selects'
}

export interface Compiled {
  readonly catalogues: ReadonlyMap<string, Catalogue>
  readonly links: readonly Link[]
  readonly diagnostics: readonly Diagnostic[]
}

/** Compiles hosts when asked for: a plan that reaches one of 2,000 costs one. */
export interface Compiler {
  /** Names, sorted. */
  readonly hosts: readonly string[]
  /** Throws for a host that there is not. */
  compileHost(host: string): { readonly catalogue: Catalogue; readonly diagnostics: readonly Diagnostic[] }
  /** What comes from profiles and firewall rules for a host that is reached in this way; undefined where there is no such host. */
  wanted(host: string, ssh: HostSpec['ssh']): Wanted | undefined
  links(): readonly Link[]
  /** The encrypted value that an `age/` reference names. */
  sealed(reference: string): Sealed | undefined
  /** Findings that are not about one host. */
  diagnostics(): readonly Diagnostic[]
}

/** Everything at once: the catalogue of each host, and each finding once, however many hosts it touches. */
export function compile(input: CompileInput): Compiled {
  const compiler = createCompiler(input)
  const catalogues = new Map<string, Catalogue>()
  const found: Diagnostic[] = []
  for (const host of compiler.hosts) {
    const { catalogue, diagnostics } = compiler.compileHost(host)
    catalogues.set(host, catalogue)
    found.push(...diagnostics)
  }
  return {
    catalogues,
    links: compiler.links(),
    diagnostics: [...compiler.diagnostics(), ...onePerCause(found)].sort(compareDiagnostics),
  }
}

/** What grants come to on a host. */
interface Granted {
  readonly part: Part
  readonly diagnostics: readonly Diagnostic[]
}

interface Profile {
  readonly document: LoadedDocument<ProfileSpec>
  items: ReturnType<typeof profileItems> | undefined
}

/** Prepares compiling: finds who selects whom, and nothing more. */
export function createCompiler(input: CompileInput): Compiler {
  const { graph, types, locate } = input
  const now = input.now.getTime()
  const hosts = new Map(documentsOf(graph, 'Host').map((h) => [h.document.metadata.name, h]))
  const index = new HostIndex([...hosts.values()])
  const secrets = new EstateSecrets(input.secretFiles ?? new Map(), input.sha256)
  const tools = { renderer: new Renderer(), sources: input.sources, sha256: input.sha256, secrets }
  const profiles = inOrder(documentsOf(graph, 'Profile')).map((document): Profile => ({ document, items: undefined }))
  const grants = inOrder(readGrants(graph, locate, now, input.starts), (grant) => grant.document.address)
  const rules = readRules(graph, index, hosts, locate, now)
  const selections = [
    ...profiles.map((p) => ({ document: p.document, path: 'selector', selector: p.document.document.spec.selector })),
    ...grants.map((g) => ({ document: g.document, path: 'on', selector: g.document.document.spec.on })),
    ...rules.map((r) => ({ document: r.document, path: 'on', selector: r.spec.on })),
  ].map((s) => ({ ...s, selected: index.select(s.selector) }))
  const profilesOf = groupHosts(profiles, selections.slice(0, profiles.length))
  const grantsOf = groupHosts(grants, selections.slice(profiles.length))
  const rulesOf = groupHosts(rules, selections.slice(profiles.length + grants.length))
  const readAccess = accessReader(types, now)
  // Hosts that the same grants select get the same accounts.
  const accounts = new Map<string, Granted>()
  const accessFor = (engineUser: string, selecting: HostGroup<Grant>): Granted =>
    kept(accounts, accessKey(engineUser, selecting), isShared(selecting), () => {
      const { entries, diagnostics } = readAccess(engineUser, selecting.items)
      return { diagnostics, part: partOf(entries, types) }
    })
  const rulesets = new Map<string, readonly Entry[]>()
  const firewallFor = (sshPort: number, selecting: HostGroup<Rule>): readonly Entry[] =>
    kept(rulesets, `${selecting.id} ${sshPort}`, isShared(selecting), () =>
      firewallEntries(sshPort, selecting.items, types, { locate, sha256: input.sha256 }),
    )
  const documents = templateDocuments(graph)
  const prepared = (profile: Profile) => (profile.items ??= profileItems(profile.document, types, locate, tools))
  const profiled = new Map<string, ReturnType<typeof entriesOf>>()
  const parts = new Map<string, Part>()
  const alike = new Map<string, ReturnType<typeof mergeResources>>()

  const wanted = (name: string, ssh: HostSpec['ssh']): Wanted | undefined => {
    const found = hosts.get(name)
    if (found === undefined) return undefined
    const host = reachedBy(found, ssh)
    const mine = profilesOf(name)
    const known = profiled.get(`${mine.id}`)
    const own =
      known ?? entriesOf(host, mine.items, prepared, (profile) => variablesFor(profile, host, documents, secrets))
    // Of profiles that have nothing to fill in all hosts get the same.
    if (known === undefined && !own.filled && isShared(mine)) profiled.set(`${mine.id}`, own)
    const filtering = rulesOf(name)
    const { port = 22 } = ssh ?? {}
    const firewall = firewallFor(port, filtering)
    // The port of the login says nothing but which packets a ruleset has to let in.
    const door = filtering.id === 0 ? '' : `${port}`
    const { variables } = host.document.spec
    const wrong = variables === undefined ? [] : secrets.place(variables).problems
    const unknown = wrong.map((p) => secretProblem(p, host, ['spec', 'variables'], locate))
    return {
      entries: firewall.length === 0 ? own.entries : [...own.entries, ...firewall],
      diagnostics: [...unknown, ...own.diagnostics, ...lockOut(host, filtering.items, hosts, locate)],
      key: own.filled ? undefined : `${mine.id} ${filtering.id} ${door}`,
      isShared: isShared(mine) && isShared(filtering),
    }
  }

  return {
    hosts: index.names,
    wanted,
    compileHost(name) {
      const host = hosts.get(name)
      if (host === undefined) throw new Error(`there is no host ${name}`)
      const { ssh } = host.document.spec
      const from = input.released?.get(name)
      const desired = (from === undefined ? wanted(name, ssh) : from.compiler.wanted(name, ssh)) ?? nothingWanted
      const granting = grantsOf(name)
      const { user: engineUser = 'plumbline' } = ssh ?? {}
      const access = accessFor(engineUser, granting)
      // Hosts that want the same and that the same grants select get the same.
      const key = desired.key === undefined ? undefined : `${from?.release ?? ''} ${desired.key}`
      const merge = (): ReturnType<typeof mergeResources> => {
        const part = kept(parts, key, desired.isShared, () => partOf(desired.entries, types))
        const resources = besides(part, access.part)
        if (resources !== undefined) return { resources, diagnostics: [] }
        return mergeResources(name, [...desired.entries, ...access.part.entries], types)
      }
      const whole = key === undefined ? undefined : `${key}\n${accessKey(engineUser, granting)}`
      const merged = kept(alike, whole, desired.isShared && isShared(granting), merge)
      const here = [...access.diagnostics, ...merged.diagnostics].map((d) => ({ ...d, host: name }))
      const missing = desired === nothingWanted ? [notReleased(host, from?.release ?? '', locate)] : []
      const said = from === undefined ? desired.diagnostics : desired.diagnostics.map((d) => saidOf(from.release, d))
      return { catalogue: { host: name, resources: merged.resources }, diagnostics: [...said, ...missing, ...here] }
    },
    links: () =>
      selections.flatMap(({ document, selected }) =>
        selected.map((name): Link => ({ from: document.address, to: `Host/${name}`, label: 'selects' })),
      ),
    sealed: (reference) => secrets.sealed(reference),
    diagnostics: () => [
      ...secrets.problems().map(({ code, summary }) => report(code, { summary })),
      ...selections.flatMap((s) => checkSelection(s, index, locate)),
      ...profiles.flatMap((profile) => prepared(profile).diagnostics),
      ...checkGrants(grants, now),
      ...rules.flatMap((rule) => rule.diagnostics),
    ],
  }
}

const nothingWanted: Wanted = { entries: [], diagnostics: [], key: '', isShared: true }

/** The host as it is in a release, but reached as it is reached now. */
function reachedBy(host: LoadedDocument<HostSpec>, ssh: HostSpec['ssh']): LoadedDocument<HostSpec> {
  const { document } = host
  if (document.spec.ssh === ssh || canonicalJson(document.spec.ssh ?? null) === canonicalJson(ssh ?? null)) return host
  const { ssh: _, ...spec } = document.spec
  return { ...host, document: { ...document, spec: { ...spec, ...(ssh !== undefined && { ssh }) } } }
}

function notReleased(host: LoadedDocument<HostSpec>, release: string, locate: Locate): Diagnostic {
  return report('host-not-released', {
    ...lazyPlace(locate, host, ['spec', 'environment']),
    host: host.document.metadata.name,
    subject: host.address,
    summary: `${host.address} is in an environment that follows ${release}, which does not know it: it gets access and nothing else`,
  })
}

/** The place of a finding is one of the release, which nobody can edit any more. */
function saidOf(release: string, diagnostic: Diagnostic): Diagnostic {
  const where = `It stands in the documents of ${release}.`
  return { ...diagnostic, detail: diagnostic.detail === undefined ? where : `${diagnostic.detail} ${where}` }
}

const accessKey = (engineUser: string, { id }: HostGroup<Grant>): string => `${id} ${engineUser}`

/** Whether other hosts have the same group, so that what is made of it is made once. */
const isShared = ({ id, hosts }: HostGroup<unknown>): boolean => id === 0 || hosts > 1

/** What is known by a key, or made now; kept where somebody will ask for it again. */
function kept<T>(known: Map<string, T>, key: string | undefined, keep: boolean, make: () => T): T {
  const found = key === undefined ? undefined : known.get(key)
  if (found !== undefined) return found
  const made = make()
  if (key !== undefined && keep) known.set(key, made)
  return made
}

/** By address, so that files and load order decide nothing. */
function inOrder<T>(documents: readonly T[], addressOf?: (document: T) => string): T[] {
  const address = addressOf ?? ((d: T) => (d as unknown as LoadedDocument).address)
  return [...documents].sort((a, b) => compareText(address(a), address(b)))
}

function entriesOf(
  host: LoadedDocument<HostSpec>,
  profiles: readonly Profile[],
  prepared: (profile: Profile) => { readonly items: readonly Item[] },
  variablesOf: (profile: ProfileSpec) => ReturnType<typeof variablesFor>,
): { readonly entries: readonly Entry[]; readonly diagnostics: readonly Diagnostic[]; readonly filled: boolean } {
  const entries: Entry[] = []
  const diagnostics: Diagnostic[] = []
  let filled = false
  for (const profile of profiles) {
    let variables: ReturnType<typeof variablesFor> | undefined
    for (const item of prepared(profile).items) {
      if ('entry' in item) {
        entries.push(item.entry)
        continue
      }
      filled = true
      variables ??= variablesOf(profile.document.document.spec)
      const made = item.forHost(variables)
      if ('entry' in made) entries.push(made.entry)
      else diagnostics.push({ ...made.diagnostic, host: host.document.metadata.name })
    }
  }
  return { entries, diagnostics, filled }
}

function checkSelection(
  selection: {
    readonly document: LoadedDocument<unknown>
    readonly path: string
    readonly selector: Selector
    readonly selected: readonly string[]
  },
  index: HostIndex,
  locate: Locate,
): readonly Diagnostic[] {
  const { document, path, selector, selected } = selection
  const subject = document.address
  const unknown = index.unknownLabels(selector)
  if (unknown.length > 0) {
    return unknown.map(({ key, said }) => {
      const near = nearest(said, index.labels())
      const place = lazyPlace(locate, document, ['spec', path, 'labels', key], 'key')
      const hint = near === undefined ? {} : { hint: `did you mean ${near}?` }
      return report('unknown-selector', { ...place, subject, summary: `no host carries the label ${said}`, ...hint })
    })
  }
  if (selected.length > 0) return []
  const place = lazyPlace(locate, document, ['spec', path], 'key')
  return [report('selector-empty', { ...place, subject, summary: `${subject} selects no host` })]
}

/** The same finding on many hosts is one, which names them. */
export function onePerCause(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const causes = new Map<string, Diagnostic[]>()
  for (const d of diagnostics) {
    const { host: _host, ...cause } = d
    const key = JSON.stringify(cause)
    const same = causes.get(key)
    if (same === undefined) causes.set(key, [d])
    else same.push(d)
  }
  return [...causes.values()].flatMap((same) => {
    const [first] = same
    const hosts = [...new Set(same.flatMap((d) => d.host ?? []))].sort(compareText)
    if (first === undefined || hosts.length < 2) return first ?? []
    const { host: _host, ...cause } = first
    const shown = hosts.length > 5 ? [...hosts.slice(0, 5), '…'] : hosts
    const where = `On ${hosts.length} hosts: ${shown.join(', ')}.`
    return { ...cause, detail: cause.detail === undefined ? where : `${cause.detail} ${where}` }
  })
}
