import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const program = '/usr/bin/prometheus-alertmanager'

/** Whether Debian's Alertmanager is installed. */
export const alertmanagerThere = existsSync(program)
export const alertmanagerMissing = 'apt-get install -y --no-install-recommends prometheus-alertmanager'

/** A real Alertmanager, which sends what it is told to one webhook. */
export interface Alertmanager {
  alert(labels: Readonly<Record<string, string>>, more?: object): Promise<void>
  stop(): Promise<void>
}

export async function startAlertmanager(webhook: string, token: string): Promise<Alertmanager> {
  const folder = mkdtempSync(join(tmpdir(), 'plumbline-alertmanager-'))
  mkdirSync(join(folder, 'data'))
  writeFileSync(
    join(folder, 'alertmanager.yml'),
    `route: { receiver: plumbline, group_by: [alertname], group_wait: 0s, group_interval: 1s, repeat_interval: 1h }
receivers:
  - name: plumbline
    webhook_configs:
      - url: ${webhook}
        send_resolved: true
        http_config: { authorization: { credentials: ${token} } }
`,
  )
  const port = await freePort()
  const own = [`--config.file=${join(folder, 'alertmanager.yml')}`, `--storage.path=${join(folder, 'data')}`]
  const web = [`--web.listen-address=127.0.0.1:${port}`, '--cluster.listen-address=', '--log.level=info']
  const running = spawn(program, [...own, ...web], { stdio: ['ignore', 'ignore', 'pipe'] })
  await new Promise<void>((resolve, reject) => {
    let said = ''
    running.stderr.on('data', (data) => {
      said += String(data)
      if (/listening/i.test(said)) resolve()
    })
    running.on('exit', () => reject(new Error(said)))
  })
  return {
    async alert(labels, more = {}) {
      const answer = await fetch(`http://127.0.0.1:${port}/api/v2/alerts`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify([{ labels, ...more }]),
      })
      if (answer.status !== 200) throw new Error(`Alertmanager: ${answer.status} ${await answer.text()}`)
    },
    async stop() {
      const ended = once(running, 'exit')
      running.kill('SIGTERM')
      if (running.exitCode === null && running.signalCode === null) await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { readonly port: number }
  server.close()
  await once(server, 'close')
  return port
}
