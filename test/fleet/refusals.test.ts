import { afterAll, beforeAll, expect, it } from 'vitest'
import { Ssh2Connector } from '../../engine/adapters/ssh/ssh2-connector.ts'
import { resourceTypes } from '../../engine/generated/registry.ts'
import type { JsonObject } from '../../engine/model/document.ts'
import type { Change } from '../../engine/model/resource.ts'
import { type HostSession, isFailure } from '../../engine/ports/host-session.ts'
import { resourceOf } from '../../engine/resources/life.ts'
import { bootFleet, describeFleet, type Fleet } from './fleet.ts'

const seconds = 1_000
const options = { deadline: 60 * seconds, outputCap: 1 << 20 }
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

/** Steps that a real host refuses: each ends with an error that says why, and leaves what it says behind. */
const refusals: readonly {
  readonly type: string
  readonly title: string
  readonly before?: string
  readonly spec: JsonObject
  readonly says: RegExp
  /** Shell that prints nothing where all is as it was. */
  readonly left: string
}[] = [
  {
    type: 'sysctl',
    title: 'a value that the kernel does not take',
    spec: { key: 'net.ipv4.ip_forward', value: 'perhaps' },
    says: /the kernel does not take that value/,
    left: 'ls /etc/sysctl.d | grep plumbline; [ "$(cat /proc/sys/net/ipv4/ip_forward)" = 0 ] || echo changed',
  },
  {
    type: 'sysctl',
    title: 'a parameter that the kernel does not know',
    spec: { key: 'net.bridge.bridge-nf-call-nothing', value: 1 },
    says: /the kernel knows no net\.bridge\.bridge-nf-call-nothing; the module that brings it may not be loaded/,
    left: 'ls /etc/sysctl.d | grep plumbline',
  },
  {
    type: 'symlink',
    title: 'a link in place of a file',
    spec: { path: '/etc/motd', target: '/etc/passwd' },
    before: 'rm -f /etc/motd; echo kept > /etc/motd',
    says: /\/etc\/motd is no symbolic link/,
    left: '[ ! -L /etc/motd ] && [ "$(cat /etc/motd)" = kept ] || echo changed; ls -A /etc | grep plumbline\\.',
  },
  {
    type: 'symlink',
    title: 'a link in place of a folder',
    spec: { path: '/etc/apt', target: '/srv' },
    says: /\/etc\/apt is no symbolic link/,
    left: '[ -d /etc/apt ] && [ ! -L /etc/apt ] || echo changed; ls -A /etc/apt | grep new',
  },
  {
    type: 'kernelModule',
    title: 'a module that can not be loaded',
    spec: { name: 'no_such_module', loaded: true },
    says: /no_such_module/,
    left: 'ls /etc/modules-load.d /etc/modprobe.d | grep plumbline',
  },
  {
    type: 'timezone',
    title: 'a zone that the host does not have',
    spec: { zone: 'Mars/Olympus' },
    says: /the host has no time zone Mars\/Olympus/,
    left: '[ "$(readlink /etc/localtime)" = /usr/share/zoneinfo/Etc/UTC ] || echo changed',
  },
  {
    type: 'locale',
    title: 'a language that is not generated',
    spec: { lang: 'fi_FI.UTF-8' },
    says: /the host has no locale fi_FI\.UTF-8; it has to be generated/,
    left: 'grep fi_FI /etc/default/locale',
  },
  {
    type: 'cron',
    title: 'a job of an account that is not there',
    spec: { name: 'nobodys', schedule: '@daily', command: 'true', user: 'no-such-account' },
    says: /there is no account no-such-account for the job/,
    left: 'ls -A /etc/cron.d | grep -e nobodys -e plumbline',
  },
  {
    type: 'unit',
    title: 'a unit that systemd does not take',
    spec: { name: 'refused.service', content: '[Service]\nType=oneshot\n' },
    says: /systemd does not take refused\.service: .*no ExecStart=.*Refusing/,
    left: 'ls -A /etc/systemd/system | grep -e refused -e plumbline',
  },
  {
    type: 'unit',
    title: 'a unit with a word that systemd does not know',
    spec: { name: 'refused.service', content: '[Service]\nExecStart=/bin/true\nRetart=always\n' },
    says: /systemd does not take refused\.service: 3: Unknown key 'Retart'/,
    left: 'ls -A /etc/systemd/system | grep -e refused -e plumbline',
  },
  {
    type: 'unit',
    title: 'a drop-in that breaks its unit',
    spec: { name: 'cron.service', dropIn: 'broken', content: '[Service]\nExecStart=\n' },
    says: /systemd does not take cron\.service\.d\/broken\.conf/,
    left: 'ls -A /etc/systemd/system/cron.service.d; systemctl is-active --quiet cron || echo stopped',
  },
  {
    type: 'timer',
    title: 'a date that no calendar has',
    spec: { name: 'refused', onCalendar: ['daily', 'Feb 31 never'], command: 'true' },
    says: /Failed to parse calendar specification 'Feb 31 never'/,
    left: 'ls -A /etc/systemd/system | grep -e refused -e plumbline',
  },
  {
    type: 'line',
    title: 'a line in a file that is not there',
    spec: { path: '/etc/not-there', line: 'x' },
    says: /\/etc\/not-there is not there, and create was not said/,
    left: 'ls -A /etc | grep -e not-there -e plumbline\\.',
  },
  {
    type: 'line',
    title: 'a line after one that is not there',
    before: "printf 'a\\nb' > /etc/of-others",
    spec: { path: '/etc/of-others', line: 'x', after: 'c' },
    says: /the line before or after which it shall stand is not there/,
    left: '[ "$(od -An -c /etc/of-others | tr -d " ")" = \'a\\nb\' ] || echo changed',
  },
  {
    type: 'block',
    title: 'a block that the check of its file refuses',
    before: 'echo kept > /etc/of-others',
    spec: { path: '/etc/of-others', name: 'x', content: 'y\n', validate: 'grep -q never %s' },
    says: /the check of the new file failed/,
    left: '[ "$(cat /etc/of-others)" = kept ] || echo changed; ls -A /etc | grep plumbline\\.',
  },
  {
    type: 'mount',
    title: 'a line of fstab that would not work',
    before: 'mkdir -p /srv/refused',
    spec: { path: '/srv/refused', source: 'UUID=no-such-disk', type: 'ext4' },
    says: /the line of fstab would not work: unreachable on boot required source/,
    left: 'grep refused /etc/fstab',
  },
  {
    type: 'mount',
    title: 'a mount that fails, whose line goes again',
    before: 'mkdir -p /srv/refused',
    spec: { path: '/srv/refused', source: 'tmpfs', type: 'tmpfs', options: ['no-such-option=1'] },
    says: /no-such-option|bad option|wrong fs type/,
    left: 'grep refused /etc/fstab /proc/self/mountinfo',
  },
]

await describeFleet('a real host', () => {
  let fleet: Fleet
  let session: HostSession

  beforeAll(async () => {
    fleet = await bootFleet({ names: ['refuse-01'] })
    const { name, address, port, hostKey } = fleet.host('refuse-01')
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

  it.each(refusals)('refuses $title ($type)', { timeout: 60 * seconds }, async ({
    type: name,
    before,
    spec,
    says,
    left,
  }) => {
    const type = resourceTypes.get(name)
    if (type === undefined) throw new Error(`no type ${name}`)
    const host = fleet.host('refuse-01')
    if (before !== undefined) await host.exec(before)
    const resource = resourceOf(type, spec, () => '')
    const change: Change = { verb: 'create', resource, have: null, fields: type.diff(resource.spec, null, undefined) }
    const done = await session.run(type.steps(change).script, options)
    expect(done.code).not.toBe(0)
    expect(decode(done.stderr)).toMatch(says)
    expect((await host.exec(left)).stdout).toBe('')
  })
})
