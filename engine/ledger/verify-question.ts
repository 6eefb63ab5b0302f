import type { Account } from '../model/account.ts'
import type { Address } from '../model/address.ts'
import type { Digest, Sha256 } from '../model/canonical.ts'
import type { DeclaredRecord, RecordType, RecordTypeSpec } from '../model/declared-record.ts'
import type { ChangeRecord } from '../model/record.ts'
import type { VerifySignature } from '../model/ssh-key.ts'
import type { LedgerStep } from '../ports/ledger.ts'
import type { Tag } from '../ports/repository.ts'

/** A commit on the first-parent line of the target branch. */
export interface MainCommit {
  readonly id: string
  readonly tree: string
  readonly parents: readonly string[]
}

export interface VerifyQuestion {
  /** Every commit of the ledger, oldest first. */
  readonly steps: AsyncIterable<LedgerStep> | Iterable<LedgerStep>
  /** First parents of the target branch since the commit of adoption (not itself among them), oldest first. */
  readonly main: readonly MainCommit[]
  /** Whether a commit is reachable from the target branch. */
  readonly isOnMain: (commit: string) => Promise<boolean>
  /** Digest of the patch from `base` to a commit of the target branch: asked where the tree alone does not tell. */
  readonly contentOf: (commit: MainCommit, base: string) => Promise<Digest>
  /** Keys with which a person of the base commit's documents may sign at a time (ISO 8601). */
  readonly personKeys: (base: string, person: Address, at: string) => Promise<readonly string[]>
  /** Whether somebody is an active human of a commit's documents. */
  readonly isPerson: (base: string, person: Address) => Promise<boolean>
  /** Whether somebody may break the glass as one of a team, by a commit's documents. */
  readonly mayBreakGlass: (base: string, person: Address, team: Address) => Promise<boolean>
  /** Digest of the plan that a record's actions make; not asked where it is not given. */
  readonly planOf?: (record: ChangeRecord) => Digest
  /** Why the `StandardChange` that a merged change names does not cover it, by the documents before its merge; undefined where it does. */
  readonly standardFault: (record: ChangeRecord) => Promise<string | undefined>
  /** Whether a rollout in a commit's documents says, for one of these environments, that the engine takes back what failed. */
  readonly takesBack: (base: string, environments: readonly string[]) => Promise<boolean>
  /** Everybody who had a hand in a change. */
  readonly authorsOf: (record: ChangeRecord) => Promise<readonly Address[]>
  /** Whom a commit's documents list an account on a forge for. */
  readonly accountOwners: (base: string, account: Account) => Promise<readonly Address[]>
  /** Names of what judges changes and differs between two commits of the target branch. */
  readonly rulesChanged: (from: string, to: string) => Promise<readonly string[]>
  /** What a commit's documents say of a type of record; undefined where they say nothing. */
  readonly recordTypeOf: (commit: string, name: string) => Promise<RecordTypeSpec | undefined>
  /** Why, by a commit's documents, somebody may not make the move that leads from one to the other; undefined where they may. */
  readonly moveObjection: (
    commit: string,
    type: RecordType,
    before: DeclaredRecord | undefined,
    after: DeclaredRecord,
  ) => Promise<string | undefined>
  /** Why fields are not what their type asks for, as far as the move changed that; undefined where they are. */
  readonly fieldFault: (
    type: RecordType,
    before: DeclaredRecord | undefined,
    after: DeclaredRecord,
  ) => Promise<string | undefined>
  /** What an engine of that version brings of a type: undefined where it brings none or is newer than this one, `forgotten` where it is older. */
  readonly shippedRecordType: (engine: string, name: string) => RecordTypeSpec | 'forgotten' | undefined
  /** The time it is: what was due by now. */
  readonly now: Date
  readonly verifySignature: VerifySignature
  readonly sha256: Sha256
  /** Text of an allowed signers file that is kept outside of what is verified. Engines stand in it as `engine`. */
  readonly allowedSigners?: string
  /** Tags of the clone below `release/`. */
  readonly releaseTags?: readonly Tag[]
  /** Tip of an independent copy of the ledger. Without one, nobody can see that its end was cut off. */
  readonly witnessTip?: string
}
