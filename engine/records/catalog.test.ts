import { describe, expect, it } from 'vitest'
import { recordTypes } from '../generated/record-types.ts'
import { addressOf } from '../model/address.ts'
import type { DeclaredRecord, RecordLogLine } from '../model/declared-record.ts'
import type { JsonObject, LoadedDocument } from '../model/document.ts'
import type { Graph } from '../model/graph.ts'
import { agreementOn, askersOf, type CatalogItem, requesterOf } from './catalog.ts'

/** Who counts as having agreed to a request, whatever its record says of them. */

const person = (name: string, over: JsonObject = {}): [string, JsonObject] => [
  `Person/${name}`,
  { email: `${name}@example.org`, ...over },
]
const documents = new Map(
  [
    ...[person('ana', { manager: 'cleo' }), person('ben'), person('cleo'), person('gone', { active: false })],
    person('robot', { bot: true }),
    ['Team/security', { members: ['ben', 'Person/cleo', 'gone', 'robot'] }] as [string, JsonObject],
  ].map(([address, spec]) => {
    const [kind = '', name = ''] = address.split('/')
    const document = { apiVersion: 'plumbline/v1', kind, metadata: { name }, spec }
    return [addressOf(kind, name), { document, address } as unknown as LoadedDocument] as const
  }),
)
const graph: Graph = {
  documents,
  ofKind: (kind) => [...documents.values()].filter((d) => d.document.kind === kind),
  outgoing: () => [],
  incoming: () => [],
}

const spec = recordTypes.get('request')?.spec
if (spec === undefined) throw new Error('there are no requests')
const rewrite = { ...spec.transitions, correct: { title: 'correct it', sets: ['form'] } }
const item: CatalogItem = {
  name: 'door',
  spec: {
    title: 'A door',
    team: 'security',
    form: { properties: {} },
    approvals: [{ teams: ['security'] }],
    fulfilment: {},
  },
}

type Line = readonly [move: string, by: string, behalf?: string]

function record(requester: string | undefined, ...lines: readonly Line[]): DeclaredRecord {
  const log = lines.map(([move, by, behalf]) => ({ move, by, ...(behalf !== undefined && { for: behalf }) }))
  const fields = requester === undefined ? {} : { requester }
  return {
    fields,
    openedBy: lines[0]?.[1],
    log: log as unknown as RecordLogLine[],
    links: [],
  } as unknown as DeclaredRecord
}

const opened: Line = ['new', 'Person/ana']
const agreed = (requester: string | undefined, ...lines: readonly Line[]) =>
  agreementOn(item, { spec: { ...spec, transitions: rewrite } }, record(requester, ...lines), graph).given

describe('who agreed to a request', () => {
  it.each<[string, string | undefined, readonly Line[], readonly string[]]>([
    ['is whoever said so', 'Person/ana', [opened, ['approve', 'Person/ben']], ['Person/ben']],
    [
      'is whoever an engine knows to have said so',
      undefined,
      [opened, ['approve', 'engine', 'Person/ben']],
      ['Person/ben'],
    ],
    [
      'is nobody who asked',
      'Person/ana',
      [
        ['new', 'Person/ben'],
        ['approve', 'Person/ben'],
      ],
      [],
    ],
    [
      'is nobody for whom an engine asked',
      'x@example.org',
      [
        ['new', 'engine', 'Person/ben'],
        ['approve', 'Person/ben'],
      ],
      [],
    ],
    [
      'is nobody who asked by mail',
      undefined,
      [
        ['new', 'engine', 'mail:Ben@example.org'],
        ['approve', 'Person/ben'],
      ],
      [],
    ],
    ['is nobody for whom it is', 'Person/ben', [opened, ['approve', 'Person/ben']], []],
    ['is nobody for whom it is, by a bare name', 'ben', [opened, ['approve', 'Person/ben']], []],
    ['is nobody for whom it is, in other letters', 'PERSON/Ben ', [opened, ['approve', 'Person/ben']], []],
    ['is nobody for whom it is, by e-mail', 'BEN@example.org', [opened, ['approve', 'Person/ben']], []],
    ['is nobody who left', 'Person/ana', [opened, ['approve', 'Person/gone']], []],
    ['is no robot', 'Person/ana', [opened, ['approve', 'Person/robot']], []],
    ['is no engine', 'Person/ana', [opened, ['approve', 'engine']], []],
    [
      'is nobody who agreed to something else',
      'Person/ana',
      [opened, ['approve', 'Person/ben'], ['correct', 'Person/ana']],
      [],
    ],
    [
      'is whoever agreed again',
      'Person/ana',
      [opened, ['correct', 'Person/ana'], ['approve', 'Person/ben'], ['comment', 'Person/ana']],
      ['Person/ben'],
    ],
  ])('%s', (_, requester, lines, expected) => {
    expect(agreed(requester, ...lines)).toEqual(expected)
  })

  it('is one of each entry of the item, and the manager is that of the person however they are spelled', () => {
    const manager = { ...item, spec: { ...item.spec, approvals: [{ manager: true as const }] } }
    const by = (who: string) => record('ana', ['new', 'Person/ben'], ['approve', who])
    expect(agreementOn(manager, { spec }, by('Person/robot'), graph).missing).toEqual(['the manager of Person/ana'])
    expect(agreementOn(manager, { spec }, by('Person/cleo'), graph).missing).toEqual([])
  })

  it('all who have a hand in it are its authors', () => {
    expect(askersOf(record('cleo', ['new', 'engine', 'mail:ana@example.org']), graph)).toEqual([
      'Person/cleo',
      'Person/ana',
    ])
    expect(requesterOf(record('x@example.org', opened), graph)).toBe('x@example.org')
  })
})
