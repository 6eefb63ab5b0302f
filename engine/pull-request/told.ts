/**
 * What the presenters of this folder are told. Texts are as they come from documents, hosts and the forge: each presenter escapes them
 * for where it puts them, so nobody who fills this in has to.
 */
import type { ApprovalVerdict } from '../change/judge-approvals.ts'
import type { Address } from '../model/address.ts'
import type { Digest } from '../model/canonical.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import type { DriftFinding } from '../model/drift.ts'
import type { ActionOutcome } from '../model/event.ts'
import type { IgnoredDifference, Plan, UnknownResource } from '../model/plan.ts'
import type { RequestPage } from '../model/pull-request.ts'
import type { ChangeState, ChangeType, UnauthorisedRecord } from '../model/record.ts'
import type { Verb } from '../model/resource.ts'

/** Where to read on. Only `https:` and `http:` addresses are linked. */
export interface Links {
  /** The job that ran. */
  readonly run?: string
  /** The whole plan, for download. */
  readonly artifact?: string
  /** The repository's page, from which files at a commit are linked: `https://github.com/mill/estate`. */
  readonly repository?: string
}

/** What is known whether or not a plan could be made. Commits are full object ids. */
interface Surroundings {
  /** The pull request; none where a branch is planned without one. */
  readonly request?: RequestPage
  /** Newest commit of the branch. */
  readonly head: string
  /** Findings beside those of the plan: what validating the documents said, and reading reviews. */
  readonly findings: readonly Diagnostic[]
  readonly links: Links
  /** Version of the engine. */
  readonly engine: string
  /** Somebody answers `/plumbline …` comments in this repository. */
  readonly answersCommands?: boolean
  /** The head or the base moved on: what is told is out of date. In words: `the branch moved to 1a2b3c4d`. */
  readonly supersededBy?: string
}

/** No plan could be made. */
export interface RefusedTold extends Surroundings {
  readonly refused: readonly Diagnostic[]
}

/** A plan, who agreed to it, and what else somebody has to know who is to agree. */
export interface PlanTold extends Surroundings {
  readonly plan: Plan
  /** Who agreed to exactly this so far, and who is missing. */
  readonly standing: ApprovalVerdict
  /** For each entry of `standing.missing`, in its order: who may give it. Authors and those who agreed already are left out. */
  readonly approvers: readonly (readonly Approver[])[]
  /** Names of people that are spoken of; the address is shown where one is missing. */
  readonly names?: ReadonlyMap<Address, string>
  /** Its record, once there is one. */
  readonly record?: RecordTold
  readonly times: TimesTold
  /** What the plan changes something for, most critical first. */
  readonly services: readonly ServiceTold[]
  /** How what changed leads to what is touched; the plan's `reach` names the ends. */
  readonly reach: ReachTold
  /** Policies that were asked, whatever they said. */
  readonly policies?: readonly Address[]
  /** No host was looked at, so that the plan only compares documents: why, as a sentence without a full stop. */
  readonly desiredOnly?: string
}

export interface Approver {
  readonly address: Address
  /** Name of the person, from their document. */
  readonly name?: string
  /** Login on the forge; none where their document names no account there. */
  readonly account?: string
}

export interface RecordTold {
  /** `CHG-2026-00042` */
  readonly id: string
  readonly state: ChangeState
  readonly type: ChangeType
  /** Where it was given a time. ISO 8601, UTC. */
  readonly schedule?: { readonly from: string; readonly until: string }
  readonly emergency?: {
    readonly person: Address
    readonly reason: string
    readonly incident: string
    /** Until when it may be begun; ISO 8601, UTC. */
    readonly until: string
    /** Until when somebody else has to look back at it, once it was begun. */
    readonly reviewDue?: string
    readonly reviewed?: boolean
  }
}

