import type { JsonPath, LoadedDocument, Locate } from '../model/document.ts'
import type { GrantStarts } from '../model/grant-starts.ts'
import type { Graph } from '../model/graph.ts'
import type { Kinds } from '../model/kind.ts'
import type { Practice } from '../model/practice.ts'
import type { ResourceType } from '../model/resource.ts'
import type { Validator } from '../schema/validator.ts'

/** Everything that is judged, and what it is judged by. */
export interface CheckInput {
  readonly graph: Graph
  /** The same documents for what is found in one of them by itself, where `graph` notes what is read of them. */
  readonly plain?: Graph
  readonly kinds: Kinds
  /** Validators of whole documents by kind. */
  readonly validators: ReadonlyMap<string, Validator>
  readonly locate: Locate
  readonly now: Date
  readonly starts?: GrantStarts
  /** Documents of the target branch: what changed since is judged more strictly, and its policies hold as well. */
  readonly base?: Graph
  readonly types?: ReadonlyMap<string, ResourceType>
  readonly practices?: readonly Practice[]
}

/** Something wrong with a value of a document, before it is told with its place. */
export interface ValueFinding {
  readonly document: LoadedDocument
  readonly path: JsonPath
  /** Whether the key or the value is at fault. */
  readonly what: 'key' | 'value'
  readonly summary: string
  readonly detail?: string
  readonly hint?: string
}
