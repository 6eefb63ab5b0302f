import type { Digest } from '../model/canonical.ts'
import type { Json } from '../model/document.ts'
import type { FactName, Facts, HostFacts } from '../model/facts.ts'
import type { Graph } from '../model/graph.ts'
import type { ChangeRecord } from '../model/record.ts'
import type { Catalogue, Observation, ResourceId } from '../model/resource.ts'

/** What a column holds: for sorting, and for people. */
export type ColumnType = 'text' | 'number' | 'truth' | 'time' | 'version' | 'list' | 'map'

export interface Column {
  readonly name: string
  readonly type: ColumnType
  readonly about: string
}

/** Columns of a table that a row has no value for are null. */
export type Row = Readonly<Record<string, Json>>

export interface Table {
  readonly name: string
  readonly about: string
  readonly columns: readonly Column[]
  /** Columns that a person sees where they ask for none. */
  readonly shown: readonly string[]
  /** True where rows come from what was seen of hosts. */
  readonly observed: boolean
  /** Groups of facts without which there are no rows of a host. */
  readonly facts?: readonly FactName[]
  rows(sources: Sources): readonly Row[]
}

/** What was last seen of a host. */
export interface SeenHost {
  readonly host: string
  readonly digest: Digest
  readonly since: string
  readonly seen: string
  readonly factsSeen?: string
  readonly facts: Facts
  readonly unknown: HostFacts['unknown']
  readonly observations: ReadonlyMap<ResourceId, Observation>
}

export interface Sources {
  readonly graph: Graph
  readonly catalogue: (host: string) => Catalogue
  readonly seen: ReadonlyMap<string, SeenHost>
  readonly changes: readonly ChangeRecord[]
  /** `SHA256:…` of a public key. */
  readonly fingerprint: (key: string) => string | undefined
  readonly now: Date
}

export const column = (name: string, type: ColumnType, about: string): Column => ({ name, type, about })

/** Names of all hosts that documents declare, sorted. */
export function hostNames(graph: Graph): readonly string[] {
  return graph.ofKind('Host').map((h) => h.document.metadata.name)
}
