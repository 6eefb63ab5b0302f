import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { DeclaredRecord } from '../../engine/model/declared-record.ts'
import { type Alertmanager, alertmanagerMissing, alertmanagerThere, startAlertmanager } from '../alertmanager.ts'
import { type MailServer, openMailServer } from '../mail-server.ts'
import { document, file, profile } from './estate/documents.ts'
import { applied, approve, type Estate, makeEstate } from './estate/estate.ts'
import type { Running } from './estate/running.ts'
import { bootFleet, describeFleet, type Fleet } from './fleet.ts'
import { waitFor } from './harness/wait.ts'

/**
 * An alert of a real Alertmanager becomes an incident on the right service, whoever is on call gets a mail, the change that broke it is
 * named and taken back from the incident, and the third of its kind is proposed as a problem. Then somebody asks for a shell, for a while.
 */

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

const token = 'known-to-this-alertmanager-alone'
const down = { alertname: 'ShopDown', instance: 'web-01:9100', severity: 'critical' }

/** Who is called, who is told, and what alerts mean. */
const operations = file(
  document('Service', 'shop', { purpose: 'People buy books', criticality: 5, hosts: ['web-01'] }),
  document('EventSource', 'alerts', {
    format: 'alertmanager',
    token: { secret: 'env/ALERT_TOKEN' },
    documents: [{ label: 'instance', kind: 'Host' }],
  }),
  document('EventRule', 'critical', {
    match: { labels: { severity: 'critical' } },
    incident: { urgency: 'high', impact: 'high' },
    // It comes and goes three times within minutes here, and each time is meant.
    flapping: { changes: 60 },
  }),
  document('OnCall', 'operations', {
    team: 'operations',
    timeZone: 'Europe/Amsterdam',
    layers: [{ name: 'week', people: ['cleo'], start: '2026-01-05T09:00' }],
  }),
  document('EscalationPolicy', 'operations', { teams: ['operations'], steps: [{ page: [{ onCall: 'operations' }] }] }),
  document('NotificationRule', 'page', {
    types: ['incident'],
    moves: ['page'],
    to: { roles: ['on-call'] },
    by: { mail: true },
  }),
)

const shopConfig = (value: string) =>
  file(
    profile('shop', { labels: { role: 'web' } }, [{ file: { path: '/etc/shop.conf', content: `pool = ${value}\n` } }]),
  )

await describeFleet('operations, from an alert to the problem behind it', () => {
  let fleet: Fleet
  let estate: Estate
  let mail: MailServer
  let server: Running
  let alertmanager: Alertmanager
  let scratch: string
  let id = ''
  let breaking = ''

  beforeAll(async () => {
    if (!alertmanagerThere) throw new Error(alertmanagerMissing)
    scratch = mkdtempSync(join(tmpdir(), 'plumbline-operations-'))
    mail = await openMailServer(join(scratch, 'mail'))
    fleet = await bootFleet({ names: ['web-01'] })
    const files = {
      'inventory/catalogue.yaml': file(operator, shellAccess),
      'inventory/operations.yaml': operations,
      'inventory/shop.yaml': shopConfig('20'),
    }
    estate = await makeEstate({ fleet, rollout: { batch: '100%', maxFailures: 0 }, files })
    const { cleo, engine } = estate
    Object.assign(engine.env, { PLUMBLINE_SMTP_URL: mail.url, PLUMBLINE_MAIL_FROM: 'desk@example.org' })
    await approve(cleo, 'main')
    await applied(engine)
    await engine.expects(0, 'work', '--once')
    server = engine.start(['serve', '--listen', '127.0.0.1:0'], { PLUMBLINE_SECRET_ALERT_TOKEN: token })
    const listening = await waitFor({
      what: 'that it listens',
      deadline: 60 * seconds,
      probe: () =>
        (server.events as unknown as { event: string; address: string }[]).find((e) => e.event === 'listening'),
    })
    alertmanager = await startAlertmanager(`${listening.address}/events/alertmanager`, token)
  }, 900 * seconds)

  afterAll(async () => {
    await alertmanager?.stop()
    await server?.kill()
    estate?.remove()
    await fleet?.stop()
    await mail?.close()
    rmSync(scratch, { recursive: true, force: true })
  })

  const incidents = async (): Promise<readonly DeclaredRecord[]> =>
    (
      JSON.parse(await estate.engine.expects(0, 'incident', 'list', '--all', '--json')) as {
        incident: readonly DeclaredRecord[]
      }
    ).incident
  const incident = (state: string) =>
    waitFor({
      what: `an incident that is ${state}`,
      deadline: 60 * seconds,
      probe: async () => (await incidents()).find((i) => i.state === state),
    })
  const conf = async () => (await fleet.host('web-01').exec('cat /etc/shop.conf')).stdout

  it('an alert opens an incident on the service, and whoever is on call has a mail', async () => {
    breaking = await estate.approved('more', { 'inventory/shop.yaml': shopConfig('0') })
    await applied(estate.engine)
    expect(await conf()).toBe('pool = 0\n')
    await alertmanager.alert(down, { annotations: { summary: 'No page is answered' } })
    const opened = await incident('open')
    expect(opened.fields).toMatchObject({ service: 'shop', item: 'Host/web-01', team: 'operations', impact: 'high' })
    await estate.engine.expects(0, 'work', '--once')
    await estate.engine.expects(0, 'work', '--once')
    const [letter = ''] = mail.mailbox('cleo@example.org')
    expect(letter).toContain(opened.id)
    expect((await incidents())[0]?.fields['paged']).toEqual(['Person/cleo'])
  }, 180_000)

  it('the change that broke it is named first, and taking it back from the incident brings the host back and resolves it', async () => {
    const { ana, ben, cleo, engine } = estate
    const { id: number } = await incident('open')
    await cleo.expects(0, 'incident', 'acknowledge', number, '--assignee', 'cleo')
    const { suspects } = JSON.parse(await cleo.expects(0, 'incident', 'suspects', number, '--json'))
    expect(suspects[0]).toMatchObject({ id: breaking })
    await cleo.pull()
    const proposed = JSON.parse(await cleo.expects(2, 'incident', 'rollback', number, '--json'))
    await cleo.git('push', '--quiet', 'origin', proposed.branch)
    const back = await approve(ben, proposed.branch)
    await ana.merge(proposed.branch)
    await engine.pull()
    expect((await applied(engine)).changes).toMatchObject([{ change: back, state: 'implemented' }])
    expect(await conf()).toBe('pool = 20\n')
    await alertmanager.alert(down, { endsAt: new Date().toISOString() })
    await engine.expects(0, 'work', '--once')
    await incident('resolved')
    await cleo.expects(0, 'incident', 'review', number, '--review', 'A pool of nothing serves nobody')
    await cleo.expects(0, 'incident', 'close', number)
  }, 180_000)

  it('the third of its kind is proposed as a problem', async () => {
    const { cleo, engine } = estate
    for (const turn of [2, 3]) {
      await alertmanager.alert(down, { annotations: { summary: 'No page is answered' } })
      const { id: number } = await incident('open')
      await engine.expects(0, 'work', '--once')
      await alertmanager.alert(down, { endsAt: new Date().toISOString() })
      await incident('resolved')
      await cleo.expects(0, 'incident', 'review', number, '--review', `It came again, the time ${turn}`)
      await cleo.expects(0, 'incident', 'close', number)
    }
    await engine.expects(0, 'work', '--once')
    const { problem } = JSON.parse(await engine.expects(0, 'problem', 'list', '--json'))
    expect(problem).toMatchObject([{ state: 'proposed', fields: { service: 'shop' } }])
  }, 180_000)

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
