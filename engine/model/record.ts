import type { Address } from './address.ts'
import type { Digest } from './canonical.ts'
import type { Json } from './document.ts'
import type { DriftClues } from './drift.ts'
import type { ActionOutcome } from './event.ts'
import type { FactEvidence } from './facts.ts'
import type { RecordedAction, ResourceOnHost, Risk, Subject } from './plan.ts'
import type { ResourceId } from './resource.ts'

/** States of a change; the legal moves are in `engine/ledger/transitions.ts`. */
export type ChangeState =
  | 'proposed'
  | 'approved'
  | 'rejected'
  | 'superseded'
  | 'expired'
  | 'unapproved'
  | 'scheduled'
  | 'implementing'
  | 'paused'
  | 'implemented'
  | 'failed'
  | 'rolled-back'
  | 'reviewed'
  | 'closed'

/**
 * - `standard`: agreed beforehand, by a `StandardChange` of the base that it follows to the letter
 * - `emergency`: carried out on the word of one person with a role for it, and reviewed afterwards
 */
export type ChangeType = 'standard' | 'normal' | 'emergency'

/** A DSSE envelope (one approval, one envelope). The payload is an in-toto Statement v1 in canonical JSON, base64. */
export interface Envelope {
  readonly payloadType: 'application/vnd.in-toto+json'
  readonly payload: string
  readonly signatures: readonly { readonly keyid: string; readonly sig: string }[]
}

/** Predicate of the in-toto Statement inside an approval's envelope. */
export interface ApprovalPredicate {
  readonly subject: Subject
  readonly approver: Address
  readonly decision: 'approve' | 'reject'
  /** ISO 8601, UTC: when the approver signed. */
  readonly at: string
  readonly comment?: string
}

/** What one person said: signed by their own key, or reported by a forge and then only as good as the forge and the engine that asked it. */
export type RecordedApproval = SignedApproval | ForgeApproval

export interface SignedApproval {
  readonly assertion: 'approver-signed'
  readonly approver: Address
  readonly at: string
  readonly envelope: Envelope
}

/** A review on a pull request, as the forge told it. */
export interface ForgeApproval {
  readonly assertion: 'forge-asserted'
  readonly approver: Address
  /** ISO 8601, UTC: when the review was submitted; of a dismissal, when it was noticed. */
  readonly at: string
  /** `dismiss`: the review of this number does not count any more. */
  readonly decision: 'approve' | 'reject' | 'dismiss'
  /** The commit that was reviewed. */
  readonly head: string
  /** Host name of the forge, the repository there, number of the pull request, id of the review, and the account. */
  readonly forge: {
    readonly host: string
    readonly repository: string
    readonly request: number
    readonly review: string
    readonly login: string
    /** The forge's own number of the account, where it told one; see `Account`. */
    readonly id?: string
    /** The account that opened the pull request, and its number. */
    readonly author: string
    readonly authorId?: string
    /** Who pushed what to its branch, as the forge told it; without what brought nothing but merges of the target branch. */
    readonly pushes: readonly ForgePush[]
  }
}

/** One push to the branch of a pull request. */
export interface ForgePush {
  readonly login: string
  /** The forge's own number of the account, where it told one. */
  readonly id?: string
  /** Tip of the branch before it; absent where it made the branch, or the forge does not know. */
  readonly before?: string
  /** Tip of the branch after it. */
  readonly after: string
  /** ISO 8601, UTC. */
  readonly at: string
}

/** Predicate of the in-toto Statement with which somebody breaks the glass. */
export interface BreakGlassPredicate {
  readonly subject: Subject
  readonly person: Address
  /** The team of the base whose members may. */
  readonly role: Address
  readonly reason: string
  /** Number of the incident, in whatever tool keeps incidents. */
  readonly incident: string
  /** ISO 8601, UTC: when it was signed, and until when it may be used; four hours at most. */
  readonly at: string
  readonly until: string
}

export interface Emergency {
  readonly person: Address
  readonly role: Address
  readonly reason: string
  readonly incident: string
  readonly at: string
  readonly until: string
  readonly envelope: Envelope
}

/** Predicate of the in-toto Statement of somebody who looks back at a change. */
export interface ReviewPredicate {
  readonly subject: Subject
  /** Number of the change. */
  readonly change: string
  readonly reviewer: Address
  readonly at: string
  readonly outcome: 'successful' | 'unsuccessful'
  readonly comment?: string
}

