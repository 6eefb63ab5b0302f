import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Prompter } from '../engine/cli/forms/prompter.ts'
import type { DeclaredRecord } from '../engine/model/declared-record.ts'
import { documents, type Office, openOffice } from './office.ts'

/** The service desk: one place for any need, queues for those who look after them, questions where somebody sits at a terminal. */

let office: Office

const estate = documents(
  { kind: 'Team', metadata: { name: 'orders' }, spec: { members: ['ben'], supportHours: 'office' } },
  {
    kind: 'SupportHours',
    metadata: { name: 'office' },
    spec: {
      timeZone: 'Europe/Amsterdam',
      hours: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '08:00', until: '18:00' }],
    },
  },
  {
    kind: 'Service',
    metadata: { name: 'shop', owner: 'team/orders' },
    spec: { purpose: 'Customers order', hosts: ['web-01'] },
  },
  { kind: 'Service', metadata: { name: 'orphan' }, spec: { purpose: 'Nobody knows' } },
  {
    kind: 'CatalogItem',
    metadata: { name: 'larger-screen' },
    spec: {
      title: 'A larger screen',
      about: 'Somebody brings it to your place.',
      words: ['monitor', 'display'],
      team: 'operations',
      form: {
        properties: {
          room: { description: 'Where', type: 'string', minLength: 2 },
          inches: { description: 'How large', type: 'integer', minimum: 20, maximum: 40 },
        },
        required: ['room', 'inches'],
      },
      fulfilment: { task: {} },
    },
  },
)

beforeAll(async () => {
  office = await openOffice({ at: '2026-10-05T09:00:00Z', files: { 'inventory/desk.yaml': estate } })
}, 60_000)
afterAll(async () => office.close())
afterEach(() => {
  delete office.desk.prompter
})

const as = (name: string): readonly string[] => ['--key', office.colleague(name).keyFile]

async function json<Result>(...argv: string[]): Promise<Result> {
  return JSON.parse(await office.must([...argv, '--json'])) as Result
}

interface Asked {
  readonly record: DeclaredRecord
  readonly team: string | null
  readonly because?: string
  readonly next?: string
  readonly suggestions: readonly { readonly sort: string; readonly name: string }[]
}

interface Queue {
  readonly total: number
  readonly queue: readonly { readonly record: DeclaredRecord; readonly pressing?: { readonly state: string } }[]
}

const idsOf = ({ queue }: Queue): readonly string[] => queue.map((row) => row.record.id)

/** Somebody who answers what they are asked, in this order; undefined is an escape. Bad answers are held against the question first. */
function somebody(...answers: readonly (string | boolean | undefined)[]): Prompter & { readonly asked: string[] } {
  const asked: string[] = []
  let at = 0
  const next = (message: string) => {
    asked.push(message)
    if (at >= answers.length) throw new Error(`nobody said what to answer to: ${message}`)
    return answers[at++]
  }
  const choose = async ({ message, options }: { message: string; options: readonly { readonly value: string }[] }) => {
    const answer = next(message)
    if (answer !== undefined) expect(options.map((o) => o.value)).toContain(answer)
    return answer as string | undefined
  }
  return {
    asked,
    text: async ({ message, validate }) => {
      for (;;) {
        const answer = next(message) as string | undefined
        const fault = answer === undefined ? undefined : validate?.(answer)
        if (fault === undefined) return answer
        asked.push(fault)
      }
    },
    select: choose,
    search: choose,
    confirm: async ({ message }) => next(message) as boolean | undefined,
  }
}

