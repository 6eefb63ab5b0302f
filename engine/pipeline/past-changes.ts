import type { ChangeEvent, PastChange } from '../audit/past-change.ts'
import { type Outcome, parseRecord } from '../ledger/record-text.ts'
import type { UnauthorisedRecord } from '../model/record.ts'
import type { ReleaseRecord } from '../model/release.ts'
import type { LedgerStep } from '../ports/ledger.ts'
import type { World } from './world.ts'

/** What a walk over the ledger brought to light. */
export interface PastRecords {
  /** Sorted by number. */
  readonly changes: readonly PastChange[]
  readonly unauthorised: readonly UnauthorisedRecord[]
  readonly releases: readonly ReleaseRecord[]
}

/** Collects records and what happened to them while somebody else walks over the ledger. Only the newest text of each is parsed. */
export class PastReader {
  readonly #world: World
  readonly #texts = new Map<string, string>()
  readonly #events = new Map<string, ChangeEvent[]>()
  #engineTime = ''

  constructor(world: World) {
    this.#world = world
  }

  /** The same steps, remembered as they go by. */
  async *watching(steps: AsyncIterable<LedgerStep>): AsyncIterable<LedgerStep> {
    for await (const step of steps) {
      this.#take(step)
      yield step
    }
  }

  /** What has gone by. A record that can't be read is left out: the check of the ledger names it. */
  records(): PastRecords {
    const unauthorised = this.#parsed('unauthorised', /^unauthorised\/.*\/UCH-/)
    const releases = this.#parsed('release', /^releases\//)
    const changes = this.#parsed('change', /^changes\//).map((record) => ({
      record,
      events: this.#events.get(record.id) ?? [],
    }))
    return { changes, unauthorised, releases }
  }

  #take({ commit, changes }: LedgerStep): void {
    for (const { path, after } of changes) if (after !== undefined) this.#texts.set(path, after)
    const { Record: id = '', Transition: transition = '', Actor: actor = '' } = commit.trailers
    const notBefore = this.#engineTime
    if (actor === 'engine' && Date.parse(commit.at) > (Date.parse(notBefore) || 0)) this.#engineTime = commit.at
    const file = changes.find(({ path }) => path.endsWith(`/${id}.yaml`))
    if (!id.startsWith('CHG-') || file?.after === undefined) return
    const late = Date.parse(notBefore) > Date.parse(commit.at) ? { notBefore } : {}
    const event = { at: commit.at, ...late, transition, actor, commit: commit.id, ...this.#signed(commit) }
    const reasons = transition === 'fail' ? readReasons(file.after, file.path) : {}
    this.#events.set(id, [...(this.#events.get(id) ?? []), { ...event, ...reasons }])
  }

  #signed({ signature, signedPayload }: LedgerStep['commit']): Pick<ChangeEvent, 'signedBy'> {
    const check = signature === undefined ? undefined : this.#world.verifySignature(signature, signedPayload, 'git')
    const key = check?.ok === true ? this.#world.fingerprint(check.publicKey) : undefined
    return key === undefined ? {} : { signedBy: key }
  }

  #parsed<Sort extends 'change' | 'unauthorised' | 'release'>(sort: Sort, paths: RegExp) {
    return [...this.#texts.keys()]
      .filter((path) => paths.test(path))
      .sort()
      .flatMap((path) => found(parseRecord(sort, this.#texts.get(path) ?? '', path)))
  }
}

const found = <Value>(outcome: Outcome<Value>): readonly Value[] => ('refused' in outcome ? [] : [outcome.record])

function readReasons(text: string, path: string): Pick<ChangeEvent, 'reasons'> {
  const parsed = parseRecord('change', text, path)
  return 'refused' in parsed || parsed.record.reasons === undefined ? {} : { reasons: parsed.record.reasons }
}

/** All records of the ledger, without checking anything. */
export async function pastRecords(world: World): Promise<PastRecords> {
  const reader = new PastReader(world)
  for await (const _ of reader.watching((await world.ledger()).steps()));
  return reader.records()
}
