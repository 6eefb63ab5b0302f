import { prefixFault } from '../../ledger/declared-law.ts'
import {
  allRecordTypes,
  commentOn,
  declaredEntry,
  findDeclared,
  findRecordType,
  formatRecordId,
  linkRecord,
  type Move,
  type Mover,
  moveRecord,
  type NewRecord,
  nextRecordId,
  openRecord,
  parseRecordId,
  recordTypeEntry,
  saysSame,
} from '../../ledger/declared-record.ts'
import { type Address, addressOf } from '../../model/address.ts'
import type { DeclaredRecord, RecordLink, RecordType, RecordTypeRecord } from '../../model/declared-record.ts'
import { type Diagnostic, reporter } from '../../model/diagnostic.ts'
import { compareVersions, isVersion } from '../../model/version.ts'
import type { LedgerEntry, LedgerView } from '../../ports/ledger.ts'
import { newFieldFaults } from '../../records/judge-fields.ts'
import { moveObjection } from '../../records/judge-move.ts'
import { routed } from '../../records/routing.ts'
import { codes } from '../codes.ts'
import { append, by, moved, refusal, trusted } from '../records.ts'
import type { World } from '../world.ts'
import { moveActor, type RecordHand } from './hand.ts'
import { recordTypesOf } from './types.ts'

const report = reporter(codes)

/** Records as they are while a batch is prepared: what was moved a moment ago is seen as it came to be. */
export interface RecordDesk {
  readonly view: LedgerView
  type(name: string): RecordType
  find(type: string, id: string): Promise<DeclaredRecord | undefined>
  open(type: string, record: Omit<NewRecord, 'id'>): Promise<DeclaredRecord>
  move(type: string, id: string, move: Move): Promise<DeclaredRecord>
  comment(type: string, id: string, text: string): Promise<DeclaredRecord>
  link(type: string, id: string, link: RecordLink): Promise<DeclaredRecord>
}

/**
 * Opens and moves records, all of what `work` does or nothing. It is asked again after a lost race, with the records as they
 * are then: two people who write at once are both heard. What a type or a guard forbids ends it.
 */
export async function writeRecords<Result>(
  world: World,
  hand: RecordHand,
  work: (desk: RecordDesk) => Promise<Result>,
): Promise<Result> {
  return append(world, async (view) => {
    const desk = new Batch(world, hand, view)
    const result = await work(desk)
    return { entries: desk.entries, result }
  })
}

/** The version of an engine that declared types in the ledger, where it is newer than this one. */
function newerEngine(all: ReadonlyMap<string, RecordTypeRecord>, version: string): string | undefined {
  return [...all.values()]
    .flatMap(({ from }) => ('engine' in from && isVersion(from.engine) ? [from.engine] : []))
    .find((other) => isVersion(version) && compareVersions(other, version) > 0)
}

export const unknownRecord = (type: string, id: string): Diagnostic =>
  report('record-unknown', { summary: `there is no ${type} ${id}` })

class Batch implements RecordDesk {
  readonly view: LedgerView
  readonly entries: LedgerEntry[] = []
  readonly #world: World
  readonly #hand: RecordHand
  readonly #types: ReadonlyMap<string, RecordType>
  readonly #records = new Map<string, DeclaredRecord>()
  readonly #declared = new Set<string>()
  readonly #numbers = new Map<string, number>()

  constructor(world: World, hand: RecordHand, view: LedgerView) {
    this.#world = world
    this.#hand = hand
    this.view = view
    this.#types = recordTypesOf(world, hand.estate)
  }

  type(name: string): RecordType {
    const type = this.#types.get(name)
    if (type !== undefined) return type
    throw refusal(report('record-type-unknown', { summary: `there is no type of record called ${name}` }))
  }

  async find(type: string, id: string): Promise<DeclaredRecord | undefined> {
    return this.#records.get(id) ?? trusted(await findDeclared(this.view, type, id))
  }

