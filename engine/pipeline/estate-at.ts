import type { EstateSpec } from '../generated/types.ts'
import type { Link } from '../graph/reach.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import type { Locate } from '../model/document.ts'
import type { Graph } from '../model/graph.ts'
import type { Kinds } from '../model/kind.ts'
import type { Catalogue } from '../model/resource.ts'
import type { Sealed } from '../model/secret-ref.ts'

/** The estate at one commit, or as it lies in the working folder. */
export interface EstateAt {
  /** Commit or tree; `work` for the working folder. */
  readonly treeish: string
  readonly config: EstateSpec
  readonly kinds: Kinds
  readonly graph: Graph
  readonly locate: Locate
  /** Catalogues of hosts, made when asked for. */
  readonly compile: CompiledEstate
  readonly diagnostics: readonly Diagnostic[]
}

/** What documents want of hosts, made for each host when it is asked for. */
export interface CompiledEstate {
  has(host: string): boolean
  host(name: string): Catalogue
  /** What stands on what beside the references: a host on the profiles and grants that select it. */
  readonly links: () => readonly Link[]
  /** Findings about these hosts, and those that are about none. With `keep: false` their catalogues are not kept for later. */
  diagnostics(hosts: readonly string[], keep?: boolean): readonly Diagnostic[]
  /** Hosts, on this side, whose catalogue differs from the other side's. */
  differing(other: CompiledEstate): readonly string[]
  readonly graph: Graph
  readonly sources: (path: string) => Uint8Array | undefined
  /** The encrypted value that an `age/` reference names. */
  readonly sealed: (reference: string) => Sealed | undefined
}
