import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Clone } from './estate/clone.ts'
import { builtCommand } from './estate/command.ts'
import { document, file, hostDocument } from './estate/documents.ts'
import { bootFleet, describeFleet, type Fleet } from './fleet.ts'
import { must } from './harness/run.ts'

const seconds = 1_000

await describeFleet('networks of real hosts', () => {
  let fleet: Fleet
  let clone: Clone
  const folder = mkdtempSync(join(tmpdir(), 'plumbline-networks-'))
  const ends: (() => void)[] = [() => rmSync(folder, { recursive: true, force: true })]

  beforeAll(async () => {
    fleet = await bootFleet({ names: ['web-01', 'web-02', 'web-03'] })
    const command = await builtCommand()
    ends.push(command.remove)
    const remote = join(folder, 'remote.git')
    await must('git', ['init', '--quiet', '--bare', '--initial-branch=main', remote])
    clone = await Clone.make({
      name: 'ana',
      folder: join(folder, 'ana'),
      remote: `file://${remote}`,
      command: command.file,
      loginKey: fleet.identityFile,
    })
    await clone.fetchEstate()
  }, 900 * seconds)

  afterAll(async () => {
    for (const end of ends) end()
    await fleet?.stop()
  })

  it('are held against the documents: what is right, what was changed by hand, and who answers unknown', {
    timeout: 180 * seconds,
  }, async () => {
    const [one, two, three] = ['web-01', 'web-02', 'web-03'].map((name) => fleet.host(name))
    if (one === undefined || two === undefined || three === undefined) throw new Error('three hosts')
    const net = one.address.split('.').slice(0, 3).join('.')
    const mac = (await one.exec('cat /sys/class/net/eth0/address')).stdout.trim()
    const byHand = `set -e
ip address add ${net}.251/24 dev eth0
ip link set eth0 mtu 1400
# Whoever is spoken to is a neighbour.
ping -c 1 -W 2 ${three.address} >/dev/null 2>&1 || bash -c 'exec 3<>/dev/tcp/${three.address}/22'
`
    expect(await two.exec(byHand)).toMatchObject({ code: 0 })
    clone.write({
      'plumbline.yaml': document('Estate', 'acme', { id: '7d0e2f5c-5b0f-4a5e-9d55-0a8f2c1b7e12' }),
      'inventory/hosts.yaml': file(
        document('Environment', 'prod', { purpose: 'What people use', criticality: 4 }),
        // The third one is there, and nobody wrote it down.
        ...[one, two].map((host) => hostDocument(host, {})),
        document('Prefix', 'wire', { prefix: `${net}.0/24`, gateway: `${net}.1` }),
        document('Interface', 'web-01-eth0', {
          device: 'host/web-01',
          name: 'eth0',
          mac,
          addresses: [`${one.address}/24`],
        }),
        document('Interface', 'web-02-eth0', {
          device: 'host/web-02',
          name: 'eth0',
          mtu: 1500,
          addresses: [`${two.address}/24`],
        }),
      ),
    })
    await clone.git('add', '.')
    await clone.git('commit', '--quiet', '--message', 'First documents')
    await clone.expects(0, 'observe')
    const found = JSON.parse(await clone.expects(0, 'report', 'network-reconciliation', '--json')) as {
      differences: { host: string; what: string; seen: string }[]
      strangers: { address: string; seenBy: string[] }[]
      notSeen: string[]
    }
    expect(found.notSeen).toEqual([])
    expect(found.differences).toEqual([
      expect.objectContaining({ host: 'Host/web-02', interface: 'eth0', what: 'mtu', written: '1500', seen: '1400' }),
      expect.objectContaining({
        host: 'Host/web-02',
        interface: 'eth0',
        what: 'address',
        written: 'nobody',
        seen: `${net}.251`,
      }),
    ])
    expect(found.strangers).toContainEqual(
      expect.objectContaining({ address: three.address, written: 'nobody', seenBy: ['Host/web-02'] }),
    )
  })
})
