import type { Digest } from '../model/canonical.ts'
import type { Json } from '../model/document.ts'

/**
 * What was seen of a host in one look, in parts that stand alone: a group of facts, or what its declared resources are
 * like. What a look did not ask for is left out, and stays as it was seen last.
 */
export interface Look {
  readonly host: string
  /** ISO 8601, UTC. */
  readonly at: string
  /** Commit of the target branch whose documents were looked for. */
  readonly commit?: string
  readonly parts: ReadonlyMap<string, Json>
  /** What is another at every look (uptime, use of disks): only that of the last one is kept, and it makes no new snapshot. */
  readonly fleeting?: Json
}

/** What a host was like over a time in which every look showed the same. */
export interface Snapshot {
  readonly host: string
  /** Over the digests of its parts: the same for the same state. */
  readonly digest: Digest
  /** The first and the last look that showed it. */
  readonly since: string
  readonly seen: string
  readonly commit?: string
  readonly parts: ReadonlyMap<string, { readonly value: Json; readonly seen: string }>
  readonly fleeting?: Json
}

/** Where snapshots are kept. It can be thrown away: what is there now can be looked at again, what was is then not known. */
export interface Store {
  /** Keeps looks; a host that is as before costs one row made longer. All of them, or none. */
  put(looks: readonly Look[]): Promise<void>
  /** The last snapshot of each host (or of those named) that began at or before a moment, and at all where none is given. */
  latest(options?: {
    readonly hosts?: readonly string[]
    readonly before?: string
  }): Promise<ReadonlyMap<string, Snapshot>>
  /** A snapshot by its digest; undefined where it is not kept (any more). */
  find(host: string, digest: Digest): Promise<Snapshot | undefined>
  /** Forgets what was last seen before a moment, but the newest of each host and those named. Returns how many. */
  prune(before: string, keep?: ReadonlySet<Digest>): Promise<number>
  close(): Promise<void>
}
