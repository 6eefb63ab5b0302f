import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { recordTypes } from '../generated/record-types.ts'
import type { DeclaredRecord, RecordTypeRecord, RecordTypeSpec } from '../model/declared-record.ts'
import type { GenesisRecord } from '../model/record.ts'
import type { LedgerEntry, LedgerStep } from '../ports/ledger.ts'
import { moveObjection } from '../records/judge-move.ts'
import {
  commentOn,
  declaredEntry,
  linkRecord,
  moveRecord,
  type NewRecord,
  openRecord,
  recordTypeEntry,
} from './declared-record.ts'
import type { By } from './fold-change.ts'
import { parseRecord, serialiseRecord } from './record-text.ts'
import { by, expectRecord } from './test-records.ts'
import { recordFault } from './verify-entry.ts'
import type { VerifyQuestion } from './verify-question.ts'
import { LedgerWalk } from './verify-walk.ts'

/** Records of declared types in a ledger that somebody wrote with a client of their own: what is not as it should be is named. */

const sha256 = (d: string | Uint8Array) => createHash('sha256').update(d).digest('hex')
const keys = { engine: 'ssh-ed25519 engine', 'Person/ana': 'ssh-ed25519 ana', 'Person/ben': 'ssh-ed25519 ben' } as const
type Actor = keyof typeof keys

const spec: RecordTypeSpec = {
  title: 'Visit',
  plural: 'visits',
  prefix: 'VIS',
  fields: { properties: { host: { type: 'string' }, badge: { type: 'integer' } } },
  states: { announced: { title: 'Announced' }, inside: { title: 'Inside' }, over: { title: 'Over', final: true } },
  transitions: {
    new: { title: 'announce', to: 'announced', sets: ['host'] },
    enter: {
      title: 'let in',
      from: ['announced'],
      to: 'inside',
      sets: ['badge'],
      requires: ['badge'],
      who: 'actor.name == "Person/" + record.fields.host',
      guards: [{ rule: 'record.fields.badge < 100', message: 'there are a hundred badges' }],
    },
    leave: { title: 'see out', from: ['inside'], to: 'over', comment: 'required' },
  },
}
const loose: RecordTypeSpec = {
  ...spec,
  transitions: { ...spec.transitions, enter: { title: 'let in', to: 'inside' } },
}
const visit = { name: 'visit', spec }

const [adopted, older, newer] = ['a', 'b', 'c'].map((digit) => digit.repeat(40)) as [string, string, string]
const documents: Readonly<Record<string, RecordTypeSpec | undefined>> = {
  [adopted]: loose,
  [older]: loose,
  [newer]: spec,
}

const question = {
  sha256,
  now: new Date('2026-10-03T00:00:00Z'),
  main: [older, newer].map((id) => ({ id, tree: '', parents: [] })),
  isOnMain: async (commit: string) => commit in documents,
  personKeys: async (_: string, person: string) => [keys[person as Actor]],
  recordTypeOf: async (commit: string, name: string) => (name === 'visit' ? documents[commit] : undefined),
  shippedRecordType: (engine: string, name: string) =>
    engine === '0.9.0' ? 'forgotten' : engine === '1.0.0' && name === 'call' ? { ...spec, prefix: 'CAL' } : undefined,
  moveObjection: async (_, type, before, after) => {
    const { by: who, for: behalf } = after.log.at(-1) ?? { by: 'engine' as const }
    return moveObjection(type, before, after, { name: behalf ?? who, teams: [] })?.summary
  },
  fieldFault: async (_, __, { fields }) => (typeof fields['host'] === 'string' ? undefined : 'host must be string'),
} as Partial<VerifyQuestion> as VerifyQuestion

const opened = (over: Partial<NewRecord> = {}, who: By = by('Person/ana')): DeclaredRecord =>
  expectRecord(openRecord(visit, { id: 'VIS-2026-00001', title: 'The auditor', fields: { host: 'ana' }, ...over }, who))
const entered = (before = opened(), who = by('Person/ana')) =>
  expectRecord(moveRecord(visit, before, { name: 'enter', fields: { badge: 7 } }, who))
const left = (before = entered(), who = by('Person/ben')) =>
  expectRecord(moveRecord(visit, before, { name: 'leave', text: 'all was well' }, who))

