import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Ssh2Connector } from '../../engine/adapters/ssh/ssh2-connector.ts'
import type { JsonObject } from '../../engine/model/document.ts'
import type { ProbeOutput } from '../../engine/model/resource.ts'
import { type Script, sh } from '../../engine/model/script.ts'
import { type HostSession, isFailure } from '../../engine/ports/host-session.ts'
import { liveThrough, resourceOf, type Station } from '../../engine/resources/life.ts'
import { resource as typed } from '../../engine/resources/networkInterface/index.ts'
import { bootFleet, describeFleet, type Fleet } from './fleet.ts'

const type = typed as unknown as Parameters<typeof liveThrough>[0]
const options = { deadline: 60_000, outputCap: 1 << 20 }
const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex')

await describeFleet('an interface of a real host', () => {
  let fleet: Fleet
  let session: HostSession

  beforeAll(async () => {
    fleet = await bootFleet({ names: ['net-01'] })
    const [host] = fleet.hosts
    if (host === undefined) throw new Error('a fleet without hosts')
    const { name, address, port, hostKey } = host
    const target = { host: name, address, port, user: 'plumbline', hostKeys: [hostKey], sudo: true, root: '' }
    const connector = new Ssh2Connector({ keyFiles: [fleet.identityFile] })
    const connected = await connector.connect({ ...target, transport: 'ssh' }, { deadline: 30_000 })
    if (isFailure(connected)) throw new Error(`${connected.failed}: ${connected.detail}`)
    session = connected
  }, 900_000)

  afterAll(async () => {
    await session?.close()
    await fleet?.stop()
  })

  const run = async (script: Script): Promise<ProbeOutput> => {
    const { stdout, stderr, code } = await session.run(script, options)
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)
    return { stdout: text(stdout), stderr: text(stderr), code: code ?? 255 }
  }

  const live = async (spec: JsonObject) => {
    const { spec: wanted } = resourceOf(type, spec, sha256)
    const [seen] = type.parse([wanted], await run(type.probe([wanted])))
    if (seen?.status !== 'present') throw new Error(`the file is ${seen?.status}`)
    return { live: seen.state['live'], fields: type.diff(wanted, seen.state, seen.excerpt).map((f) => f.path) }
  }

  it.each(['systemd-networkd', 'ifupdown'])('has its addresses by %s, and gets back what was taken away', {
    timeout: 120_000,
  }, async (manager) => {
    const name = manager === 'ifupdown' ? 'plumb1' : 'plumb0'
    const made =
      await run(sh`printf '[Match]\nName=!plumb*\n[Link]\nUnmanaged=yes\n' > /etc/systemd/network/05-others.network
mkdir -p /etc/network/interfaces.d; echo 'source /etc/network/interfaces.d/*' > /etc/network/interfaces
systemctl start systemd-networkd && ip link add ${name} type veth peer name ${`x${name}`} && ip link set ${`x${name}`} up`)
    expect(made.code, made.stderr).toBe(0)
    const spec = { name, manager, addresses: ['192.0.2.10/24', '2001:db8::10/64'] }
    const station = (title: string, disturb?: string): Station => ({
      title,
      spec,
      expect: 'create',
      oneWay: 'its way back is lived elsewhere',
      ...(disturb !== undefined && { disturb }),
    })
    const [first, second] = await liveThrough(
      type,
      [station('made'), station('taken away', `ip addr del 192.0.2.10/24 dev ${name}`)],
      { look: run, run },
      sha256,
    )
    expect(first).toMatchObject({ verb: 'create', problems: [] })
    expect(second).toMatchObject({ verb: 'update', problems: [] })
    expect(await live(spec)).toEqual({ live: ['192.0.2.10/24', '2001:db8::10/64'], fields: [] })
    const [gone] = await liveThrough(
      type,
      [
        {
          title: 'goes',
          spec: { name, manager, ensure: 'absent' },
          expect: 'delete',
          oneWay: 'its way back is lived elsewhere',
        },
      ],
      { look: run, run },
      sha256,
    )
    expect(gone?.problems).toEqual([])
    expect((await run(sh`ip -o addr show dev ${name} scope global`)).stdout).toBe('')
  })
})
