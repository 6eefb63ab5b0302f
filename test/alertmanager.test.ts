import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DeclaredRecord } from '../engine/model/declared-record.ts'
import { type Alertmanager, alertmanagerMissing, alertmanagerThere, startAlertmanager } from './alertmanager.ts'
import { documents, type Office, openOffice } from './office.ts'

/**
 * A real Alertmanager, as Debian packages it: it is told of alerts, sends its webhook to `plumbline serve`, and an incident is opened,
 * kept up and resolved. Skipped where it is not installed, unless PLUMBLINE_FLEET is `required`.
 */

const there = alertmanagerThere
const required = process.env['PLUMBLINE_FLEET'] === 'required'
const main = join(import.meta.dirname, '../engine/main.ts')
const token = 'only this Alertmanager has it'.replaceAll(' ', '-')

type Line = Readonly<Record<string, unknown>>

const estate = documents(
  {
    kind: 'EventSource',
    metadata: { name: 'alerts' },
    spec: {
      format: 'alertmanager',
      token: { secret: 'env/ALERT_TOKEN' },
      documents: [
        { label: 'instance', kind: 'Host' },
        { label: 'service', kind: 'Service' },
      ],
    },
  },
  {
    kind: 'EventRule',
    metadata: { name: 'critical' },
    spec: { match: { labels: { severity: 'critical' } }, incident: { urgency: 'high' } },
  },
  {
    kind: 'Service',
    metadata: { name: 'shop', owner: 'team/operations' },
    spec: { purpose: 'People buy things', criticality: 5, dependsOn: ['database'] },
  },
  {
    kind: 'Service',
    metadata: { name: 'database', owner: 'team/operations' },
    spec: { purpose: 'Keeps the orders', criticality: 4, hosts: ['db-01'] },
  },
)

let office: Office
let alertmanager: Alertmanager
const children: ChildProcess[] = []
const lines: Line[] = []
let wake = (): void => undefined

/** Resolves once something that is asked for again whenever a server logs anything is there. */
async function until<Found>(look: () => Promise<Found | undefined> | Found | undefined): Promise<Found> {
  for (;;) {
    const logged = new Promise<void>((resolve) => {
      wake = resolve
    })
    const found = await look()
    if (found !== undefined) return found
    await logged
  }
}

function start(command: string, args: readonly string[], env: NodeJS.ProcessEnv): ChildProcess {
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  children.push(child)
  return child
}

beforeAll(async () => {
  if (!there) return
  office = await openOffice({
    hosts: { 'web-01': 'prod', 'db-01': 'prod' },
    at: new Date().toISOString(),
    files: { 'inventory/events.yaml': estate },
  })
  const env = { ...office.desk.env, PLUMBLINE_SECRET_ALERT_TOKEN: token } as NodeJS.ProcessEnv
  const args = ['--import', 'tsx', main, '-C', office.desk.folder, 'serve', '--listen', '127.0.0.1:0']
  const server = start(process.execPath, args, env)
  let err = ''
  server.stderr?.on('data', (data) => {
    err += String(data)
  })
  if (server.stdout !== null)
    createInterface({ input: server.stdout }).on('line', (line) => {
      lines.push(JSON.parse(line) as Line)
      wake()
    })
  const { address } = await Promise.race([
    until(() => lines.find((line) => line['event'] === 'listening')),
    once(server, 'exit').then(() => Promise.reject(new Error(`it did not listen\n${err}`))),
  ])
  alertmanager = await startAlertmanager(`${String(address)}/events/alertmanager`, token)
}, 120_000)

afterAll(async () => {
  await alertmanager?.stop()
  for (const child of children.reverse()) {
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    if (child.exitCode === null && child.signalCode === null) await ended
  }
  if (!there) return
  await office.close()
}, 60_000)

const alert: Alertmanager['alert'] = (labels, more) => alertmanager.alert(labels, more)

const incidents = async (): Promise<readonly DeclaredRecord[]> =>
  (
    JSON.parse(await office.must(['incident', 'list', '--all', '--json'])) as {
      readonly incident: readonly DeclaredRecord[]
    }
  ).incident

const down = { alertname: 'InstanceDown', instance: 'db-01.example.org:9100', severity: 'critical' }
const slow = { alertname: 'Slow', service: 'shop', severity: 'critical' }

it.runIf(required && !there)('Alertmanager is installed', () => {
  throw new Error(alertmanagerMissing)
})

describe.runIf(there)('alerts of a real Alertmanager', () => {
  it('open one incident for what stands on each other, on the right service, with the deepest of it as what fails', async () => {
    await alert(slow, { annotations: { summary: 'Half of the pages take 10 s' } })
    await until(async () => (await incidents()).find((i) => i.state === 'open'))
    await alert(down, { annotations: { summary: 'db-01 does not answer' } })
    const found = await until(async () => (await incidents()).find((i) => i.fields['item'] === 'Host/db-01'))
    expect(await incidents()).toHaveLength(1)
    expect(found).toMatchObject({
      id: expect.stringMatching(/^INC-/),
      state: 'open',
      openedBy: 'engine',
      fields: { service: 'shop', item: 'Host/db-01', impact: 'high', urgency: 'high', team: 'operations' },
    })
    expect(found.log[0]).toMatchObject({ by: 'engine', via: 'alertmanager' })
  }, 120_000)

  it('resolve it once all of them are over', async () => {
    const endsAt = new Date().toISOString()
    await alert(slow, { endsAt })
    await until(async () =>
      (await incidents()).find((i) => i.log.some((line) => /^is over: .*Service\/shop/m.test(line.text ?? ''))),
    )
    expect((await incidents())[0]?.state).toBe('open')
    await alert(down, { endsAt: new Date().toISOString() })
    const found = await until(async () => (await incidents()).find((i) => i.state === 'resolved'))
    expect(found.fields['resolution']).toContain('everything that raised it is over')
    expect(
      execFileSync('git', ['-C', office.desk.folder, 'log', '--format=%s', 'ledger'], { encoding: 'utf8' }),
    ).toContain(found.id)
  }, 120_000)
})