const declared = (over: Partial<RecordTypeRecord> = {}): RecordTypeRecord => ({
  ...{ apiVersion: 'plumbline/v1', kind: 'RecordTypeDeclared', name: 'visit', at: '2026-10-02T12:00:00Z' },
  ...{ from: { commit: newer }, spec },
  ...over,
})

/** The commit that carries a record from what it was to what it is, and whose key signed it. */
interface Written {
  readonly step: LedgerStep
  readonly key: string
}

function written(entry: LedgerEntry, before?: string, key: string = keys[entry.actor as Actor]): Written {
  const { uuid, record, transition, actor, at, title } = entry
  const [[path, after] = ['', '']] = [...entry.files]
  const change = { path, ...(after !== null && { after }), ...(before !== undefined && { before }) }
  return {
    key,
    step: {
      commit: {
        ...{
          id: 'e'.repeat(40),
          parents: [],
          title,
          at: new Date(Math.floor(at.getTime() / 1000) * 1000).toISOString(),
        },
        trailers: { Record: record, Transition: transition, 'Transition-Id': uuid, Actor: actor },
        signedPayload: new Uint8Array(),
      },
      changes: [change],
    },
  }
}

const signer = { publicKey: '', sign: async () => '' }
const declares = (over: Partial<RecordTypeRecord> = {}, actor: Actor = 'Person/ana'): Written =>
  written(recordTypeEntry(declared(over), { uuid: by().uuid, actor }, signer))
const moves = (after: DeclaredRecord, before?: DeclaredRecord, key?: string): Written =>
  written(declaredEntry(after, signer), before && serialiseRecord(before), key)

/** What is found in each of the entries, in their order. */
async function faults(...entries: readonly Written[]): Promise<readonly (string | undefined)[]> {
  const walk = new LedgerWalk(question, undefined)
  walk.engineKeys.set(keys.engine, 'active')
  walk.genesis = { adoption: adopted } as GenesisRecord
  walk.recognised = newer
  const found: (string | undefined)[] = []
  for (const { step, key } of entries)
    found.push(await recordFault(walk, step.commit.trailers['Record'] ?? '', step, key))
  return found
}

/** What is found in the last of them, where those before it are sound. */
async function lastFault(...entries: readonly Written[]): Promise<string | undefined> {
  const found = await faults(...entries)
  expect(found.slice(0, -1)).toEqual(found.slice(0, -1).map(() => undefined))
  return found.at(-1)
}

/** The last line of a record's log as somebody else would have it. */
const lastLine = (record: DeclaredRecord, over: Partial<DeclaredRecord['log'][number]>): DeclaredRecord => ({
  ...record,
  log: record.log.map((line, i) => (i === record.log.length - 1 ? { ...line, ...over } : line)),
})

it('lets pass what its type allows', async () => {
  const [first, second] = [opened(), opened({ id: 'VIS-2026-00002' }, { ...by(), for: 'mail:x@example.org' } as By)]
  const said = expectRecord(commentOn(visit, first, 'on the way', by('Person/ben')))
  const linked = expectRecord(linkRecord(visit, said, { relation: 'about', to: 'INC-2026-00001' }, by('Person/ben')))
  const inside = entered(linked)
  const entries = [
    ...[declares(), moves(first), moves(said, first), moves(linked, said), moves(second)],
    ...[moves(inside, linked), moves(left(inside), inside)],
  ]
  expect(await faults(...entries)).toEqual(entries.map(() => undefined))
})

const dated = (record: DeclaredRecord, at: string): DeclaredRecord => ({
  ...lastLine(record, { at }),
  transition: { ...record.transition, at },
})

const first = opened()
const inside = entered(first)