export interface Review {
  readonly reviewer: Address
  readonly at: string
  readonly outcome: 'successful' | 'unsuccessful'
  readonly comment?: string
  readonly envelope: Envelope
}

/** Predicate of the in-toto Statement of the engine that carried a change out. */
export interface ApplyPredicate {
  readonly subject: Subject
  readonly change: string
  readonly outcome: 'implemented' | 'failed'
  readonly startedAt: string
  readonly finishedAt: string
  /** Digest of the record's results, in canonical JSON. */
  readonly results: Digest
}

/** When it is to be carried out: not before `from`, nothing new from `until` on. ISO 8601, UTC. */
export interface Schedule {
  readonly from: string
  readonly until: string
  /** The `ChangeWindow` it was put into, where it was one. */
  readonly window?: Address
}

/** What one action did, as far as it was seen. */
export interface ActionResult {
  readonly id: string
  readonly outcome: ActionOutcome
  readonly at?: string
  /** Why it failed or is unknown; control bytes escaped, secrets masked. */
  readonly detail?: string
}

/** Written before the first host is touched. */
export interface Intent {
  readonly action: RecordedAction
  /** State before, as the resource type compares it (digests of contents, no secrets); null: it was not there. */
  readonly state: Json
}

export interface Deployment {
  readonly environments: readonly string[]
  /** Fencing number of the lock, one for each environment. */
  readonly fences: Readonly<Record<string, number>>
  readonly startedAt: string
  readonly finishedAt?: string
  readonly by: string
  readonly intents: readonly Intent[]
  readonly results: readonly ActionResult[]
  /** Somebody asked that no further wave is started. */
  readonly pause?: { readonly by: string; readonly at: string; readonly reason: string }
  /** What the engine that carried it out says became of it, signed. */
  readonly attestation?: Envelope
}

/** A change, as the ledger branch keeps it: `changes/2026-00/00/CHG-2026-00042.yaml`. Holds digests and references, never secrets or contents. */
export interface ChangeRecord {
  readonly apiVersion: 'plumbline/v1'
  readonly kind: 'Change'
  readonly id: string
  readonly state: ChangeState
  readonly title: string
  readonly type: ChangeType
  /** The `StandardChange` it follows; of a standard change only. */
  readonly template?: Address
  /** Who broke the glass and why; of an emergency only. */
  readonly emergency?: Emergency
  /** How risky it was found to be when it was opened. */
  readonly risk?: Risk
  readonly openedAt: string
  readonly openedBy: string
  readonly subject: Subject
  readonly actions: readonly RecordedAction[]
  /** The plan was of these resources only: what else differs on the hosts is none of its business. */
  readonly only?: readonly ResourceOnHost[]
  readonly approvals: readonly RecordedApproval[]
  /** Why it is in its state, where that needs saying: refusals of approvals, the failed gate, who changed a file since. */
  readonly reasons?: readonly string[]
  /** The commit on the target branch that brought it there, and the one before (the same where there was nothing to merge). */
  readonly merge?: {
    readonly commit: string
    readonly base: string
    readonly recognisedAt: string
    /** The commit whose documents judged it, where those of `base` were not agreed to. */
    readonly rules?: string
  }
  readonly schedule?: Schedule
  readonly deployment?: Deployment
  /** What somebody independent said of it afterwards. */
  readonly review?: Review
  /** The changes it takes back, oldest first. */
  readonly rollbackOf?: readonly string[]
  /** It takes back only some of what they brought, so that they stay what they are. */
  readonly partial?: true
  /** The engine took it back by itself, because the rollout says so. */
  readonly automatic?: true
  readonly rolledBackBy?: string
  /** Set by every transition: uuid of the newest one. */
  readonly transition: { readonly uuid: string; readonly name: string; readonly at: string; readonly actor: string }
}

/** First record of a ledger: `genesis.yaml`. */
export interface GenesisRecord {
  readonly apiVersion: 'plumbline/v1'
  readonly kind: 'Genesis'
  readonly repository: string
  /** Commit of the target branch from which on every merge needs a change record. */
  readonly adoption: string
  /** Public keys of engines, in authorized_keys form. */
  readonly engineKeys: readonly string[]
  /** `one-independent` (default) or `solo`: said for ever. */
  readonly rule: 'one-independent' | 'solo'
  readonly at: string
}

/** Resource → what was last applied there: `applied/<2 hex of sha256(host)>/<host>.yaml`. */
export interface AppliedHost {
  readonly apiVersion: 'plumbline/v1'
  readonly kind: 'Applied'
  readonly host: string
  readonly resources: Readonly<Record<ResourceId, AppliedResource>>
}

