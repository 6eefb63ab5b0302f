import type { Digest } from './canonical.ts'

/** How one criterion of readiness stood, and by what it was told. */
export interface ReadinessFinding {
  readonly criterion: string
  /** `waits`: it is fulfilled later, by approving the promotion. */
  readonly outcome: 'met' | 'unmet' | 'waits'
  /** One line: numbers of records, times, counts. */
  readonly evidence: string
}

/** A branch that moves the environments of a stage to a release, as it stood when it was made. */
export interface PromotionNote {
  readonly stage: string
  readonly environments: readonly string[]
  readonly branch: string
  readonly commit: string
  /** ISO 8601, UTC. */
  readonly at: string
  readonly by: string
  readonly readiness: readonly ReadinessFinding[]
  /** Why it was made though criteria were not met. */
  readonly forced?: string
}

/** A named gate of a pipeline that somebody judged. */
export interface GateNote {
  readonly gate: string
  readonly outcome: 'passed' | 'failed'
  readonly evidence: string
  readonly at: string
  readonly by: string
}

export type ReleaseState = 'released' | 'withdrawn'

/**
 * A state of the documents with a number: `releases/<pipeline>/<version>.yaml`. What was released never changes; what is
 * added is where it was promoted to, what gates said, and that it was withdrawn.
 */
export interface ReleaseRecord {
  readonly apiVersion: 'plumbline/v1'
  readonly kind: 'Release'
  /** `platform/1.4.0` */
  readonly id: string
  readonly state: ReleaseState
  readonly pipeline: string
  readonly version: string
  /** The version before it, of the same pipeline. */
  readonly previous?: string
  readonly at: string
  readonly by: string
  /** Commit of the target branch, and its tree. */
  readonly commit: string
  readonly tree: string
  /** Host → digest of what the documents of the commit want there. */
  readonly catalogues: Readonly<Record<string, Digest>>
  /** Digest of the catalogues: two releases with the same one want the same everywhere. */
  readonly baseline: Digest
  /** Numbers of the changes that came since the version before. */
  readonly changes: readonly string[]
  /** Commits since the version before that no change record knows. */
  readonly unrecorded: readonly string[]
  /** Markdown. */
  readonly notes: string
  readonly promotions: readonly PromotionNote[]
  readonly gates: readonly GateNote[]
  readonly withdrawn?: { readonly at: string; readonly by: string; readonly reason: string }
  readonly transition: { readonly uuid: string; readonly name: string; readonly at: string; readonly actor: string }
}
