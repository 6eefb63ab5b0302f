import { accessAlone, withAccessOf } from '../compile/access-of.ts'
import { type Compiler, createCompiler, onePerCause, type ReleasedCompiler } from '../compile/compile.ts'
import { goldenTexts } from '../compile/golden-texts.ts'
import { hostsAffected } from '../compile/hosts-affected.ts'
import { canonicalJson } from '../model/canonical.ts'
import type { Locate } from '../model/document.ts'
import type { GrantStarts } from '../model/grant-starts.ts'
import type { Graph } from '../model/graph.ts'
import type { Catalogue } from '../model/resource.ts'
import type { CompiledEstate, PinnedRelease } from './estate-at.ts'
import type { World } from './world.ts'

interface Parts {
  readonly graph: Graph
  readonly sources: CompiledEstate['sources']
  readonly secretFiles: ReadonlyMap<string, Uint8Array>
  readonly locate: Locate
  readonly starts?: GrantStarts
  /** Host → the release that it follows. */
  readonly pins: ReadonlyMap<string, PinnedRelease>
}

/** Prepares the hosts of one commit once somebody asks for one: of documents that break their schema, nobody does. */
export function compiled(world: World, parts: Parts): CompiledEstate {
  const { graph, sources, pins } = parts
  let prepared: Compiler | undefined
  const compiler = (): Compiler => {
    prepared ??= createCompiler({ ...inputOf(world, parts), released: releasedCompilers(world, parts) })
    return prepared
  }
  let texts: ReturnType<typeof goldenTexts> | undefined
  const golden = (device: string) => {
    texts ??= goldenTexts({ ...parts, sha256: world.sha256 })
    return texts(device)
  }
  const devices = graph.ofKind('NetworkDevice').map((d) => d.document.metadata.name)
  const hosts = new Set(graph.ofKind('Host').map((h) => h.document.metadata.name))
  const made = new Map<string, ReturnType<Compiler['compileHost']>>()
  const make = (name: string) => {
    const host = made.get(name) ?? compiler().compileHost(name)
    made.set(name, host)
    return host
  }
  const estate: CompiledEstate = {
    graph,
    sources,
    sealed: (reference) => compiler().sealed(reference),
    has: (host) => hosts.has(host),
    host: (name) => make(name).catalogue,
    links: () =>
      compiler()
        .links()
        // Of the profiles and rules of the commit a host that follows a release gets nothing.
        .filter(({ from, to }) => from.startsWith('AccessGrant/') || !pins.has(to.slice('Host/'.length)))
        .map(({ from, to }) => ({ from: to, to: from })),
    diagnostics: (names, keep = true) => [
      ...compiler().diagnostics(),
      ...devices.flatMap((device) => golden(device).diagnostics),
      ...onePerCause(
        names.flatMap((name) => (keep ? make(name) : (made.get(name) ?? compiler().compileHost(name))).diagnostics),
      ),
    ],
    golden: (device) => golden(device).text,
    release: (host) => pins.get(host),
    differing(other) {
      const text = textsOf()
      return affectedHosts(other, estate).filter(
        (name) => hosts.has(name) && !(other.has(name) && text(other.host(name)) === text(make(name).catalogue)),
      )
    },
    heldBack(other) {
      if (pins.size === 0) return new Map()
      const held = hostsAffected(other, estate).flatMap((name) => {
        const [here, there] = [pins.get(name), other.release(name)]
        return here !== undefined && here.commit === there?.commit ? [[name, here.release] as const] : []
      })
      const differing = new Set(held.length === 0 ? [] : estate.differing(other))
      return new Map(held.filter(([name]) => !differing.has(name)))
    },
  }
  return estate
}

const inputOf = (world: World, { graph, sources, secretFiles, locate, starts }: Omit<Parts, 'pins'>) => ({
  graph,
  sources,
  secretFiles,
  types: world.types,
  locate,
  sha256: world.sha256,
  now: world.clock.now(),
  ...(starts !== undefined && { starts }),
})

/** One for each release, prepared when a host first asks for it. People and encrypted values are those of the commit itself. */
function releasedCompilers(
  world: World,
  { graph, secretFiles, pins, starts }: Parts,
): ReadonlyMap<string, ReleasedCompiler> {
  const byCommit = new Map<string, ReleasedCompiler>()
  for (const { release, commit, estate } of pins.values()) {
    if (byCommit.has(commit)) continue
    let prepared: Compiler | undefined
    const compiler = (): Compiler =>
      (prepared ??= createCompiler(
        inputOf(world, {
          graph: withAccessOf(graph, estate.graph),
          sources: estate.compile.sources,
          secretFiles,
          locate: estate.locate,
          ...(starts !== undefined && { starts }),
        }),
      ))
    byCommit.set(commit, { release, compiler: { wanted: (host, ssh) => compiler().wanted(host, ssh) } })
  }
  return new Map(
    [...pins].flatMap(([host, { commit }]) => {
      const found = byCommit.get(commit)
      return found === undefined ? [] : [[host, found] as const]
    }),
  )
}

/** Hosts whose catalogue may differ, sorted. Cheap: no catalogue is made. */
function affectedHosts(base: CompiledEstate, head: CompiledEstate): readonly string[] {
  const names = head.graph.ofKind('Host').map((h) => h.document.metadata.name)
  const pinned = names.filter((name) => head.release(name) ?? base.release(name))
  const plain = hostsAffected(base, head)
  if (pinned.length === 0) return plain
  const follows = new Set(pinned)
  const access = new Set(
    hostsAffected({ ...base, graph: accessAlone(base.graph) }, { ...head, graph: accessAlone(head.graph) }),
  )
  const within = new Map<string, ReadonlySet<string>>()
  const affected = pinned.filter((name) => {
    const [here, there] = [head.release(name), base.release(name)]
    if (here === undefined || here.commit !== there?.commit || access.has(name)) return true
    const known = within.get(here.commit) ?? new Set(affectedWithin(here, base, head))
    within.set(here.commit, known)
    return known.has(name)
  })
  return [...new Set([...plain.filter((name) => !follows.has(name)), ...affected])].sort()
}

/** Hosts of one release that people or encrypted values of the two sides make different. */
function affectedWithin({ estate }: PinnedRelease, base: CompiledEstate, head: CompiledEstate): readonly string[] {
  const side = ({ graph, sealed }: CompiledEstate) => ({
    graph: withAccessOf(graph, estate.graph),
    sources: estate.compile.sources,
    sealed,
  })
  return hostsAffected(side(base), side(head))
}

/** Texts to compare catalogues by, without where a document stands: that does not matter to a host. Hosts that get the same share one. */
function textsOf(): (catalogue: Catalogue) => string {
  const texts = new Map<Catalogue['resources'], string>()
  return ({ resources }) => {
    const text = texts.get(resources) ?? canonicalJson(resources.map(({ declaredBy: _, ...resource }) => resource))
    texts.set(resources, text)
    return text
  }
}
