import { accountEntry } from '../model/account.ts'
import type { Address } from '../model/address.ts'
import type { RecordType, RecordTypeRecord } from '../model/declared-record.ts'
import { namespaceOf, type StatementSort, type VerifiedEnvelope, verifyEnvelope } from '../model/dsse.ts'
import type {
  AgreedRules,
  BranchRecord,
  ChangeRecord,
  Envelope,
  ForgeApproval,
  GenesisRecord,
  LockRecord,
  RecordedApproval,
  UnauthorisedRecord,
} from '../model/record.ts'
import type { ReleaseRecord } from '../model/release.ts'
import { sshFingerprint } from '../model/ssh-key.ts'
import type { LedgerCommit, LedgerStep } from '../ports/ledger.ts'
import { RepositoryError } from '../ports/repository.ts'
import { type AllowedSigner, maySign, namesPrincipal } from './allowed-signers.ts'
import { parseRecordId } from './declared-record.ts'
import { parseRecord, type RecordSort, type RecordTypes } from './record-text.ts'
import type { VerifyQuestion } from './verify-question.ts'

/** What is needed of a change once its entries have gone by. */
export type SeenChange = Pick<ChangeRecord, 'id' | 'state' | 'merge'> &
  Pick<ChangeRecord['subject'], 'head' | 'tree' | 'content'>

/** What is needed of a release once its entries have gone by. */
export type SeenRelease = Pick<ReleaseRecord, 'id' | 'commit'>

/** An emergency that was begun; times in milliseconds. */
export interface SeenEmergency {
  readonly id: string
  readonly person: Address
  readonly startedAt: number
  /** When the first review of it was recorded, by the later of its own date and the newest entry of an engine before it. */
  readonly reviewedAt?: number
}

export type OpenUnauthorised = Pick<UnauthorisedRecord, 'id' | 'host' | 'resource'>

/** A change that failed and was not gone on with since. */
export interface FailedChange {
  /** The commit of the target branch right before it. */
  readonly base: string
  /** The commit that judged it, where the documents of `base` were not agreed to. */
  readonly rules?: string
  readonly environments: readonly string[]
  /** What it set or tried to set. */
  readonly touched: ReadonlySet<string>
}

/** Records whose newest text is kept, so that it is not read twice. */
const remembered = 2000

type Change = LedgerStep['changes'][number]

/** Why what an entry does to its record is not as it should be. `key` is the one that signed it, empty where none did. */
export type JudgeEntry = (
  walk: LedgerWalk,
  record: string,
  step: LedgerStep,
  key: string,
) => Promise<string | undefined>

/** Goes over a ledger entry by entry, remembering what later entries are judged by. */
export class LedgerWalk {
  readonly question: VerifyQuestion
  readonly locks = new Map<string, LockRecord>()
  readonly changes = new Map<string, SeenChange>()
  /** Changes that failed and were not gone on with since. */
  readonly failures = new Map<string, FailedChange>()
  /** Releases by their id, and the newest version of each pipeline. */
  readonly releases = new Map<string, SeenRelease>()
  readonly newestReleases = new Map<string, string>()
  /** Types of records as they were declared so far, by name. */
  readonly recordTypes = new Map<string, RecordType & Pick<RecordTypeRecord, 'from'>>()
  /** The highest number of records so far, by what numbers begin with: `INC-2026`. */
  readonly recordNumbers = new Map<string, number>()
  /** Unauthorised changes that nothing has settled so far. */
  readonly unauthorised = new Map<string, OpenUnauthorised>()
  /** Emergencies that were begun, by the number of their change. */
  readonly emergencies = new Map<string, SeenEmergency>()
  readonly transitions = new Map<string, number>()
  /** How many statements for or against changes there are, by whose word they are. */
  readonly statements = { 'approver-signed': 0, 'forge-asserted': 0 }
  /** Approvals that a forge told of, by the number of the change they were given for; see `reviewKey`. */
  readonly reviews = new Map<string, string>()
  /** What judges changes so far, where an unapproved merge changed who may agree to what. */
  rules: AgreedRules | undefined
  /** Newest commit of the target branch that was recognised so far. */
  recognised: string | undefined
  /** Newest date of an engine's entry so far, in milliseconds. */
  engineTime = 0
  genesis: GenesisRecord | undefined
  tip: string | undefined
  entries = 0
  readonly #pinned: readonly AllowedSigner[] | undefined
  readonly engineKeys = new Map<string, 'active' | 'retired'>()
  readonly #ids = new Set<string>()
  readonly #uuids = new Set<string>()
  readonly #parsed = new Map<string, { readonly text: string; readonly record: unknown }>()

