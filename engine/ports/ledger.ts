import type { Signer } from './repository.ts'

/** The ledger branch at one commit. */
export interface LedgerView {
  /** Commit id of the tip; undefined before the genesis record. */
  readonly tip: string | undefined
  /** Text of a file, undefined where there is none. */
  file(path: string): Promise<string | undefined>
  /** Names directly below a folder, sorted; empty where there is none. */
  list(folder: string): Promise<readonly string[]>
}

/** One commit on the ledger. */
export interface LedgerEntry {
  /** Stands in the `Transition-Id` trailer: an unknown push outcome is resolved by looking for it. */
  readonly uuid: string
  /** Record id or other name (`CHG-2026-00042`, `genesis`, `lock/prod`): the `Record` trailer. */
  readonly record: string
  /** Name of the transition (`propose`, `approve`, `start`…): the `Transition` trailer. */
  readonly transition: string
  /** `Person/n.ito` or `engine`: the `Actor` trailer. */
  readonly actor: string
  /** Digest or commit it is about: the `Subject` trailer. */
  readonly subject?: string
  /** First line of the commit message. */
  readonly title: string
  /** Files written (or removed, null) by it. */
  readonly files: ReadonlyMap<string, string | null>
  readonly signer: Signer
  readonly at: Date
}

/** Append-only; one commit for each entry. */
export interface Ledger {
  /** Brings the remote's state where there is a remote; or, of an earlier commit, what this clone has of it. */
  view(at?: string): Promise<LedgerView>
  /** The same, asking the remote again, for what others may write while a command runs. */
  latest(): Promise<LedgerView>
  /** Oldest first: the commits that touched a file (or all). */
  history(path?: string): Promise<readonly LedgerCommit[]>
  /**
   * Every commit with the files it wrote, oldest first: what verification reads. Only what came after a commit,
   * where one is named that this clone holds.
   */
  steps(after?: string): AsyncIterable<LedgerStep>
  /**
   * Appends by compare-and-swap. `prepare` is asked again with a newer view after a lost race, so that numbers are given
   * again and guards are judged on what is there. An empty list appends nothing. Durable when it returns.
   */
  append<Result>(
    prepare: (view: LedgerView) => Promise<{ readonly entries: readonly LedgerEntry[]; readonly result: Result }>,
  ): Promise<Result>
}

export interface LedgerCommit {
  readonly id: string
  readonly parents: readonly string[]
  readonly trailers: Readonly<Record<string, string>>
  readonly title: string
  readonly at: string
  readonly signature?: string
  readonly signedPayload: Uint8Array
}

/** A commit and the files it wrote, as text. */
export interface LedgerStep {
  readonly commit: LedgerCommit
  /** Sorted by path. Absent `before`: it was not there; absent `after`: it was removed. */
  readonly changes: readonly { readonly path: string; readonly before?: string; readonly after?: string }[]
}
