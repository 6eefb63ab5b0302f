import type { Address } from '../model/address.ts'
import type { Sha256 } from '../model/canonical.ts'
import type { ChangeRecord, UnauthorisedRecord } from '../model/record.ts'
import type { ReleaseRecord } from '../model/release.ts'
import type { AccessRow, Given, LeftOver } from './access.ts'
import type { EmergencyLine } from './emergencies.ts'
import type { FailureLine } from './failures.ts'
import type { CheckName, Framework, FrameworkId } from './frameworks.ts'
import type { ChangeDetails, ChangeEvent, PastChange, Period, Word } from './past-change.ts'
import type { Separation } from './separation.ts'

/**
 * - `met`: all that was seen in the period is as it should be
 * - `exception`: something is not
 * - `not-enough`: nothing was seen that could show it, or what was seen rests on somebody's word
 */
export type Result = 'met' | 'exception' | 'not-enough'

export interface CheckResult {
  readonly check: CheckName
  /** `none`: nothing happened that it could be seen by. */
  readonly result: Result | 'none'
  readonly because: string
  /** Numbers, commits and documents that show it. */
  readonly records: readonly string[]
}

export interface ControlResult {
  readonly id: string
  readonly about: string
  readonly silent: string
  readonly result: Result
  readonly checks: readonly CheckResult[]
}

/** What the check of the ledger came to. */
export interface Verification {
  /** Nothing was found that is an error. */
  readonly ok: boolean
  /** No entry was found that is not what its writer left; what else is wrong is told by entries that hold. */
  readonly intact: boolean
  readonly trust: 'pinned' | 'self-asserted'
  readonly witnessed: boolean
  readonly entries: number
  readonly tip?: string
  readonly firstBad?: { readonly commit: string; readonly because: string }
  readonly findings: readonly { readonly code: string; readonly severity: string; readonly summary: string }[]
}

/** A difference that somebody answers for, by a document that was in force at some time of the period. */
export interface DriftExceptionLine {
  readonly exception: Address
  readonly owner: string
  readonly reason: string
  readonly expires: string
  readonly resources: readonly string[]
}

/** A release that was promoted though it was not ready. */
export interface ForcedLine {
  readonly release: string
  readonly stage: string
  readonly environments: readonly string[]
  readonly by: string
  readonly at: string
  readonly because: string
  /** Criteria that were not met, with what was seen. */
  readonly unmet: readonly string[]
}

/** Everything that a report is made of. */
export interface ReportQuestion {
  readonly framework: FrameworkId
  readonly period: Period
  readonly madeAt: Date
  readonly engine: string
  readonly estate: {
    readonly repository: string
    readonly branch: string
    readonly tip: string
    readonly adoption: string
    readonly rule: 'one-independent' | 'solo'
  }
  readonly verification: Verification
  readonly changes: readonly PastChange[]
  /** Of those in the population. */
  readonly details: ReadonlyMap<string, ChangeDetails>
  /** Commits on the target branch that no record knows, of the period. */
  readonly unrecorded: readonly { readonly commit: string; readonly at: string; readonly by: string }[]
  readonly unauthorised: readonly UnauthorisedRecord[]
  readonly driftExceptions: readonly DriftExceptionLine[]
  readonly releases: readonly ReleaseRecord[]
  /** As of the end of the period. */
  readonly access: {
    readonly at: string
    readonly rows: readonly (AccessRow & { readonly given: readonly Given[] })[]
    readonly leftOver: readonly LeftOver[]
  }
  readonly sample?: { readonly size: number; readonly seed: string }
  readonly sha256: Sha256
}

/** One change of the population. */
export interface ChangeLine {
  readonly id: string
  readonly title: string
  readonly type: ChangeRecord['type']
  readonly state: ChangeRecord['state']
  /** Why it belongs to the population. */
  readonly because: readonly ('merged' | 'carried-out')[]
  readonly openedAt: string
  readonly openedBy: string
  readonly mergedAt?: string
  readonly mergeCommit?: string
  readonly mergedBy?: string
  readonly head: string
  readonly startedAt?: string
  readonly endedAt?: string
  readonly appliedBy?: string
  /** Keys that signed its start and end. */
  readonly engineKeys: readonly string[]
  readonly authors: readonly Address[]
  readonly strangers: readonly string[]
  readonly words: readonly Word[]
  readonly separation: Separation
  readonly separationBecause: string
  readonly environments: readonly string[]
  readonly services: readonly Address[]
  readonly owners: readonly Address[]
  readonly risk?: string
  readonly actions: {
    readonly planned: number
    readonly applied: number
    readonly failed: number
    readonly other: number
  }
  readonly template?: Address
  readonly rollbackOf: readonly string[]
  readonly rolledBackBy?: string
  readonly reasons: readonly string[]
  readonly sampled: boolean
  readonly events: readonly ChangeEvent[]
}

export interface AuditReport {
  readonly version: 1
  readonly framework: Omit<Framework, 'controls'> & { readonly id: FrameworkId }
  readonly period: Period
  readonly madeAt: string
  readonly engine: string
  readonly estate: ReportQuestion['estate']
  readonly verification: Verification
  readonly criterion: string
  readonly population: readonly ChangeLine[]
  readonly counts: {
    readonly total: number
    readonly merged: number
    readonly carriedOut: number
    readonly byType: Readonly<Record<string, number>>
    readonly byState: Readonly<Record<string, number>>
    readonly byEnvironment: Readonly<Record<string, number>>
    readonly byService: Readonly<Record<string, number>>
    readonly bySeparation: Readonly<Record<string, number>>
  }
  /** Opened in the period, and neither merged nor carried out in it. */
  readonly outside: readonly { readonly id: string; readonly title: string; readonly state: string }[]
  readonly sample?: {
    readonly size: number
    readonly seed: string
    readonly rule: string
    readonly ids: readonly string[]
  }
  /** Promotions of releases in the period, forced ones too. */
  readonly promotions: readonly {
    readonly release: string
    readonly stage: string
    readonly environments: readonly string[]
    readonly by: string
    readonly at: string
    readonly forced: boolean
  }[]
  readonly exceptions: {
    readonly unapproved: readonly string[]
    readonly unrecorded: ReportQuestion['unrecorded']
    readonly drift: readonly DriftExceptionLine[]
    readonly unauthorised: readonly {
      readonly id: string
      readonly host: string
      readonly resource: string
      readonly fields: readonly string[]
      readonly foundAt: string
      readonly state: string
      readonly settledAt?: string
      readonly settledBy?: string
    }[]
    readonly forced: readonly ForcedLine[]
  }
  readonly emergencies: readonly EmergencyLine[]
  readonly failures: readonly FailureLine[]
  readonly access: ReportQuestion['access']
  readonly controls: readonly ControlResult[]
}