  constructor(question: VerifyQuestion, pinned: readonly AllowedSigner[] | undefined) {
    this.question = question
    this.#pinned = pinned
  }

  has(commit: string): boolean {
    return this.#ids.has(commit)
  }

  /** Why an entry is not as it should be; undefined where it is. What a bad entry says is remembered all the same: the next ones build on it. */
  async take(step: LedgerStep, judge: JudgeEntry): Promise<string | undefined> {
    const { commit } = step
    const place = this.#placeFault(commit)
    this.tip = commit.id
    this.#ids.add(commit.id)
    this.entries += 1
    const content = await this.#contentFault(step, judge)
    if (commit.trailers['Actor'] === 'engine') this.engineTime = Math.max(this.engineTime, Date.parse(commit.at) || 0)
    return place ?? content
  }

  #placeFault({ parents }: LedgerCommit): string | undefined {
    if (this.tip === undefined)
      return parents.length === 0 ? undefined : 'the ledger does not begin here: entries before it are missing'
    if (parents.length === 1 && parents[0] === this.tip) return undefined
    return parents.length === 1
      ? `it follows ${parents[0]}, not the entry before it`
      : 'the ledger is one line: no merges, no second beginning'
  }

  async #contentFault(step: LedgerStep, judge: JudgeEntry): Promise<string | undefined> {
    const { trailers } = step.commit
    const [record, transition, uuid] = [trailers['Record'], trailers['Transition'], trailers['Transition-Id']]
    if (record === undefined || transition === undefined || uuid === undefined || trailers['Actor'] === undefined)
      return 'its message lacks Record, Transition, Transition-Id or Actor'
    this.count(record, transition)
    if (this.#uuids.has(uuid)) return `its Transition-Id ${uuid} was used before`
    this.#uuids.add(uuid)
    const signed = this.#signerOf(step.commit)
    // The record is looked at even where the signature is bad, so that later entries are judged by what is there.
    const fault = await this.#judged(judge, record, step, 'key' in signed ? signed.key : '')
    return 'because' in signed ? signed.because : fault
  }

  /** An entry that names what the repository does not hold ends nothing: it is named, and so are those after it. */
  async #judged(judge: JudgeEntry, record: string, step: LedgerStep, key: string): Promise<string | undefined> {
    try {
      return await judge(this, record, step, key)
    } catch (error) {
      if (error instanceof RepositoryError) return `what it names can't be looked at: ${error.message}`
      throw error
    }
  }

  #signerOf(commit: LedgerCommit): { readonly key: string } | { readonly because: string } {
    if (commit.signature === undefined) return { because: 'it is not signed' }
    const check = this.question.verifySignature(commit.signature, commit.signedPayload, 'git')
    return check.ok ? { key: check.publicKey } : { because: `its signature does not hold: ${check.because}` }
  }

  /** Why a key may not sign for an engine; undefined where it may. */
  engineFault(key: string, at: string, namespace = 'git'): string | undefined {
    const state = this.engineKeys.get(key)
    if (state === 'retired') return 'it is signed with a key that was retired'
    const allowed =
      this.#pinned === undefined
        ? state === 'active'
        : maySign(this.#pinned, { principal: 'engine', key, namespace, at: Date.parse(at) })
    return allowed ? undefined : `it is signed by ${this.nameOf(key)}, which is no engine's key at that time`
  }

  /** Why a key may not sign for a person, judged by the documents of a base commit; undefined where it may. */
  async personFault(
    key: string,
    person: Address,
    base: string,
    at: string,
    namespace: string,
  ): Promise<string | undefined> {
    const keys = await this.question.personKeys(base, person, at)
    if (!keys.includes(key)) return `it is signed by ${this.nameOf(key)}, which is no key of ${person} at that time`
    const named = this.#pinned?.some((s) => namesPrincipal(s, person)) ?? false
    if (!named || maySign(this.#pinned ?? [], { principal: person, key, namespace, at: Date.parse(at) }))
      return undefined
    return `it is signed by ${this.nameOf(key)}, which the allowed signers don't list for ${person} at that time`
  }

  /**
   * The same for what is done to a change later on: judged by the documents that were recognised last, or by those that stand
   * now, so that who joined since may, and who left may not.
   */
  async laterPersonFault(
    key: string,
    person: Address,
    base: string,
    at: string,
    namespace: string,
  ): Promise<string | undefined> {
    const now = this.question.main.at(-1)?.id ?? base
    const commits = this.rules === undefined ? [this.recognised ?? base, now] : [this.rules.commit]
    const faults: (string | undefined)[] = []
    for (const commit of new Set(commits)) {
      if (!(await this.question.isOnMain(commit))) continue
      faults.push(await this.personFault(key, person, commit, at, namespace))
    }
    return faults.includes(undefined) ? undefined : (faults[0] ?? `${person} is nobody of the target branch`)
  }

  /** Opens a statement and checks its signature. */
  open<Sort extends StatementSort>(sort: Sort, envelope: Envelope): VerifiedEnvelope<Sort> {
    const { verifySignature, sha256 } = this.question
    return verifyEnvelope(sort, envelope, verifySignature, (publicKey) => sshFingerprint(sha256, publicKey))
  }

  /** Why an approver may not be one by the documents of a commit; undefined where they may. */
  async approverFault(approval: RecordedApproval, base: string, at: string): Promise<string | undefined> {
    if (approval.assertion === 'forge-asserted') return this.#accountFault(approval, base)
    const opened = this.open('approval', approval.envelope)
    if (!opened.ok) return opened.because
    return this.personFault(opened.publicKey, approval.approver, base, at, namespaceOf('approval'))
  }

  async #accountFault({ approver, forge }: ForgeApproval, base: string): Promise<string | undefined> {
    if (!(await this.question.isPerson(base, approver))) return `${approver} is nobody who may approve, by ${base}`
    const [owner, other] = await this.question.accountOwners(base, forge)
    return owner === approver && other === undefined
      ? undefined
      : `${base} does not list ${accountEntry(forge)} for ${approver} alone`
  }

  /**
   * Asks about a change that is not merged yet: by its base, or, where a merge since then was not approved, by what was agreed to
   * before. Which of them it was is certain when it is merged, and asked again then.
   */
  async byAny(base: string, ask: (commit: string) => Promise<string | undefined>): Promise<string | undefined> {
    const fault = await ask(base)
    const agreed = this.rules?.commit ?? this.recognised
    if (fault === undefined || agreed === undefined || agreed === base) return fault
    return (await this.question.isOnMain(agreed)) && (await ask(agreed)) === undefined ? undefined : fault
  }

  nameOf(key: string): string {
    return sshFingerprint(this.question.sha256, key) ?? 'nobody'
  }

  /** The one file that an entry may write, before and after. */
  only<Type extends RecordSort>(step: LedgerStep, path: string, sort: Type) {
    const stray = step.changes.find((c) => c.path !== path)
    if (stray !== undefined) return { because: `it writes ${stray.path}, which is not its record` }
    return this.read(step, path, sort)
  }

  /** A file that an entry writes, before and after, as records. */
  read<Type extends RecordSort>(
    step: LedgerStep,
    path: string,
    sort: Type,
  ): { readonly before?: RecordTypes[Type]; readonly after: RecordTypes[Type] } | { readonly because: string } {
    const change = step.changes.find((c) => c.path === path)
    if (change === undefined) return { because: `it does not write its record ${path}` }
    if (change.after === undefined) return { because: `it removes ${path}: records are never removed` }
    const after = this.#parse(sort, change, change.after)
    if (typeof after === 'string') return { because: after }
    const before = change.before === undefined ? undefined : this.#parse(sort, change, change.before)
    if (typeof before === 'string') return { because: before }
    this.#remember(path, change.after, after)
    if (sort === 'branch') this.recognised = (after as BranchRecord).recognised
    return { after, ...(before !== undefined && { before }) }
  }

  #parse<Type extends RecordSort>(sort: Type, change: Change, text: string): RecordTypes[Type] | string {
    const known = this.#parsed.get(change.path)
    if (known?.text === text) return known.record as RecordTypes[Type]
    const parsed = parseRecord(sort, text, change.path)
    return 'refused' in parsed ? parsed.refused.summary : parsed.record
  }

  #remember(path: string, text: string, record: unknown): void {
    this.#parsed.delete(path)
    this.#parsed.set(path, { text, record })
    const oldest = this.#parsed.keys().next()
    if (this.#parsed.size > remembered && oldest.value !== undefined) this.#parsed.delete(oldest.value)
  }

  count(record: string, transition: string): void {
    const what = `${sortOf(record)} ${transition}`
    this.transitions.set(what, (this.transitions.get(what) ?? 0) + 1)
  }
}

/** `change`, `unauthorised`, `INC`, `release`: what an entry is counted as. */
function sortOf(record: string): string {
  if (/^CHG-/.test(record)) return 'change'
  if (/^UCH-/.test(record)) return 'unauthorised'
  return parseRecordId(record)?.prefix ?? record.replace(/\/.*$/s, '')
}
