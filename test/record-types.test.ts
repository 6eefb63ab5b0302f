import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { recordTypes } from '../engine/generated/record-types.ts'
import { validators } from '../engine/generated/validators.js'
import type { DeclaredRecord } from '../engine/model/declared-record.ts'
import { typeFaults } from '../engine/records/check-type.ts'
import { documents, type Office, openOffice } from './office.ts'

/** Records of declared types: those that come with the engine, and one that an estate makes itself, without code. */

let office: Office

/** Two types that set each other off for ever. */
const echo = (name: string, other: string, prefix: string) => ({
  kind: 'RecordType',
  metadata: { name },
  spec: {
    title: 'Echo',
    plural: 'echoes',
    prefix,
    fields: { properties: { pet: { description: 'Whose', type: 'string', ref: 'Team' } } },
    states: { heard: { title: 'Heard' }, over: { title: 'Over', final: true } },
    transitions: {
      new: { title: 'call', to: 'heard', sets: ['pet'] },
      ring: { title: 'ring again' },
      end: { title: 'end it', to: 'over' },
    },
    reactions: [{ on: { type: other, move: 'ring' }, do: 'ring', because: 'the other rang' }],
  },
})

const visit = documents({
  kind: 'RecordType',
  metadata: { name: 'visit' },
  spec: {
    title: 'Visit',
    plural: 'visits',
    prefix: 'VIS',
    fields: {
      properties: {
        host: { description: 'Who lets them in', type: 'string', ref: 'Person' },
        badge: { description: 'The badge they wear', type: 'integer' },
      },
      required: ['host'],
    },
    states: { announced: { title: 'Announced' }, inside: { title: 'Inside' }, over: { title: 'Over', final: true } },
    transitions: {
      new: { title: 'announce a visit', to: 'announced', sets: ['host'] },
      enter: {
        title: 'let them in',
        from: ['announced'],
        to: 'inside',
        sets: ['badge'],
        requires: ['badge'],
        who: 'actor.name == "Person/" + record.fields.host',
        guards: [{ rule: 'record.fields.badge < 100', message: 'there are a hundred badges' }],
      },
      leave: { title: 'see them out', from: ['inside'], to: 'over', comment: 'required' },
    },
    reactions: [
      {
        on: { type: 'incident', move: 'resolve', relation: 'about' },
        do: 'leave',
        because: 'what they came for is done',
      },
    ],
  },
})

beforeAll(async () => {
  office = await openOffice({
    files: {
      'schemas/records/visit.yaml': visit,
      'schemas/records/echo.yaml': documents(echo('ping', 'pong', 'PNG'), echo('pong', 'ping', 'POG')),
      'schemas/records/knock.yaml': documents(echo('knock', 'incident', 'KNK')),
      'inventory/cats.yaml': documents({ kind: 'Team', metadata: { name: 'cats' }, spec: { members: ['ana'] } }),
    },
  })
}, 60_000)
afterAll(async () => office.close())

const as = (name: string): readonly string[] => ['--key', office.colleague(name).keyFile]

async function made(...argv: string[]): Promise<DeclaredRecord> {
  return JSON.parse(await office.must([...argv, '--json'])) as DeclaredRecord
}

async function refused(...argv: string[]): Promise<string> {
  const ran = await office.desk.run(...argv)
  expect(ran.status, ran.out + ran.err).toBe(1)
  return ran.err
}

describe('record types that come with the engine', () => {
  it.each([...recordTypes])('%s is sound', async (name, document) => {
    const validate = validators.get('RecordType')
    expect(validate?.(document), JSON.stringify(validate?.errors)).toBe(true)
    expect(document.metadata.name).toBe(name)
    expect(await typeFaults({ name, spec: document.spec })).toEqual([])
  })

  it('have prefixes of their own', () => {
    const prefixes = [...recordTypes.values()].map((t) => t.spec.prefix)
    expect(new Set(prefixes).size).toBe(prefixes.length)
  })
})