export interface AppliedResource {
  /** Digest of the spec that was applied. */
  readonly spec: Digest
  /** Digest of the state seen right after. */
  readonly state: Digest
  /** True where it was not there before we made it: then it is ours to delete. */
  readonly created: boolean
  readonly change: string
  readonly commit: string
  readonly approvers: readonly Address[]
  readonly at: string
  /** True where the spec held a secret: what is on the host is not shown then. */
  readonly secret?: true
}

/** States of an unauthorised change; the legal moves are in `engine/ledger/unauthorised.ts`. */
export type UnauthorisedState = 'open' | 'reverted' | 'adopted' | 'ignored' | 'gone'

/**
 * A change on a host that no change record knows: `unauthorised/2026-00/00/UCH-2026-00001.yaml`. Holds names of fields and
 * digests of states, never values.
 */
export interface UnauthorisedRecord {
  readonly apiVersion: 'plumbline/v1'
  readonly kind: 'UnauthorisedChange'
  readonly id: string
  readonly state: UnauthorisedState
  readonly host: string
  readonly resource: ResourceId
  readonly attribution: 'outside' | 'unknown'
  /** Names of the fields that are off; none where the resource is there and should not be, or the other way round. */
  readonly fields: readonly string[]
  /** What was applied there, and by which change. */
  readonly intended: {
    readonly spec: Digest
    readonly change: string
    readonly commit: string
    readonly approvers: readonly Address[]
  }
  /** Digest of the state that was found; of null where the resource was gone. */
  readonly found: Digest
  readonly foundAt: string
  /** What the host knew of it. */
  readonly clues: DriftClues
  readonly evidence?: FactEvidence
  /** Why it is no longer open: the change that settled it, or what was seen. */
  readonly settled?: { readonly at: string; readonly change?: string; readonly because: string }
  readonly transition: { readonly uuid: string; readonly name: string; readonly at: string; readonly actor: string }
}

/** Unauthorised changes that nothing has settled: `unauthorised/open.yaml`. Saves a walk over all of them. */
export interface OpenUnauthorisedRecord {
  readonly apiVersion: 'plumbline/v1'
  readonly kind: 'OpenUnauthorised'
  /** Sorted numbers. */
  readonly open: readonly string[]
}

/** How the estate stood at a moment, under a name: `baselines/<name>.yaml`. Written once. Holds digests, never contents. */
export interface BaselineRecord {
  readonly apiVersion: 'plumbline/v1'
  readonly kind: 'Baseline'
  readonly name: string
  readonly comment?: string
  readonly at: string
  readonly by: string
  /** Newest commit of the target branch, and its tree. */
  readonly commit: string
  readonly tree: string
  /** Host → digest of what is wanted there. */
  readonly catalogues: Readonly<Record<string, Digest>>
  /** Host → the newest snapshot there was, and when it was last seen to be so. */
  readonly snapshots: Readonly<Record<string, { readonly digest: Digest; readonly seen: string }>>
}

/** What is under way on the target branch: `branch.yaml`. Saves a walk over all records. */
export interface BranchRecord {
  readonly apiVersion: 'plumbline/v1'
  readonly kind: 'Branch'
  readonly ref: string
  /** Newest commit of the branch that has been recognised. */
  readonly recognised: string
  /** Changes that are neither done nor dead, by number. */
  readonly open: readonly string[]
  /** What judges changes as long as an unapproved merge stands that changed who may agree to what. */
  readonly rules?: AgreedRules
}

export interface AgreedRules {
  /** The last commit of the target branch whose rules were agreed to. */
  readonly commit: string
  /** The unapproved change after it, and the commit that brought it. */
  readonly change: string
  readonly merge: string
}

/** Lock of an environment: `locks/<environment>.yaml`; its git history is the chain of holders. */
export interface LockRecord {
  readonly apiVersion: 'plumbline/v1'
  readonly kind: 'Lock'
  readonly environment: string
  /** Grows with each holder. */
  readonly fence: number
  readonly held?: LockHolder
}

export interface LockHolder {
  readonly change: string
  readonly by: string
  readonly since: string
  /** Machine and process of the holder, so that the same machine sees that it died. */
  readonly machine: string
  readonly pid: number
  /** Start time of the process, so that a reused pid is not taken for it. */
  readonly started: string
}
