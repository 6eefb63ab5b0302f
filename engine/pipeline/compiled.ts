import { createCompiler, onePerCause } from '../compile/compile.ts'
import { hostsAffected } from '../compile/hosts-affected.ts'
import { canonicalJson } from '../model/canonical.ts'
import type { Locate } from '../model/document.ts'
import type { Graph } from '../model/graph.ts'
import type { Catalogue } from '../model/resource.ts'
import type { CompiledEstate } from './estate-at.ts'
import type { World } from './world.ts'

/** Prepares the hosts of one commit. */
export function compiled(
  world: World,
  graph: Graph,
  sources: CompiledEstate['sources'],
  secretFiles: ReadonlyMap<string, Uint8Array>,
  locate: Locate,
): CompiledEstate {
  const compiler = createCompiler({
    graph,
    sources,
    secretFiles,
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
    sealed: compiler.sealed,
    has: (host) => hosts.has(host),
    host: (name) => make(name).catalogue,
    links: () => compiler.links().map(({ from, to }) => ({ from: to, to: from })),
    diagnostics: (names, keep = true) => [
      ...compiler.diagnostics(),
      ...onePerCause(
        names.flatMap((name) => (keep ? make(name) : (made.get(name) ?? compiler.compileHost(name))).diagnostics),
      ),
    ],
    differing(other) {
      const text = textsOf()
      const affected = hostsAffected(other, { graph, sources, sealed: compiler.sealed })
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