describe('records of an incident', () => {
  it('are opened, moved, commented and shown', async () => {
    const opened = await made('incident', 'new', 'The shop is slow', '--impact', 'high', ...as('ana'))
    expect(opened).toMatchObject({ id: 'INC-2026-00001', state: 'open', fields: { impact: 'high', urgency: 'medium' } })
    await office.must(['incident', 'acknowledge', 'inc-2026-00001', '--assignee', 'ben', ...as('ben')])
    await office.must(['incident', 'comment', 'INC-2026-00001', 'It is the \u001b[2Jdatabase', ...as('ana')])
    expect(await refused('incident', 'resolve', 'INC-2026-00001', ...as('ben'))).toContain('resolution is missing')
    expect(await refused('incident', 'close', 'INC-2026-00001', ...as('ben'))).toContain('does not start in the state')
    expect(await refused('incident', 'assign', 'INC-2026-00001', '--team', 'nobody', ...as('ben'))).toContain(
      'there is no Team/nobody',
    )
    await office.must(['incident', 'resolve', 'INC-2026-00001', '--resolution', 'An index', ...as('ben')])
    const shown = await office.must(['incident', 'show', 'INC-2026-00001'])
    expect(shown).toContain('resolved: The shop is slow')
    expect(shown).not.toContain('\u001b[2J')
    expect(await office.must(['incident', 'list'])).toContain('INC-2026-00001')
    await office.must(['incident', 'close', 'INC-2026-00001', ...as('ben')])
    expect(await office.must(['incident', 'list'])).toContain('no incidents are open')
  })

  it('nobody is lost where two people write at once', async () => {
    const { id } = await made('incident', 'new', 'Two at once', ...as('ana'))
    await Promise.all(
      ['ana', 'ben', 'cleo'].map((name) => office.must(['incident', 'comment', id, `${name} was here`, ...as(name)])),
    )
    const { record } = JSON.parse(await office.must(['incident', 'show', id, '--json'])) as { record: DeclaredRecord }
    expect(
      record.log
        .map((l) => l.text)
        .filter(Boolean)
        .sort(),
    ).toEqual(['ana was here', 'ben was here', 'cleo was here'].sort())
  })
})

describe('records of a type that the estate declares itself', () => {
  it('have commands, and the rules that the document says', async () => {
    const { id } = await made('visit', 'new', 'The auditor', '--host', 'ana', ...as('ben'))
    expect(id).toBe('VIS-2026-00001')
    expect(await refused('visit', 'enter', id, '--badge', '7', ...as('ben'))).toContain('may not enter')
    expect(await refused('visit', 'enter', id, '--badge', '700', ...as('ana'))).toContain('there are a hundred badges')
    expect(await refused('visit', 'enter', id, '--badge', 'seven', ...as('ana'))).toContain('must be integer')
    await office.must(['visit', 'enter', id, '--badge', '7', ...as('ana')])
    expect(await refused('visit', 'leave', id, ...as('ana'))).toContain('has to say why')
    await office.must(['visit', 'leave', id, '-m', 'all was well', ...as('ben')])
    expect(await office.must(['visit', 'list', '--all'])).toContain('over')
    expect((await office.desk.run('visits', 'list')).status).toBe(64)
  })

  it('move along with what they are linked to, once', async () => {
    const incident = await made('incident', 'new', 'The lift is stuck', ...as('ana'))
    const { id } = await made(
      'visit',
      'new',
      'The engineer',
      '--host',
      'ana',
      '--link',
      `about=${incident.id}`,
      ...as('ben'),
    )
    await office.must(['visit', 'enter', id, '--badge', '8', ...as('ana')])
    await office.must(['work', '--once'])
    await office.must(['incident', 'resolve', incident.id, '--resolution', 'Oiled', ...as('ana')])
    expect(await office.must(['work', '--once'])).toContain('reactions 1')
    expect(await office.must(['work', '--once'])).not.toContain('reactions')
    const shown = await office.must(['visit', 'show', id])
    expect(shown).toContain('over: The engineer')
    expect(shown).toContain(`what they came for is done (${incident.id})`)
  })

  it('do not set each other off for ever', async () => {
    const ping = await made('ping', 'new', 'One', ...as('ana'))
    const pong = await made('pong', 'new', 'Two', '--pet', 'cats', '--link', `about=${ping.id}`, ...as('ana'))
    await office.must(['ping', 'link', ping.id, 'about', pong.id, ...as('ana')])
    await office.must(['work', '--once'])
    await office.must(['ping', 'ring', ping.id, ...as('ana')])
    let turns = 0
    while ((await office.must(['work', '--once'])).includes('reactions') && turns < 30) turns += 1
    expect(turns).toBeLessThan(15)
  })

  it('can be looked at and ended when their type or what they name is gone, and keep their letters', async () => {
    const { id } = await made('knock', 'new', 'Who is there', ...as('ben'))
    const files = { 'schemas/records/knock.yaml': null, 'inventory/cats.yaml': null }
    await office.approved({ branch: 'gone', author: 'ana', files })
    expect(await office.must(['knock', 'list', '--all'])).toContain(id)
    expect(await office.must(['knock', 'show', id])).toContain('heard: Who is there')
    expect(await refused('knock', 'new', 'Again', ...as('ben'))).toContain('no type of record')
    await office.must(['pong', 'end', 'POG-2026-00001', ...as('ana')])
    const other = echo('vision', 'pong', 'KNK')
    await office.approved({
      branch: 'vision',
      author: 'ana',
      files: { 'schemas/records/vision.yaml': documents(other) },
    })
    expect(await refused('vision', 'new', 'A unicorn', ...as('ana'))).toContain('as those of knock do')
  })

  it('are vouched for by the ledger', async () => {
    const audit = await office.must(['audit', 'verify'])
    expect(audit).toMatch(/holds|verified|entries/)
  })
})
