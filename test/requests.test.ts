import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openGitLedger } from '../engine/adapters/git/git-ledger.ts'
import { recordTypes } from '../engine/generated/record-types.ts'
import { declaredEntry, moveRecord } from '../engine/ledger/declared-record.ts'
import type { DeclaredRecord, RecordTypeSpec } from '../engine/model/declared-record.ts'
import { documents, type Office, openOffice } from './office.ts'

/** What people ask for: from the catalogue, agreed to, proposed as documents, fulfilled by a change, and open again where that is taken back. */

let office: Office

const catalogue = documents(
  {
    kind: 'CatalogItem',
    metadata: { name: 'message' },
    spec: {
      title: 'A message of the day',
      team: 'operations',
      target: 'PT4H',
      form: {
        properties: {
          text: { description: 'The text', type: 'string', maxLength: 200 },
          host: { description: 'Where', type: 'string', ref: 'Host' },
          lines: { description: 'How many lines', type: 'integer', default: 1 },
        },
        required: ['text', 'host'],
      },
      eligible: '"Team/operations" in requester.teams && form.text != "nonsense"',
      approvals: [{ people: ['cleo'] }],
      fulfilment: {
        pullRequest: {
          documents: [
            {
              file: 'inventory/{{ id | downcase }}.yaml',
              document: {
                kind: 'Profile',
                metadata: { name: '{{ id | downcase }}', labels: { lines: 'n{{ form.lines }}' } },
                spec: {
                  selector: { hosts: ['{{ form.host }}'] },
                  resources: [{ file: { path: '/etc/motd', content: '{{ form.text }}\n' } }],
                },
              },
            },
          ],
        },
      },
    },
  },
  {
    kind: 'CatalogItem',
    metadata: { name: 'note' },
    spec: {
      title: 'A note',
      team: 'operations',
      form: { properties: { name: { description: 'Its name', type: 'string' } }, required: ['name'] },
      fulfilment: {
        pullRequest: {
          documents: [
            {
              file: 'inventory/{{ form.name }}.yaml',
              document: { kind: 'Profile', metadata: { name: 'note' }, spec: { selector: {}, resources: [] } },
            },
          ],
        },
      },
    },
  },
  {
    kind: 'CatalogItem',
    metadata: { name: 'leaver' },
    spec: {
      title: 'Somebody leaves',
      team: 'operations',
      form: { properties: { person: { description: 'Who', type: 'string', ref: 'Person' } }, required: ['person'] },
      fulfilment: {
        pullRequest: { patches: [{ document: 'Person/{{ form.person }}', set: { 'spec.active': false } }] },
      },
    },
  },
  {
    kind: 'CatalogItem',
    metadata: { name: 'address' },
    spec: {
      title: 'A new address',
      team: 'operations',
      form: { properties: { prefix: { description: 'Where', type: 'string', ref: 'Prefix' } }, required: ['prefix'] },
      fulfilment: {
        pullRequest: {
          documents: [
            {
              file: 'inventory/{{ id | downcase }}.yaml',
              document: {
                kind: 'Address',
                metadata: { name: '{{ id | downcase }}' },
                spec: { address: { from: 'prefix/{{ form.prefix }}' } },
              },
            },
          ],
        },
      },
    },
  },
  { kind: 'Prefix', metadata: { name: 'servers' }, spec: { prefix: '10.20.3.0/29', gateway: '10.20.3.1' } },
  { kind: 'Prefix', metadata: { name: 'point' }, spec: { prefix: '10.20.4.0/31' } },
  { kind: 'Address', metadata: { name: 'one' }, spec: { address: '10.20.4.0' } },
  { kind: 'Address', metadata: { name: 'other' }, spec: { address: '10.20.4.1' } },
)

beforeAll(async () => {
  office = await openOffice({ files: { 'inventory/catalogue.yaml': catalogue } })
}, 60_000)
afterAll(async () => office.close())

const as = (name: string): readonly string[] => ['--key', office.colleague(name).keyFile]

async function made(...argv: string[]): Promise<DeclaredRecord> {
  return JSON.parse(await office.must([...argv, '--json'])) as DeclaredRecord
}

async function shown(id: string): Promise<DeclaredRecord> {
  return (JSON.parse(await office.must(['request', 'show', id, '--json'])) as { record: DeclaredRecord }).record
}

async function refused(...argv: string[]): Promise<string> {
  const ran = await office.desk.run(...argv)
  expect(ran.status, ran.out).toBe(1)
  return ran.err
}