describe('a need', () => {
  it('is met by what is known first, and opens nothing unasked', async () => {
    const told = await office.must(['desk', 'ask', 'I want a bigger monitor'])
    expect(told).toContain('A larger screen')
    expect(told).toContain('plumbline request new larger-screen')
    expect(told).toContain('nothing was opened yet')
    expect(await json<Queue>('desk', 'queue')).toEqual({ total: 0, queue: [] })
  })

  it('goes to the team that owns the service, and says why, and what comes next', async () => {
    const { record, team, because, next } = await json<Asked>(
      ...['desk', 'ask', 'The shop is slow', '--as', 'incident', '--service', 'shop', '--impact', 'high', ...as('ana')],
    )
    expect(record).toMatchObject({ type: 'incident', state: 'open', fields: { service: 'shop', team: 'orders' } })
    expect([team, because, next]).toEqual(['Team/orders', 'it owns Service/shop', 'The team acknowledges it'])
    const told = await office.must([
      'desk',
      'ask',
      'Who pays?',
      '--as',
      'question',
      '--service',
      'orphan',
      ...as('ana'),
    ])
    expect(told).toMatch(/QST-2026-00001.*open/)
    expect(told).toContain('no team is known for it yet')
    const item = await office.must([
      'desk',
      'ask',
      'My screen is too small',
      '--item',
      'larger-screen',
      '--set',
      'room=12',
      '--set',
      'inches=32',
      ...as('ana'),
    ])
    expect(item).toContain('Team/operations looks after it: it looks after CatalogItem/larger-screen')
  })

  it('is routed wherever it is opened, and a team that is named stays', async () => {
    const routed = await json<DeclaredRecord>(
      'incident',
      'new',
      'web-01 is down',
      '--item',
      'Host/web-01',
      ...as('ana'),
    )
    expect(routed.fields).toMatchObject({ team: 'orders' })
    const named = await json<DeclaredRecord>(
      ...['incident', 'new', 'Not ours', '--service', 'shop', '--team', 'security', ...as('ana')],
    )
    expect(named.fields).toMatchObject({ team: 'security' })
  })

  it('of the same sort again is told of what is open', async () => {
    const { suggestions } = await json<Asked>('desk', 'ask', 'slow shop')
    expect(suggestions[0]).toMatchObject({ sort: 'record', name: 'INC-2026-00001' })
  })

  it('without words is wrong use', async () => {
    expect((await office.desk.run('desk', 'ask')).status).toBe(64)
  })
})

describe('a queue', () => {
  it('is by priority, then by the time that is left; a late one goes before all of its priority', async () => {
    const all = await json<Queue>('desk', 'queue', '--type', 'incident')
    expect(idsOf(all)).toEqual(['INC-2026-00001', 'INC-2026-00002', 'INC-2026-00003'])
    expect(idsOf(await json<Queue>('desk', 'queue', '--team', 'orders'))).toEqual(['INC-2026-00001', 'INC-2026-00002'])
    expect(idsOf(await json<Queue>('desk', 'queue', '--unrouted'))).toEqual(['QST-2026-00001'])
    expect(idsOf(await json<Queue>('desk', 'queue', '--service', 'shop', '--priority', 'p3'))).toEqual([
      'INC-2026-00003',
    ])
    expect(await json<Queue>('desk', 'queue', '--limit', '1')).toMatchObject({ total: 5, queue: [{}] })
    office.turn(60)
    expect(await office.must(['desk', 'queue', '--team', 'orders'])).toMatch(
      /P2 +INC-2026-00001 +open .*acknowledged 30 min late/,
    )
    // Nobody is there at night: the clock stands still.
    await office.must(['incident', 'acknowledge', 'INC-2026-00001', '--assignee', 'ben', ...as('ben')])
    office.turn('2026-10-05T18:00:00Z')
    const before = await office.must(['desk', 'queue', '--mine', ...as('ben')])
    office.turn('2026-10-06T05:00:00Z')
    const after = await office.must(['desk', 'queue', '--mine', ...as('ben')])
    expect(before).toMatch(/restored in \d/)
    expect(/restored in [^,]*?(?= {2})/.exec(after)?.[0]).toBe(/restored in [^,]*?(?= {2})/.exec(before)?.[0])
  })

  it('shows who asked where it is and what comes next', async () => {
    const mine = await office.must(['desk', 'mine', ...as('ana')])
    expect(mine).toMatch(/INC-2026-00001 +acknowledged +orders +The shop is slow +Somebody works on it/)
    expect(await office.must(['desk', 'mine', ...as('cleo')])).toContain('you have asked for nothing')
  })

  it('is a queue whatever stands in a title', async () => {
    const hostile = `\u001b[2J\u202eevil ${'x'.repeat(280)}`
    await office.must(['incident', 'new', hostile, '--impact', 'low', '--urgency', 'low', ...as('cleo')])
    const table = await office.must(['desk', 'queue'])
    expect(table).not.toMatch(/[\u001b\u202e]/)
    expect(Math.max(...table.split('\n').map((line) => line.length))).toBeLessThan(250)
    expect(await office.must(['incident', 'list', '--priority', 'P5'])).toContain('…')
  })

  it('is found by words, the best first, over', async () => {
    const found = await json<{ readonly records: readonly { record: DeclaredRecord }[] }>(
      'desk',
      'search',
      'shop',
      'slow',
    )
    expect(found.records[0]?.record.id).toBe('INC-2026-00001')
    expect(await office.must(['desk', 'search', 'zzz'])).toContain('nothing is known')
    expect(await office.must(['desk', 'reindex'])).toContain('records are indexed')
    expect(await office.must(['incident', 'list', '--team', 'orders', '--assignee', 'ben'])).toContain('INC-2026-00001')
    expect(await office.must(['incident', 'show', 'INC-2026-00001'])).toMatch(
      /priority +P2\n.*acknowledge .*30 min late/s,
    )
  })
})

