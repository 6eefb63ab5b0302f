import type { Address } from './address.ts'
import type { DeclaredRecord } from './declared-record.ts'
import type { Diagnostic } from './diagnostic.ts'
import type { Json, LoadedDocument, Locate } from './document.ts'
import type { Picture } from './drawing.ts'
import type { Facts } from './facts.ts'
import type { GrantStarts } from './grant-starts.ts'
import type { Graph } from './graph.ts'
import type { Resource } from './resource.ts'

/** What practices look at: documents of one commit, and the time it is judged at. */
export interface PracticeInput {
  readonly graph: Graph
  readonly locate: Locate
  readonly now: Date
  readonly starts?: GrantStarts
  /** Documents of the target branch, where a change of them is judged. */
  readonly base?: Graph
}

export interface ReportInput extends PracticeInput {
  /** What was last seen of a host, by its name. */
  readonly seen?: (host: string) => Facts | undefined
  /** When that was: ISO 8601. */
  readonly seenAt?: (host: string) => string | undefined
  /** What documents want of a host, by its name, with the files of the host that hold it. */
  readonly wanted?: (host: string) => readonly Wanted[]
  /** Records of a type that the report asks for, newest first. */
  readonly records?: (type: string) => readonly DeclaredRecord[]
  /** `SHA256:…` of a public key. */
  readonly fingerprint?: (key: string) => string | undefined
}

/** A resource that documents want, and the files of the host that hold it. */
export interface Wanted extends Pick<Resource, 'type' | 'spec'> {
  /** Documents that ask for it. */
  readonly by: readonly Address[]
  readonly files: readonly string[]
}

/** A process of IT operations that needs code: a folder under `engine/practices/`, found by scanning. Pure. */
export interface Practice {
  readonly name: string
  /** What is wrong with documents that neither their schemas nor their references tell. */
  readonly check?: (input: PracticeInput) => readonly Diagnostic[]
  readonly reports?: readonly Report[]
  /** What follows from what is lost, one step further; asked again until nothing more follows. */
  readonly losses?: (input: PracticeInput, lost: Losses) => readonly Loss[]
}

/** Something that is not there any more, or only in part. */
export interface Loss {
  readonly address: Address
  /** `degraded`: it is there, with less to fall back on than it should have. */
  readonly state: 'down' | 'degraded'
  /** In words: `rack ams1-r04 is down`. */
  readonly because: string
  /** What is lost that it follows from. */
  readonly causes?: readonly Address[]
}

export type Losses = ReadonlyMap<Address, Loss>

/** Something computed over the estate that people look at: tables, and drawings where a picture says more. */
export interface Report {
  /** One word, or several joined by hyphens: `plumbline report NAME`. */
  readonly name: string
  readonly summary: string
  /** Kind of the documents that it can be narrowed to. */
  readonly about?: string
  /** Other kinds of such documents. */
  readonly also?: readonly string[]
  /** A part of a document can stand behind its name: `db-01/lan1`. */
  readonly parts?: true
  /** It looks at what was last seen of hosts. */
  readonly observed?: true
  /** Types of records that it looks at. */
  readonly records?: readonly string[]
  /**
   * @param about those that were named; all of the kind where none was
   * @param parts of them that were named; all of a document where it has none
   */
  run(
    input: ReportInput,
    about: readonly LoadedDocument[],
    parts?: ReadonlyMap<Address, ReadonlySet<string>>,
  ): ReportResult
}

export interface ReportResult {
  readonly title: string
  readonly tables: readonly ReportTable[]
  readonly drawings?: readonly Picture[]
  /** Everything that is shown, for programs. */
  readonly data: Json
}

export interface ReportTable {
  readonly caption: string
  readonly head: readonly string[]
  /** As many cells as the head has; numbers stay numbers. */
  readonly rows: readonly (readonly (string | number)[])[]
  /** Said where there are no rows. */
  readonly empty: string
}

/** The document's own fields as the kind's schema promises them; only for documents that were judged by it. */
export const specOf = <Spec>(document: LoadedDocument): Spec => document.document.spec as Spec
