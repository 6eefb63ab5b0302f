import { type ChildProcess, spawn } from 'node:child_process'
import { appendFileSync, chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startSshd, type TestSshd, whyNoSshd } from '../../engine/adapters/ssh/test-sshd.ts'
import { type Desk, openDesk } from '../cli.ts'
import { documents } from '../office.ts'

const shell = '/usr/bin/vtysh'
const zebra = '/usr/lib/frr/zebra'
const isRoot = userInfo().uid === 0

const golden = `log syslog informational
no ip forwarding
no ipv6 forwarding
ip prefix-list own seq 5 permit 10.20.0.0/16 le 24
ip prefix-list own seq 10 deny any
route-map out permit 10
 match ip address prefix-list own
`

/** A router on Linux: FRRouting, whose shell is what somebody who logs in gets. */
// It is not part of the image that hosts of tests are made of: where FRRouting is not installed, nothing is tried.
describe.skipIf(!existsSync(shell) || !existsSync(zebra) || !isRoot || whyNoSshd() !== undefined)(
  'a real router',
  () => {
    let folder: string
    let sshd: TestSshd
    let router: ChildProcess
    let desk: Desk

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'plumbline-frr-'))
      chmodSync(folder, 0o777) // The router runs as an account of its own.
      const configuration = golden.replace('{{ device.name }}', 'edge-1')
      writeFileSync(join(folder, 'zebra.conf'), configuration)
      // In a network of its own: it is none of its business what this machine's looks like.
      const files = ['-f', join(folder, 'zebra.conf'), '-i', join(folder, 'pid'), '-z', join(folder, 'api')]
      const more = ['-u', 'frr', '-g', 'frr', '--vty_socket', folder, '--log', 'stdout']
      router = spawn('unshare', ['-n', '--', zebra, ...files, ...more], { stdio: ['ignore', 'pipe', 'pipe'] })
      await answering(join(folder, 'zebra.vty'), router)
      sshd = await startSshd()
      const forced = `command="${shell} --vty_socket ${folder}" ${readFileSync(sshd.key('stranger.pub' as 'stranger'), 'utf8')}`
      appendFileSync(join(sshd.folder, 'authorized_keys'), forced)
      desk = openDesk({ PLUMBLINE_SSH_KEY: sshd.key('stranger'), SSH_AUTH_SOCK: '' })
      const ran = await desk.run('init', '.', '--solo')
      if (ran.status !== 0) throw new Error(ran.err)
      desk.write('inventory/devices.yaml', documents(platform, { ...device(sshd), kind: 'NetworkDevice' }))
      desk.commit('A router')
    })

    afterAll(() => {
      desk?.close()
      sshd?.stop()
      router?.kill()
      rmSync(folder, { recursive: true, force: true })
    })

    it('is in line, and told where it is not', async () => {
      const inLine = await desk.run('device', 'diff')
      expect(inLine).toMatchObject({ status: 0, err: '', out: expect.stringContaining('1 in line') })
      const away = documents(platform, {
        ...device(
          sshd,
          golden.replace('seq 10 deny any', 'seq 20 deny any').replace('prefix-list own\n', 'prefix-list all\n'),
        ),
        kind: 'NetworkDevice',
      })
      desk.write('inventory/devices.yaml', away)
      const { status, out } = await desk.run('device', 'diff', '--json')
      expect(status).toBe(2)
      expect(JSON.parse(out).devices[0].differences).toEqual([
        {
          section: [],
          changes: [
            { what: 'missing', lines: ['ip prefix-list own seq 20 deny any'] },
            { what: 'extra', lines: ['ip prefix-list own seq 10 deny any'] },
          ],
        },
        {
          section: ['route-map out permit 10'],
          changes: [
            { what: 'missing', lines: ['match ip address prefix-list all'] },
            { what: 'extra', lines: ['match ip address prefix-list own'] },
          ],
        },
      ])
    })
  },
)

const platform = {
  kind: 'NetworkPlatform',
  metadata: { name: 'frr' },
  spec: {
    prompt: '^[A-Za-z0-9._-]{1,63}[>#]$',
    prepare: ['terminal length 0'],
    show: 'show running-config',
    refused: ['^% (Unknown|Command incomplete|Ambiguous)'],
    lastLine: '^end$',
    // The shell says the name of the machine, and how it is set up itself.
    ignore: [
      '^Building configuration',
      '^Current configuration',
      '^frr (version|defaults) ',
      '^hostname ',
      '^service ',
    ],
    sections: { form: 'indent', end: ['end', 'exit', 'exit-address-family', 'exit-vrf'], comments: ['!'] },
    order: { matters: false, lines: ['^ip prefix-list '] },
  },
}

const device = (sshd: TestSshd, template = golden) => ({
  metadata: { name: 'edge-1' },
  spec: {
    address: '127.0.0.1',
    platform: 'frr',
    hostKeys: sshd.hostKeys,
    ssh: { user: sshd.user, port: sshd.port },
    golden: { template },
  },
})

/** Until its socket is there; fails with what it said where it ends before. */
function answering(socket: string, child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = ''
    const hear = (chunk: Buffer): void => {
      said += chunk
    }
    child.stdout?.on('data', hear)
    child.stderr?.on('data', hear)
    const timer = setInterval(() => {
      if (!existsSync(socket)) return
      clearInterval(timer)
      resolve()
    }, 50)
    child.once('exit', (code) => {
      clearInterval(timer)
      reject(new Error(`the router ended with ${code}: ${said}`))
    })
  })
}