describe('questions at a terminal', () => {
  it('are asked for what a move needs and nobody said', async () => {
    const ben = somebody('', 'An index')
    office.desk.prompter = ben
    await office.must(['incident', 'resolve', 'INC-2026-00001', ...as('ben')])
    expect(ben.asked).toEqual([
      'resolution: What brought it back',
      'it has to be answered',
      'resolution: What brought it back',
    ])
    office.desk.prompter = somebody('It is slow again')
    await office.must(['incident', 'reopen', 'INC-2026-00001', ...as('ana')])
    const { record } = await json<{ readonly record: DeclaredRecord }>('incident', 'show', 'INC-2026-00001')
    expect(record.log.at(-1)).toMatchObject({ move: 'reopen', text: 'It is slow again' })
  })

  it('hold an answer against the schema of the form', async () => {
    const ana = somebody('12', 'huge', '50', '32')
    office.desk.prompter = ana
    const out = await office.must(['request', 'new', 'larger-screen', ...as('ana')])
    expect(out).toContain('REQ-2026-00002')
    expect(ana.asked).toEqual(expect.arrayContaining(['must be integer', 'must be <= 40']))
  })

  it('lead from words to a record', async () => {
    const ana = somebody('The lift is stuck', 'incident', 'orphan', 'high', 'high')
    office.desk.prompter = ana
    const out = await office.must(['desk', 'ask', ...as('ana')])
    expect(out).toMatch(/INC-2026-\d+ open: The lift is stuck/)
    office.desk.prompter = somebody('item larger-screen', '14', '24')
    expect(await office.must(['desk', 'ask', 'bigger monitor', ...as('ana')])).toContain('REQ-2026-00003')
    office.desk.prompter = somebody('helped')
    expect(await office.must(['desk', 'ask', 'bigger monitor', ...as('ana')])).not.toContain('REQ-2026-00004')
  })

  it('can be broken off, and nothing is written then', async () => {
    const before = await json<Queue>('desk', 'queue')
    office.desk.prompter = somebody(undefined)
    expect((await office.desk.run('incident', 'new', ...as('ana'))).status).toBe(130)
    office.desk.prompter = somebody('incident', undefined)
    const ran = await office.desk.run('desk', 'ask', 'zzz', ...as('ana'))
    expect([ran.status, ran.err]).toEqual([130, 'nothing was written\n'])
    delete office.desk.prompter
    expect((await json<Queue>('desk', 'queue')).total).toBe(before.total)
  })

  it('are told in one message where nobody sits there', async () => {
    const ran = await office.desk.run('visit', 'new')
    expect(ran.status).toBe(64)
    expect(ran.err).toMatch(/error: missing <title>, --\w+/)
  })
})
