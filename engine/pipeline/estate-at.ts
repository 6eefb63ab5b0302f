import type { CodeOwners } from '../change/code-owners.ts'
import type { EstateSpec } from '../generated/types.ts'
import type { Reads } from '../graph/note-reads.ts'
import type { Link } from '../graph/reach.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import type { LoadedDocument, Locate } from '../model/document.ts'
import type { GrantStarts } from '../model/grant-starts.ts'
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
  /** CODEOWNERS of a commit, where there is such a file. */
  readonly codeOwners?: CodeOwners
  /** Catalogues of hosts, made when asked for. */
  readonly compile: CompiledEstate
  readonly starts: GrantStarts
  readonly diagnostics: readonly Diagnostic[]
  /** Where its documents note what is read of them. */
  readonly noted?: Noted
}

/** What a later run needs to see that a change of documents changes nothing else. */
export interface Noted {
  /** Grows as long as the estate is worked with. */
  readonly reads: Reads
  readonly policies: readonly LoadedDocument[]
  /** Files that documents take content from. */
  readonly sources: ReadonlySet<string>
}

/** What documents want of hosts, made for each host when it is asked for. */
export interface CompiledEstate {
  has(host: string): boolean
  host(name: string): Catalogue
  /** What stands on what beside the references: a host on the profiles and grants that select it. */
  readonly links: () => readonly Link[]
  /** Findings about these hosts, and those that are about none. With `keep: false` their catalogues are not kept for later. */
  diagnostics(hosts: readonly string[], keep?: boolean): readonly Diagnostic[]
  /** The golden configuration of a network device, with tokens in the place of secrets; undefined where it has none. */
  golden(device: string): string | undefined
  /** Hosts, on this side, whose catalogue differs from the other side's. */
  differing(other: CompiledEstate): readonly string[]
  /** The release that a host gets its profiles and firewall rules from; undefined where it gets those of the commit itself. */
  release(host: string): PinnedRelease | undefined
  /** Hosts that documents which changed are about, and that follow a release and so don't get it: host → release. */
  heldBack(other: CompiledEstate): ReadonlyMap<string, string>
  readonly graph: Graph
  readonly sources: (path: string) => Uint8Array | undefined
  /** The encrypted value that an `age/` reference names. */
  readonly sealed: (reference: string) => Sealed | undefined
}

/** A release that hosts follow. */
export interface PinnedRelease {
  /** `platform/1.4.0` */
  readonly release: string
  readonly commit: string
  readonly withdrawn: boolean
  /** The documents of its commit, whatever those follow in turn. */
  readonly estate: EstateAt
}
