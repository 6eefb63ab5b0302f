import type { Address } from './address.ts'
import type { Digest } from './canonical.ts'
import type { Diagnostic } from './diagnostic.ts'
import type { Declaration, FieldChange, ResourceId, Reversibility, Unknown, Verb } from './resource.ts'

/**
 * Why an action is in the plan.
 * - `this-change`: the documents changed between base and head
 * - `pending`: merged before, never applied here
 * - `drift`: the host moved away from what was applied
 * - `both`: the documents changed, and the host was not as the base wanted it either
 * - `rollback`: takes back what an earlier change did
 */
export type Cause = 'this-change' | 'pending' | 'drift' | 'both' | 'rollback'

/** Who set the value that was last applied. */
export interface SetBy {
  /** Record number, `CHG-2026-00042`. */
  readonly change: string
  /** Merge commit on the target branch. */
  readonly commit: string
  /** Addresses of people. */
  readonly approvers: readonly Address[]
  /** ISO 8601, UTC. */
  readonly at: string
}

export interface Origin {
  readonly cause: Cause
  readonly setBy?: SetBy
  readonly declaredBy: readonly Declaration[]
}

/** One thing to do on one host. */
export interface Action {
  /** `act-` and 12 hex digits over host, resource, verb and the digests: the same action has the same id in every plan. */
  readonly id: string
  readonly host: string
  readonly resource: ResourceId
  readonly verb: Verb
  readonly summary: string
  readonly fields: readonly FieldChange[]
  readonly origin: Origin
  readonly reversibility: Reversibility
  /** Digest of the observed state; of null where absent. */
  readonly before: Digest
  /** Digest of the wanted spec. */
  readonly after: Digest
  /** Ids of actions that must be done before. */
  readonly requires: readonly string[]
  /** Those of `requires` that nobody wrote and the resource's type knows. */
  readonly inferred?: readonly string[]
  /** For a restart: the ids of the actions that cause it. */
  readonly causedBy?: readonly string[]
  readonly access?: boolean
  /** References of the secrets that it puts on the host, `age/db-password`: who approves has to see them. */
  readonly secrets?: readonly string[]
}

/** A resource nothing can be said about. Never taken for absent, never acted upon. */
export interface UnknownResource {
  readonly host: string
  /** Absent where the whole host is unknown. */
  readonly resource?: ResourceId
  readonly unknown: Unknown
}

/** A difference that somebody answers for until a day: neither drift nor planned. */
export interface IgnoredDifference {
  readonly host: string
  readonly resource: ResourceId
  /** Names of the fields that are left; all of the resource where there are none. */
  readonly fields: readonly string[]
  /** `DriftException/name`. */
  readonly exception: Address
  readonly owner: string
  readonly reason: string
  readonly until: string
}

/** One resource of one host. */
export interface ResourceOnHost {
  readonly host: string
  readonly resource: ResourceId
}

/** An action as the ledger keeps it. */
export interface RecordedAction {
  readonly id: string
  readonly host: string
  readonly resource: ResourceId
  readonly verb: Verb
  readonly reversibility: Reversibility
  readonly before: Digest
  readonly after: Digest
}

/** What a plan and its approvals are about. Commits and trees are hex object ids. */
export interface Subject {
  /** UUID of the estate, from its `Estate` document. */
  readonly repository: string
  /** Target branch, `refs/heads/main`. */
  readonly ref: string
  readonly base: string
  readonly head: string
  /** Tree of the merge result of head into base. */
  readonly tree: string
  /** Digest over the patch (base tree → merge tree): path, mode, blob pairs. */
  readonly content: Digest
  readonly plan: Digest
  readonly policies: Digest
}

/** What policies ask of a plan. */
export interface Verdict {
  readonly denials: readonly Diagnostic[]
  readonly warnings: readonly Diagnostic[]
  readonly requirements: readonly ApprovalRequirement[]
  /** It may only be carried out inside one of these `ChangeWindow`s, for each of the demands; where none is named, inside any. */
  readonly windows?: readonly WindowDemand[]
  /** A policy asks that it is agreed to like any other, though a `StandardChange` may fit it. */
  readonly changeType?: 'normal'
}

export interface WindowDemand {
  readonly windows: readonly Address[]
  /** The policy that asks, and its reason. */
  readonly because: string
}

/** The `StandardChange` that covers a change; or the one that comes nearest, and the first thing that keeps it from doing so. */
export interface StandardMatch {
  readonly template?: Address
  readonly nearly?: { readonly template: Address; readonly because: string }
}

/** So many distinct people of these teams (any person of the base where none is named). */
export interface ApprovalRequirement {
  readonly count: number
  readonly teams: readonly Address[]
  /** The policy or rule that asks, and its reason. */
  readonly because: string
}

export interface Risk {
  /** 0 to 100. */
  readonly score: number
  readonly level: 'low' | 'medium' | 'high'
  readonly factors: readonly RiskFactor[]
}

export interface RiskFactor {
  readonly points: number
  readonly because: string
  /** Addresses, numbers of changes and the like that anybody can look up; at most a few. */
  readonly evidence?: readonly string[]
}

export interface WavePlan {
  readonly name: string
  readonly environment: string
  readonly hosts: readonly string[]
}

/** What becomes of one thing a change did, when it is taken back. */
export interface RollbackPromise {
  readonly host: string
  readonly resource: ResourceId
  /** `documents`: the reverted documents say what it shall be. `nothing`: it already is as it was. */
  readonly how: 'documents' | 'restore' | 'delete' | 'nothing' | 'refused'
  /** How firm the promise is; left out where nothing is promised. */
  readonly reversibility?: Reversibility
}

/** What would be done, and why. Saved plans are this, as canonical JSON. */
export interface Plan {
  readonly version: 1
  /** Version of the engine that made it. */
  readonly engine: string
  readonly createdAt: string
  readonly subject: Subject
  /** Commit whose documents are the desired state: the merge result's tree, or a commit of the target branch. */
  readonly desired: string
  /** The changes this one takes back, oldest first. */
  readonly rollbackOf?: readonly string[]
  /** Only some of what they brought is taken back. */
  readonly partial?: true
  /** What becomes of each thing they did. */
  readonly promises?: readonly RollbackPromise[]
  /** Only these resources are planned, though more may differ: part of the plan's digest, so that an approval is of just that. */
  readonly only?: readonly ResourceOnHost[]
  /** No host was looked at, only documents were compared: part of the plan's digest, and nobody can agree to it. */
  readonly desiredOnly?: true
  /** Hosts looked at, or that would be; and all there are. */
  readonly hosts: { readonly planned: readonly string[]; readonly total: number }
  readonly actions: readonly Action[]
  readonly unknowns: readonly UnknownResource[]
  /** Resources that are as they should be. */
  readonly unchanged: number
  /** Differences that an exception in force says to leave: neither drift nor planned. */
  readonly ignored?: readonly IgnoredDifference[]
  /** Resources no longer declared that we did not create: left as they are. */
  readonly released: readonly { readonly host: string; readonly resource: ResourceId }[]
  readonly waves: readonly WavePlan[]
  /** Documents the change reaches in the graph, services first. */
  readonly reach: readonly Address[]
  readonly verdict: Verdict
  /** Whether it was agreed to beforehand. */
  readonly standard?: StandardMatch
  readonly risk: Risk
  readonly diagnostics: readonly Diagnostic[]
}