/** When it may be carried out. Times are ISO 8601, UTC. */
export interface TimesTold {
  /** It may be carried out now, as far as windows, freezes and its schedule go. */
  readonly open: boolean
  /** Where it is not open: the next time at which it may; none where none is in sight. Where it is open: what is left of that. */
  readonly next?: { readonly from: string; readonly until?: string }
  /** Shown beside UTC: `Europe/Oslo`. */
  readonly timeZone?: string
  /** What has to be waited for: one entry for each demand. */
  readonly limits: readonly { readonly because: string; readonly windows: readonly Address[]; readonly open: boolean }[]
  /** Freezes that hold now, or begin before the next window ends. */
  readonly freezes: readonly {
    readonly address: Address
    readonly reason: string
    readonly from: string
    readonly until: string
  }[]
}

export interface ServiceTold {
  readonly address: Address
  /** What people call it. */
  readonly title?: string
  readonly owner?: Address
  /** 1 to 5, 5 the most. */
  readonly criticality?: number
  /** Hosts it runs on that the plan changes. */
  readonly hosts: readonly string[]
  /** Ids of the actions that change something for it; where left out, all on its hosts. */
  readonly actions?: readonly string[]
}

export interface ReachTold {
  /** Documents that the change touches itself. */
  readonly changed: readonly Address[]
  /** From what changed to what that touches. */
  readonly edges: readonly { readonly from: Address; readonly to: Address }[]
}

/** What became of applying a change. */
export interface AppliedTold {
  readonly change: {
    readonly id: string
    readonly title: string
    readonly state: ChangeState
    readonly type: ChangeType
  }
  /** The commit on the target branch that brought it there; a full object id. */
  readonly commit?: string
  readonly plan?: Digest
  /** All waves that the plan has, in order; those that were not begun too. */
  readonly waves: readonly WaveTold[]
  readonly counts: Readonly<Record<ActionOutcome, number>>
  /** What said stop, in words: a failed gate, a failed host, somebody who asked for a pause. */
  readonly stopped?: string
  /** It was not begun: why, and from when it may be. */
  readonly waits?: { readonly because: string; readonly from?: string }
  /** The change by which the engine took it back. */
  readonly takenBackBy?: string
  /** Of an emergency nobody looked back at: until when somebody has to; ISO 8601, UTC. */
  readonly reviewDue?: string
  readonly startedAt?: string
  readonly finishedAt?: string
  readonly findings: readonly Diagnostic[]
  readonly links: Links
  readonly engine: string
  readonly answersCommands?: boolean
}

export interface WaveTold {
  readonly name: string
  readonly environment: string
  readonly hosts: readonly HostApplied[]
  /** Checks of its health that were made after it. */
  readonly gates: readonly { readonly gate: string; readonly ok: boolean; readonly detail: string }[]
}

export interface HostApplied {
  readonly host: string
  readonly actions: readonly {
    readonly resource: string
    readonly verb: Verb
    readonly outcome: ActionOutcome
    /** Why it failed or is unknown. */
    readonly detail?: string
  }[]
}

/** How the estate stands, for one issue that says it. */
export interface DashboardTold {
  /** ISO 8601, UTC: when the hosts were looked at. */
  readonly at: string
  /** Commit of the target branch that they were held against. */
  readonly commit: string
  readonly hosts: { readonly looked: number; readonly total: number }
  readonly drift: readonly DriftFinding[]
  readonly unknowns: readonly UnknownResource[]
  readonly ignored: readonly IgnoredDifference[]
  /** Open pull requests that the engine opened. */
  readonly requests: readonly RequestPage[]
  /** As many of those may be open at once; and what was not opened for that reason, in words: `adopt web-01`. */
  readonly limit?: { readonly most: number; readonly heldBack: readonly string[] }
  /** Changes on hosts that no change record knows and that nothing has settled. */
  readonly unauthorised: readonly UnauthorisedRecord[]
  /** Changes whose last apply failed, or was paused. */
  readonly failed: readonly {
    readonly id: string
    readonly title: string
    readonly state: ChangeState
    readonly because?: string
  }[]
  /** Everything that waits for somebody. */
  readonly waiting: readonly {
    /** `CHG-2026-00042`, `#12` */
    readonly what: string
    readonly title: string
    /** Who, or what: `Team/web`, `ChangeWindow/sundays`, `review`. */
    readonly for: string
    /** ISO 8601, UTC. */
    readonly since?: string
    readonly url?: string
  }[]
  readonly links: Links
  readonly engine: string
}