  async open(name: string, record: Omit<NewRecord, 'id'>): Promise<DeclaredRecord> {
    const type = this.type(name)
    const who = this.#mover()
    const id = await this.#nextId(type, Number(who.at.slice(0, 4)))
    const fields = routed(type, record.fields, this.#hand.estate.graph)
    return this.#take(type, undefined, moved(openRecord(type, { ...record, fields, id }, who)))
  }

  async move(name: string, id: string, move: Move): Promise<DeclaredRecord> {
    const type = this.type(name)
    const record = await this.#expect(type, id)
    return this.#take(type, record, moved(moveRecord(type, record, move, this.#mover(record))))
  }

  async comment(name: string, id: string, text: string): Promise<DeclaredRecord> {
    const type = this.type(name)
    const record = await this.#expect(type, id)
    return this.#take(type, record, moved(commentOn(type, record, text, this.#mover(record))))
  }

  async link(name: string, id: string, link: RecordLink): Promise<DeclaredRecord> {
    const type = this.type(name)
    const record = await this.#expect(type, id)
    return this.#take(type, record, moved(linkRecord(type, record, link, this.#mover(record))))
  }

  /** Clocks of machines differ: what follows on something is not written down as earlier than that. */
  #mover(after?: DeclaredRecord): Mover {
    const now = { ...by(this.#world), ...this.#hand.who }
    const last = after?.transition.at
    return last !== undefined && Date.parse(now.at) < Date.parse(last) ? { ...now, at: last } : now
  }

  async #expect({ name }: RecordType, id: string): Promise<DeclaredRecord> {
    const record = await this.find(name, id.toUpperCase())
    if (record !== undefined) return record
    throw refusal(unknownRecord(name, id))
  }

  async #nextId(type: RecordType, year: number): Promise<string> {
    const last = this.#numbers.get(type.name)
    const number =
      last === undefined ? (parseRecordId(await nextRecordId(this.view, type, year))?.number ?? 1) : last + 1
    this.#numbers.set(type.name, number)
    return formatRecordId({ prefix: type.spec.prefix, year, number })
  }

  async #take(type: RecordType, before: DeclaredRecord | undefined, after: DeclaredRecord): Promise<DeclaredRecord> {
    const { estate, who } = this.#hand
    const [fault] = await newFieldFaults(type, before, after, estate.graph)
    const objection = fault ?? moveObjection(type, before, after, moveActor(who, estate.graph))
    if (objection !== undefined) throw refusal(objection)
    await this.#declare(type)
    this.#records.set(after.id, after)
    this.entries.push(declaredEntry(after, this.#hand.signer))
    return after
  }

  /** Whoever verifies the ledger judges records by what it says itself of their types. */
  async #declare({ name, spec }: RecordType): Promise<void> {
    if (this.#declared.has(name)) return
    this.#declared.add(name)
    const known = trusted(await findRecordType(this.view, name))
    if (known !== undefined && saysSame(known.spec, spec)) return
    const all = await allRecordTypes(this.view)
    const taken = prefixFault(all, { name, spec })
    if (taken !== undefined) throw refusal(report('record-type-taken', { summary: `${name}: ${taken}` }))
    const who = by(this.#world, this.#hand.who.actor)
    const isOwn = this.#hand.estate.graph.documents.has(addressOf('RecordType', name) as Address)
    const from = isOwn ? { commit: this.#hand.estate.treeish } : { engine: this.#world.engineVersion }
    const newer = 'engine' in from ? newerEngine(all, from.engine) : undefined
    if (newer !== undefined)
      throw refusal(
        report('record-type-taken', {
          summary: `the ledger knows ${name} as the engine ${newer} brings it`,
          hint: `this is ${this.#world.engineVersion}: update it`,
        }),
      )
    this.entries.push(
      recordTypeEntry(
        { apiVersion: 'plumbline/v1', kind: 'RecordTypeDeclared', name, at: who.at, from, spec },
        who,
        this.#hand.signer,
      ),
    )
  }
}