describe('a move of a record', () => {
  const over = (record: DeclaredRecord, changed: Partial<DeclaredRecord>): DeclaredRecord => ({ ...record, ...changed })
  const said = expectRecord(commentOn(visit, first, 'hm', by('Person/ben')))
  const linked = expectRecord(linkRecord(visit, first, { relation: 'about', to: 'INC-2026-00001' }, by('Person/ben')))
  const proto = JSON.parse('{"host":"ana","__proto__":{}}') as DeclaredRecord['fields']
  it.each<[string, DeclaredRecord, DeclaredRecord | undefined, RegExp, string?]>([
    ['that somebody else signed', inside, first, /no key of Person\/ana/, keys['Person/ben']],
    ['that a person writes as an engine', opened({}, by('engine')), undefined, /no engine's key/, keys['Person/ana']],
    ['in which a person speaks for another', lastLine(inside, { for: 'Person/ben' }), first, /only an engine speaks/],
    ['that a person says came by mail', lastLine(said, { via: 'mail' }), first, /only an engine speaks/],
    [
      'by whom its type does not allow',
      entered(opened({ fields: { host: 'ben' } })),
      opened({ fields: { host: 'ben' } }),
      /may not enter/,
    ],
    ['that a guard forbids', over(inside, { fields: { host: 'ana', badge: 700 } }), first, /hundred badges/],
    ['that sets a field it may not', over(inside, { fields: { host: 'ben', badge: 7 } }), first, /does not set host/],
    ['that lacks a field', over(inside, { fields: { host: 'ana' } }), first, /badge is missing/],
    ['that leads elsewhere', over(lastLine(inside, { state: 'over' }), { state: 'over' }), first, /does not lead to/],
    [
      'that is none of its type',
      over(lastLine(inside, { move: 'fly' }), { transition: { ...inside.transition, name: 'fly' } }),
      first,
      /no move fly/,
    ],
    [
      'named like what every object has',
      over(lastLine(inside, { move: 'constructor' }), { transition: { ...inside.transition, name: 'constructor' } }),
      first,
      /no move constructor/,
    ],
    ['a comment that changes a field', over(said, { fields: { host: 'ben' } }), first, /changes neither/],
    [
      'a comment that adds a field of nothing',
      over(said, { fields: { host: 'ana', badge: null } }),
      first,
      /changes neither/,
    ],
    ['a comment that adds a field in disguise', over(said, { fields: proto }), first, /changes neither/],
    ['a comment that changes the title', over(said, { title: 'The thief' }), first, /changes neither/],
    ['a comment that adds a link', over(said, { links: linked.links }), first, /adds no link/],
    [
      'a link that its log names otherwise',
      lastLine(linked, { text: 'fixed-by CHG-2026-00001' }),
      first,
      /another link/,
    ],
    ['that drops a line', over(inside, { log: inside.log.slice(1) }), first, /adds one line/],
    [
      'that edits a line',
      over(inside, { log: inside.log.map((l, i) => (i === 0 ? { ...l, text: 'welcome' } : l)) }),
      first,
      /changes none/,
    ],
    [
      'that puts lines in another order',
      over(left(inside), { log: [...inside.log.toReversed(), ...left(inside).log.slice(-1)] }),
      inside,
      /changes none/,
    ],
    ['that says who opened it', over(inside, { openedBy: 'Person/ben' }), first, /never change/],
    ['dated before the one before it', dated(inside, '2026-10-01T12:00:00Z'), first, /before that of the move/],
    ['dated a week ahead', dated(inside, '2026-10-10T12:00:00Z'), first, /still to come/],
    [
      'that says more than a log holds',
      over(lastLine(said, {}), {
        log: [
          ...Array.from({ length: 300 }, () => ({ ...said.log[0], text: 'x'.repeat(20_000) }) as never),
          ...said.log.slice(1),
        ],
      }),
      first,
      /says too much/,
    ],
  ])('%s is named', async (_, after, before, expected, key) => {
    const entries = before === undefined ? [declares()] : [declares(), moves(opened({ fields: before.fields }))]
    const beginning = before === inside ? [...entries, moves(inside, first)] : entries
    expect(await lastFault(...beginning, moves(after, before, key))).toMatch(expected)
  })

  it('that was not to be opened so is named', async () => {
    const record = opened()
    expect(await lastFault(declares(), moves(opened({ id: 'VIS-2026-00003' })))).toMatch(
      /VIS-2026-00001 comes before it/,
    )
    const past = { ...record, id: 'VIS-2025-00001' }
    expect(await lastFault(declares(), moves(past))).toMatch(/does not begin with VIS-2026/)
    expect(await lastFault(declares(), moves({ ...record, id: 'INC-2026-00001' }))).toMatch(/does not begin with VIS/)
    expect(await lastFault(declares(), moves({ ...record, fields: { host: 7 } }))).toMatch(/must be string/)
    expect(await lastFault(moves(record))).toMatch(/nothing declares/)
    const { step, key } = moves(record)
    const removed = {
      key,
      step: { ...step, changes: step.changes.map(({ path, after }) => ({ path, before: after ?? '' })) },
    }
    expect(await lastFault(declares(), moves(record), removed)).toMatch(/never removed/)
  })
})

describe('a declaration', () => {
  const call: RecordTypeSpec = { ...spec, prefix: 'CAL' }
  it.each<[string, readonly Partial<RecordTypeRecord>[], RegExp]>([
    ['of what the target branch said once', [{}, { from: { commit: older }, spec: loose }], /came since/],
    ['that no commit says', [{ spec: loose }], /not what c+ says/],
    ['of a commit that is nowhere', [{ from: { commit: 'd'.repeat(40) } }], /does not hold/],
    ['by an engine that nobody knows', [{ name: 'call', from: { engine: '9.9.9' }, spec: call }], /nobody here knows/],
    ['by no engine', [{ name: 'call', from: { engine: 'mine' }, spec: call }], /nobody here knows/],
    [
      'of what the engine does not bring',
      [{ name: 'chat', from: { engine: '1.0.0' }, spec: call }],
      /nobody here knows/,
    ],
    [
      'that the engine brings otherwise',
      [{ name: 'call', from: { engine: '1.0.0' }, spec: { ...loose, prefix: 'CAL' } }],
      /not what the engine/,
    ],
    [
      'by an older engine than before',
      [
        { name: 'call', from: { engine: '1.0.0' }, spec: call },
        { name: 'chat', from: { engine: '0.9.0' }, spec: { ...loose, prefix: 'CHT' } },
      ],
      /there was 1.0.0 already/,
    ],
    [
      'that says another thing of one engine',
      [
        { name: 'call', from: { engine: '0.9.0' }, spec: call },
        { name: 'call', from: { engine: '0.9.0' }, spec: { ...loose, prefix: 'CAL' } },
      ],
      /this is another/,
    ],
    ['by an engine where the estate has its own', [{ from: { engine: '0.9.0' } }], /of its own/],
    ['with the letters of another type', [{}, { name: 'call', from: { engine: '0.9.0' } }], /as those of visit do/],
    [
      'with other letters than before',
      [
        { name: 'call', from: { engine: '0.9.0' }, spec: call },
        { name: 'call', from: { engine: '1.0.0' }, spec: { ...call, prefix: 'CLL' } },
      ],
      /always will/,
    ],
  ])('%s is named', async (_, each, expected) => {
    expect(await lastFault(...each.map((over) => declares(over)))).toMatch(expected)
  })

  it.each<[string, object]>([
    ['guards', { transitions: { new: { title: 'announce', guards: 7 } } }],
    ['guards without a rule', { transitions: { new: { title: 'announce', guards: [{ message: 'no' }] } } }],
    ['roles', { roles: null }],
    ['a priority', { priority: { impact: 'impact' } }],
    ['clocks', { clocks: { stay: { title: 'left', runs: 'inside' } } }],
    ['reactions', { reactions: [{ do: 'leave' }] }],
    ['fields', { fields: {} }],
    ['a field', { fields: { properties: { host: null } } }],
  ])('with %s of another form than any has is named', async (_, over) => {
    const odd = serialiseRecord({ ...declared(), spec: { ...spec, ...over } } as RecordTypeRecord)
    const { step, key } = declares()
    const changes = step.changes.map(({ path }) => ({ path, after: odd }))
    expect(await lastFault({ key, step: { ...step, changes } })).toMatch(/record-types\/visit.yaml: spec/)
  })

  it.each([...recordTypes])('of %s as it comes with the engine can be read', (name, { spec: brought }) => {
    const text = serialiseRecord(declared({ name, from: { engine: '1.0.0' }, spec: brought }))
    expect(parseRecord('recordType', text, 'here')).toMatchObject({ record: { name } })
  })

  it('that came with an engine which is gone by now is taken for what it was', async () => {
    const old = declares({ name: 'call', from: { engine: '0.9.0' }, spec: { ...loose, prefix: 'CAL' } })
    const now = declares({ name: 'call', from: { engine: '1.0.0' }, spec: call })
    expect(await faults(old, now)).toEqual([undefined, undefined])
  })

  it('that takes a state away leaves the records in it to be spoken of', async () => {
    const { inside: _, ...states } = spec.states
    const without: RecordTypeSpec = {
      ...spec,
      states,
      transitions: { ...spec.transitions, leave: { title: 'see out', to: 'over' } },
    }
    const type = { name: 'visit', spec: without }
    const said = expectRecord(commentOn(type, inside, 'still there', by('Person/ben')))
    expectRecord(moveRecord(type, said, { name: 'leave' }, by('Person/ben')))
  })
})
