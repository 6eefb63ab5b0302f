import { createCompiler, onePerCause } from '../compile/compile.ts'
import { hostsAffected } from '../compile/hosts-affected.ts'
import type { Link } from '../graph/reach.ts'
import { canonicalJson } from '../model/canonical.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import type { Locate } from '../model/document.ts'
import type { Graph } from '../model/graph.ts'
import type { Catalogue } from '../model/resource.ts'
import type { World } from './world.ts'

/** What documents want of hosts, made for each host when it is asked for. */
export interface CompiledEstate {
  has(host: string): boolean
  host(name: string): Catalogue
  /** What stands on what beside the references: a host on the profiles and grants that select it. */
  readonly links: () => readonly Link[]
  /** Findings about these hosts, and those that are about none. */
  diagnostics(hosts: readonly string[]): readonly Diagnostic[]
  /** Hosts, on this side, whose catalogue differs from the other side's. */
  differing(other: CompiledEstate): readonly string[]
  readonly graph: Graph
  readonly sources: (path: string) => Uint8Array | undefined
}

/** Prepares the hosts of one commit. */
export function compiled(
  world: World,
  graph: Graph,
  sources: CompiledEstate['sources'],
  locate: Locate,
): CompiledEstate {
  const compiler = createCompiler({
    graph,
    sources,
    types: world.types,
    locate,
    sha256: world.sha256,
    now: world.clock.now(),
  })
  const hosts = new Set(compiler.hosts)
  const made = new Map<string, ReturnType<typeof compiler.compileHost>>()
  const make = (name: string) => {
    const host = made.get(name) ?? compiler.compileHost(name)
    made.set(name, host)
    return host
  }
  return {
    graph,
    sources,
    has: (host) => hosts.has(host),
    host: (name) => make(name).catalogue,
    links: () => compiler.links().map(({ from, to }) => ({ from: to, to: from })),
    diagnostics: (names) => [
      ...compiler.diagnostics(),
      ...onePerCause(names.flatMap((name) => make(name).diagnostics)),
    ],
    differing(other) {
      const text = textsOf()
      const affected = hostsAffected({ graph: other.graph, sources: other.sources }, { graph, sources })
      return affected.filter(
        (name) => hosts.has(name) && !(other.has(name) && text(other.host(name)) === text(make(name).catalogue)),
      )
    },
  }
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
