import { afterAll, beforeAll, expect, it } from 'vitest'
import type { DeclaredRecord } from '../../engine/model/declared-record.ts'
import { document, file } from './estate/documents.ts'
import { applied, approve, type Estate, makeEstate } from './estate/estate.ts'
import { bootFleet, describeFleet, type Fleet } from './fleet.ts'
import { waitFor } from './harness/wait.ts'

const seconds = 1000
/** Long enough to be applied and used once. */
const lasts = 25

const operator = document('Role', 'operator', { purpose: 'Look what is going on', groups: ['adm'] })
const shellAccess = document('CatalogItem', 'shell-access', {
  title: 'Shell access to a host',
  team: 'operations',
  form: {
    properties: {
      host: { description: 'The host', type: 'string', ref: 'Host' },
      hours: { description: 'How many hours', type: 'number', exclusiveMinimum: 0, maximum: 24 },
    },
    required: ['host', 'hours'],
  },
  approvals: [{ people: ['cleo'] }],
  fulfilment: {
    pullRequest: {
      documents: [
        {
          file: 'inventory/requests/{{ id | downcase }}.yaml',
          document: {
            kind: 'AccessGrant',
            metadata: { name: '{{ id | downcase }}' },
            spec: {
              to: ['{{ requester.address }}'],
              role: 'operator',
              on: { hosts: ['{{ form.host }}'] },
              hours: '{{ form.hours }}',
              reason: '{{ reason }}',
            },
          },
        },
      ],
    },
  },
})

await describeFleet('shell access that somebody asks for', () => {
  let fleet: Fleet
  let estate: Estate
  let id = ''

  beforeAll(async () => {
    fleet = await bootFleet({ names: ['web-01'] })
    const files = { 'inventory/catalogue.yaml': file(operator, shellAccess) }
    estate = await makeEstate({ fleet, rollout: { batch: '100%', maxFailures: 0 }, files })
  }, 900 * seconds)

  afterAll(async () => {
    estate?.remove()
    await fleet?.stop()
  })

  const comesIn = async () => {
    const host = fleet.host('web-01')
    return (await estate.ben.ssh(host.address, host.hostKey, 'id -un')).code === 0
  }
  const shown = async (): Promise<DeclaredRecord> =>
    (JSON.parse(await estate.engine.expects(0, 'request', 'show', id, '--json')) as { record: DeclaredRecord }).record

  it('is asked for, agreed to, and proposed as a branch', async () => {
    const { ben, cleo, engine } = estate
    const answers = ['--set', 'host=web-01', '--set', `hours=${lasts / 3600}`, '--reason', 'The shop is slow']
    id = (JSON.parse(await ben.expects(0, 'request', 'new', 'shell-access', ...answers, '--json')) as DeclaredRecord).id
    await engine.expects(0, 'work', '--once')
    expect((await shown()).state).toBe('submitted')
    await ben.expects(1, 'request', 'approve', id)
    await cleo.expects(0, 'request', 'approve', id)
    await engine.expects(0, 'work', '--once')
    expect(await shown()).toMatchObject({ state: 'in-progress', links: [{ relation: 'proposed-as' }] })
  }, 120_000)

  it('lets them in once the change is approved by somebody else and applied', async () => {
    const { ana, ben, cleo, engine } = estate
    await ben.git('fetch', '--quiet')
    expect(await ben.expects(1, 'approve', `origin/request/${id}`)).toBeDefined()
    const change = await approve(cleo, `request/${id}`)
    await ana.git('fetch', '--quiet')
    await ana.git('switch', '--quiet', 'main')
    await ana.git('pull', '--quiet', 'origin', 'main')
    await ana.git('merge', '--quiet', '--no-ff', '--no-edit', `origin/request/${id}`)
    await ana.git('push', '--quiet', 'origin', 'main')
    await engine.pull()
    expect((await applied(engine)).changes).toMatchObject([{ change, state: 'implemented' }])
    expect(await comesIn()).toBe(true)
    await engine.expects(0, 'work', '--once')
    expect((await shown()).state).toBe('fulfilled')
    expect((await shown()).links).toContainEqual({ relation: 'fulfilled-by', to: change })
  }, 120_000)

  it('ends by itself on the host, and every step is in the ledger', async () => {
    const { engine } = estate
    const grant = (await shown()).links.find((l) => l.relation === 'fulfilled-by')?.to ?? ''
    const started = Date.parse((await estate.record(grant)).deployment?.startedAt ?? '')
    const over = started + (lasts + 1) * seconds
    await waitFor({ what: 'the end', deadline: 60 * seconds, probe: () => (Date.now() > over ? true : undefined) })
    expect(await comesIn()).toBe(false)
    expect((await shown()).log.map((line) => line.move)).toEqual([
      'new',
      'approve',
      'accept',
      'start',
      'link',
      'fulfil',
    ])
    expect(await engine.expects(0, 'audit', 'verify')).toContain('true')
  }, 120_000)
})
