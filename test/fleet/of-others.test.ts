import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Ssh2Connector } from '../../engine/adapters/ssh/ssh2-connector.ts'
import { resourceTypes } from '../../engine/generated/registry.ts'
import type { JsonObject } from '../../engine/model/document.ts'
import type { Observation } from '../../engine/model/resource.ts'
import { type HostSession, isFailure, type Output } from '../../engine/ports/host-session.ts'
import { resourceOf } from '../../engine/resources/life.ts'
import { bootFleet, describeFleet, type Fleet, type Host } from './fleet.ts'

const seconds = 1_000
const options = { deadline: 60 * seconds, outputCap: 1 << 20 }
const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex')

/** What can only be seen where systemd, a kernel and other accounts are real. */
await describeFleet('what others have a part in', () => {
  let fleet: Fleet
  let host: Host
  let session: HostSession

  beforeAll(async () => {
    fleet = await bootFleet({ names: ['others-01'] })
    host = fleet.host('others-01')
    const { name, address, port, hostKey } = host
    const connected = await new Ssh2Connector({ keyFiles: [fleet.identityFile] }).connect(
      { host: name, address, port, user: 'plumbline', hostKeys: [hostKey], sudo: true, root: '', transport: 'ssh' },
      { deadline: 30 * seconds },
    )
    if (isFailure(connected)) throw new Error(`${connected.failed}: ${connected.detail}`)
    session = connected
  }, 900 * seconds)

  afterAll(async () => {
    await session?.close()
    await fleet?.stop()
  })

  const out = async (command: string) => (await host.exec(command)).stdout

  async function look(name: string, said: JsonObject): Promise<Observation> {
    const type = resourceTypes.get(name)
    if (type === undefined) throw new Error(`no type ${name}`)
    const { spec } = resourceOf(type, said, sha256)
    const { stdout, stderr, code } = text(await session.read(type.probe([spec]), options))
    return type.parse([spec], { stdout, stderr, code: code ?? 255 })[0] ?? { status: 'absent' }
  }

  /** Does what the spec asks for. */
  async function bring(name: string, said: JsonObject) {
    const type = resourceTypes.get(name)
    if (type === undefined) throw new Error(`no type ${name}`)
    const resource = resourceOf(type, said, sha256)
    const seen = await look(name, said)
    if (seen.status === 'unknown') throw new Error(seen.unknown.detail)
    const have = seen.status === 'present' ? seen.state : null
    const verb = type.isAbsent(resource.spec) ? 'delete' : have === null ? 'create' : 'update'
    const step = type.steps({ verb, resource, have, fields: type.diff(resource.spec, have, undefined) })
    return text(await session.run(step.script, options))
  }

  it('gives a command of a timer to the shell as it was written', async () => {
    const command = `printf '%s|' "$(id -un)" 100% '$HOME' "a\\\\b" "\${USER}" '%n' "\\"q\\"" > /tmp/said`
    const spec = { name: 'as-said', onCalendar: ['monthly'], command, user: 'limited' }
    expect(await bring('timer', spec)).toMatchObject({ code: 0 })
    expect((await host.exec('systemctl start as-said.service')).code).toBe(0)
    expect(await out('cat /tmp/said')).toBe(`limited|100%|$HOME|a\\b|limited|%n|"q"|`)
    expect(await out('systemctl list-timers --no-legend as-said.timer')).toContain('as-said.service')
    expect(await bring('timer', { name: 'as-said', ensure: 'absent' })).toMatchObject({ code: 0 })
    expect(await out('systemctl list-unit-files --no-legend "as-said*"; ls /etc/systemd/system | grep as-said')).toBe(
      '',
    )
  })

  it('sees options that somebody changed by hand, and brings them back without unmounting', async () => {
    await host.exec('mkdir -p /srv/kept')
    const spec = { path: '/srv/kept', device: 'tmpfs', type: 'tmpfs', options: ['size=1m', 'nosuid'] }
    expect(await bring('mount', spec)).toMatchObject({ code: 0 })
    await host.exec('echo precious > /srv/kept/file; mount -o remount,ro,suid /srv/kept')
    expect(await look('mount', spec)).toMatchObject({ state: { live: { flags: ['ro'] } } })
    expect(await bring('mount', spec)).toMatchObject({ code: 0 })
    expect(await look('mount', spec)).toMatchObject({ state: { live: { flags: ['nosuid'] } } })
    expect(await out('cat /srv/kept/file')).toBe('precious\n')
  })

  it('keeps owner, permissions, ACLs and attributes of a file that it puts a line and a block into', async () => {
    const file = '/etc/of-others'
    await host.exec(
      `printf 'a\\nb' > ${file}; chown limited:adm ${file}; chmod 0640 ${file}; setfacl -m u:nobody:r ${file}; setfattr -n user.note -v x ${file}`,
    )
    const attributes = `stat -c '%U %G %a' ${file}; getfacl -cp ${file}; getfattr --absolute-names -n user.note ${file}`
    const before = await out(attributes)
    expect(before).toContain('user:nobody:r--')
    expect(await bring('line', { path: file, line: 'c' })).toMatchObject({ code: 0 })
    expect(await bring('block', { path: file, name: 'd', content: 'e\n' })).toMatchObject({ code: 0 })
    expect(await out(attributes)).toBe(before)
    expect(await out(`cat ${file}`)).toBe('a\nb\nc\n# BEGIN plumbline d\ne\n# END plumbline d\n')
  })

  it('says nothing of a block whose markers somebody broke', async () => {
    await host.exec(`printf '# BEGIN plumbline x\\n1\\n# BEGIN plumbline x\\n2\\n# END plumbline x\\n' > /etc/broken`)
    const seen = await look('block', { path: '/etc/broken', name: 'x', content: '1\n' })
    expect(seen).toMatchObject({ status: 'unknown', unknown: { reason: 'unsupported' } })
  })
})

function text({ stdout, stderr, code }: Output) {
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes)
  return { stdout: decode(stdout), stderr: decode(stderr), code }
}