const hostile = 'hello: "you"\n- {{ id }} # <b>'

describe('a request from the catalogue', () => {
  it('is listed, held to its form, and refused to those it is not for', async () => {
    expect(await office.must(['catalog'])).toContain('A message of the day')
    expect(await office.must(['catalog', 'message'])).toContain('has to be answered')
    expect(await refused('request', 'new', 'message', '--set', 'text=x', ...as('ana'))).toContain("'host'")
    expect(await refused('request', 'new', 'message', '--set', 'text=x', '--set', 'host=no', ...as('ana'))).toContain(
      'there is no Host/no',
    )
    const nonsense = ['--set', 'text=nonsense', '--set', 'host=web-01']
    expect(await refused('request', 'new', 'message', ...nonsense, ...as('ana'))).toContain('may not ask for')
    expect(await refused('request', 'new', 'massage', ...as('ana'))).toContain('there is no CatalogItem/massage')
  })

  it('is agreed to by those its item names and nobody else, and never by who asks', async () => {
    const answers = ['--set', `text=${hostile}`, '--set', 'host=web-01', '--reason', 'people shall be greeted']
    const { id, fields } = await made('request', 'new', 'message', ...answers, ...as('ana'))
    expect(fields).toMatchObject({ item: 'message', team: 'operations', requester: 'Person/ana', form: { lines: 1 } })
    await office.must(['work', '--once'])
    expect(await refused('request', 'approve', id, ...as('ana'))).toContain('may not approve')
    expect(await refused('request', 'accept', id, ...as('ana'))).toContain('may not accept')
    await office.must(['request', 'approve', id, ...as('ben')])
    await office.must(['work', '--once'])
    expect((await shown(id)).state).toBe('submitted')
    await office.must(['request', 'approve', id, ...as('cleo')])
    await office.must(['work', '--once'])
    expect(await shown(id)).toMatchObject({ state: 'in-progress', links: [{ relation: 'proposed-as' }] })
  })

  it('becomes documents in which an answer is an answer, whatever stands in it', async () => {
    const file = execFileSync('git', ['show', 'request/REQ-2026-00001:inventory/req-2026-00001.yaml'], {
      cwd: office.desk.folder,
      encoding: 'utf8',
    })
    expect(file).toContain('name: req-2026-00001')
    office.desk.git('merge', '--quiet', '--ff-only', 'request/REQ-2026-00001')
    expect(await office.must(['get', 'profile', 'req-2026-00001', '--json'])).toContain(
      JSON.stringify(hostile).slice(1, -1),
    )
    office.desk.git('reset', '--quiet', '--hard', 'HEAD~1')
  })

  it('is fulfilled once its change is applied, and open again once that is rolled back', async () => {
    const key = office.colleague('ben').keyFile
    await office.must(['approve', 'request/REQ-2026-00001', '--key', key])
    office.merge('request/REQ-2026-00001')
    await office.must(['apply'])
    await office.must(['work', '--once'])
    expect(await shown('REQ-2026-00001')).toMatchObject({
      state: 'fulfilled',
      links: [{ relation: 'proposed-as' }, { relation: 'fulfilled-by', to: 'CHG-2026-00001' }],
    })
    await office.must(['rollback', 'CHG-2026-00001', '--branch', 'back', ...as('cleo')])
    await office.must(['approve', 'back', '--key', key])
    office.merge('back')
    await office.must(['apply'])
    await office.must(['work', '--once'])
    const { state, log } = await shown('REQ-2026-00001')
    expect(state).toBe('in-progress')
    expect(log.at(-1)?.text).toContain('rolled back')
    // What is built on it later is another change.
    const files = {
      'inventory/later.yaml': documents({ kind: 'Team', metadata: { name: 'later' }, spec: { members: ['ana'] } }),
    }
    await office.approved({ branch: 'later', author: 'ana', files })
    await office.must(['apply'])
    await office.must(['work', '--once'])
    expect(await shown('REQ-2026-00001')).toMatchObject({ state: 'in-progress' })
  })

  it('is proposed by the engine, which the one who asked can not approve', async () => {
    const { id } = await made('request', 'new', 'leaver', '--set', 'person=ben', ...as('ana'))
    await office.must(['work', '--once'])
    expect(await shown(id)).toMatchObject({ state: 'in-progress' })
    const own = await office.desk.run('approve', `request/${id}`, '--key', office.colleague('ana').keyFile)
    expect(own.status, own.out).not.toBe(0)
  })

  it('is given the next free address, leased for its branch, though two ask before either is merged', async () => {
    const asked = [
      await made('request', 'new', 'address', '--set', 'prefix=servers', ...as('ana')),
      await made('request', 'new', 'address', '--set', 'prefix=servers', ...as('ben')),
    ]
    await office.must(['work', '--once'])
    const said = asked.map(({ id }) =>
      execFileSync('git', ['show', `request/${id}:inventory/${id.toLowerCase()}.yaml`], {
        cwd: office.desk.folder,
        encoding: 'utf8',
      }),
    )
    expect(said.map((text) => /address: "?(10\.20\.3\.\d)"?$/m.exec(text)?.[1]).sort()).toEqual([
      '10.20.3.2',
      '10.20.3.3',
    ])
    const leases = await office.must(['address', 'leases'])
    for (const { id } of asked) expect(leases).toContain(`Address/${id.toLowerCase()}`)
  })

  it('says that nothing is free, and leases nothing', async () => {
    const { id } = await made('request', 'new', 'address', '--set', 'prefix=point', ...as('ana'))
    await office.must(['work', '--once'])
    const { state, log } = await shown(id)
    expect(state).toBe('waiting')
    expect(log.at(-1)?.text).toContain('nothing left that is free')
    expect(await office.must(['address', 'leases'])).not.toContain(id.toLowerCase())
  })

  it('is not approved by whoever asked for somebody else, nor by whom they asked for', async () => {
    const { id, fields } = await made(
      ...['request', 'new', 'leaver', '--set', 'person=ben', '--requester', 'person/Cleo', ...as('ana')],
    )
    expect(fields).toMatchObject({ requester: 'Person/cleo' })
    await office.must(['work', '--once'])
    for (const name of ['ana', 'cleo']) {
      const own = await office.desk.run('approve', `request/${id}`, ...as(name))
      expect(own.status, own.out).not.toBe(0)
    }
    const message = ['--set', 'text=hello', '--set', 'host=web-01']
    const other = await made('request', 'new', 'message', ...message, '--requester', 'cleo@example.org', ...as('ana'))
    expect(await refused('request', 'approve', other.id, ...as('cleo'))).toContain('may not approve')
    expect(
      await refused('request', 'new', 'leaver', '--set', 'person=ben', '--requester', 'cloe', ...as('ana')),
    ).toContain('there is no person cloe')
    expect(await refused('request', 'wait', other.id, '-m', 'x', ...as('ana'))).toContain('does not start in the state')
  })

  it('puts documents where its item says, whatever is answered', async () => {
    const { id } = await made('request', 'new', 'note', '--set', 'name=deeper/note', ...as('ana'))
    await office.must(['work', '--once'])
    const { state, log } = await shown(id)
    expect(state).toBe('waiting')
    expect(log.at(-1)?.text).toContain('an answer names no folder')
  })

  it('says why where it does not come out, and leaves nothing', async () => {
    const { id } = await made('request', 'new', 'leaver', '--set', 'person=nobody', ...as('ana')).catch(() => ({
      id: '',
    }))
    expect(id).toBe('')
    const second = await made('request', 'new', '--title', 'A larger screen', '--team', 'operations', ...as('ana'))
    await office.must(['work', '--once'])
    expect((await shown(second.id)).state).toBe('submitted')
    expect(await office.must(['audit', 'verify'])).toMatch(/entries/)
  })
})

describe('a request that somebody wrote into the ledger with a client of their own', () => {
  it('is not fulfilled, whoever it says agreed', async () => {
    const type = { name: 'request', spec: recordTypes.get('request')?.spec as RecordTypeSpec }
    const answers = ['--set', 'text=mine', '--set', 'host=web-01']
    const record = await made('request', 'new', 'message', ...answers, ...as('ana'))
    const who = { uuid: randomUUID(), at: record.openedAt, actor: 'Person/cleo' } as const
    const approved = moveRecord(type, record, { name: 'approve' }, who)
    if ('refused' in approved) throw new Error(approved.refused.summary)
    const ledger = await openGitLedger(office.desk.folder, { branch: 'ledger' })
    const forged = declaredEntry(approved.record, office.colleague('ana').signer)
    await ledger.append(async () => ({ entries: [forged], result: undefined }))
    ledger.close()
    expect(await office.must(['work', '--once'])).toContain('Person/cleo did not sign it')
    expect((await shown(record.id)).state).toBe('submitted')
    expect((await office.desk.run('audit', 'verify')).out).toContain('no key of Person/cleo')
  })
})
