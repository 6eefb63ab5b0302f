import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DeclaredRecord } from '../engine/model/declared-record.ts'
import { documents, type Office, openOffice } from './office.ts'

/**
 * A real Alertmanager, as Debian packages it: it is told of alerts, sends its webhook to `plumbline serve`, and an incident is opened,
 * kept up and resolved. Skipped where it is not installed, unless PLUMBLINE_FLEET is `required`.
 */

const program = '/usr/bin/prometheus-alertmanager'
const there = existsSync(program)
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
let folder: string
let alertmanager: string
const children: ChildProcess[] = []
const lines: Line[] = []
let wake = (): void => undefined

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { readonly port: number }
  server.close()
  await once(server, 'close')
  return port
}

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
  folder = mkdtempSync(join(tmpdir(), 'plumbline-alertmanager-'))
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
  mkdirSync(join(folder, 'data'))
  writeFileSync(
    join(folder, 'alertmanager.yml'),
    `route: { receiver: plumbline, group_by: [alertname], group_wait: 0s, group_interval: 1s, repeat_interval: 1h }
receivers:
  - name: plumbline
    webhook_configs:
      - url: ${String(address)}/events/alertmanager
        send_resolved: true
        http_config: { authorization: { credentials: ${token} } }
`,
  )
  const port = await freePort()
  alertmanager = `http://127.0.0.1:${port}`
  const own = [`--config.file=${join(folder, 'alertmanager.yml')}`, `--storage.path=${join(folder, 'data')}`]
  const web = [`--web.listen-address=127.0.0.1:${port}`, '--cluster.listen-address=', '--log.level=info']
  const running = start(program, [...own, ...web], process.env)
  await new Promise<void>((resolve, reject) => {
    let said = ''
    running.stderr?.on('data', (data) => {
      said += String(data)
      if (/Listening|listening/.test(said)) resolve()
    })
    running.on('exit', () => reject(new Error(said)))
  })
}, 120_000)

afterAll(async () => {
  for (const child of children.reverse()) {
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    if (child.exitCode === null && child.signalCode === null) await ended
  }
  if (!there) return
  rmSync(folder, { recursive: true, force: true })
  await office.close()
}, 60_000)

async function alert(labels: Readonly<Record<string, string>>, more: object = {}): Promise<void> {
  const answer = await fetch(`${alertmanager}/api/v2/alerts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify([{ labels, ...more }]),
  })
  expect([answer.status, await answer.text()]).toEqual([200, ''])
}

const incidents = async (): Promise<readonly DeclaredRecord[]> =>
  (
    JSON.parse(await office.must(['incident', 'list', '--all', '--json'])) as {
      readonly incident: readonly DeclaredRecord[]
    }
  ).incident

const down = { alertname: 'InstanceDown', instance: 'db-01.example.org:9100', severity: 'critical' }
const slow = { alertname: 'Slow', service: 'shop', severity: 'critical' }

it.runIf(required && !there)('Alertmanager is installed', () => {
  throw new Error('apt-get install -y --no-install-recommends prometheus-alertmanager')
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
