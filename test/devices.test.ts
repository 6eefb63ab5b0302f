import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { type Desk, openDesk } from './cli.ts'
import { type DeviceManners, startDevice, type TestDevice } from './network-device.ts'
import { documents } from './office.ts'

const configuration = `Building configuration...

Current configuration : 311 bytes
!
hostname sw1
!
banner motd ^Mind the sw1#
sw1#^
interface Gi0/1
 description Uplink
 switchport mode trunk
!
interface Gi0/2
 shutdown
!
snmp-server community hush RO
end`

const golden = `hostname {{ device.name }}
banner motd ^Mind the sw1#
sw1#^
interface Gi0/1
 description Uplink
 switchport mode trunk
interface Gi0/2
 shutdown
snmp-server community {{ community }} RO
`

const platform = {
  prompt: '^[A-Za-z0-9._-]{1,60}[>#]$',
  prepare: ['terminal length 0'],
  pagers: [{ prompt: '^ ?--More--' }],
  show: 'show running-config',
  refused: ['^% Invalid', '^% Access denied'],
  lastLine: '^end$',
  ignore: ['^Building configuration', '^Current configuration'],
  sections: { form: 'indent', end: ['end', 'exit'], comments: ['!'] },
  order: { matters: false },
  sensitive: ['snmp-server community'],
  timeout: 10,
}

const open: { stop(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one.stop()
})

interface Lab {
  readonly desk: Desk
  readonly device: TestDevice
  /** Writes the documents anew. */
  document(more?: { readonly spec?: object; readonly platform?: object; readonly golden?: string }): void
}

/** An estate with one device in it, merged. */
async function lab(manners: Partial<DeviceManners> = {}, more: Parameters<Lab['document']>[0] = {}): Promise<Lab> {
  const device = await startDevice({ configuration, ...manners })
  const desk = openDesk({
    SSH_AUTH_SOCK: '',
    PLUMBLINE_SECRET_LOGIN: 'pass word',
    PLUMBLINE_SECRET_ENABLE: 'en-able-me',
  })
  open.push(device, { stop: async () => desk.close() })
  const key = join(dirname(desk.folder), 'key')
  writeFileSync(key, device.userKey, { mode: 0o600 })
  desk.env['PLUMBLINE_SSH_KEY'] = key
  const ran = await desk.run('init', '.', '--solo')
  if (ran.status !== 0) throw new Error(ran.err)
  const document: Lab['document'] = ({ spec = {}, platform: other = {}, golden: text = golden } = {}) => {
    desk.write('inventory/files/sw1.liquid', text)
    desk.write(
      'inventory/devices.yaml',
      documents(
        { kind: 'NetworkPlatform', metadata: { name: 'ios' }, spec: { ...platform, ...other } },
        {
          kind: 'NetworkDevice',
          metadata: { name: 'sw1' },
          spec: {
            address: '127.0.0.1',
            platform: 'ios',
            hostKeys: [device.hostKey],
            ssh: { port: device.port },
            variables: { community: { secret: 'env/SNMP' } },
            golden: { templateFile: 'inventory/files/sw1.liquid' },
            ...spec,
          },
        },
      ),
    )
  }
  document(more)
  desk.commit('A switch')
  return { desk, device, document }
}

const passwords = (device: { port: number } | undefined, more: object = {}) => ({
  ssh: { port: device?.port ?? 22, ...more },
})

describe('a device that is in line', () => {
  const manners: Readonly<Record<string, Partial<DeviceManners>>> = {
    'says everything at once': {},
    'says it one character after the other': { packet: 1 },
    'pages, and takes no notice of being told not to': { page: 3, pager: 'wiped' },
    'pages in small packets, and leaves the prompt of the page standing': { page: 2, pager: 'left', packet: 3 },
    'greets with what looks like a prompt': { greeting: 'Welcome to#\r\nsw1>\r\nsw9#' },
    'colours, rings and wipes': {
      greeting: '\u001b[2J\u001b[1;32mHi\u001b[0m\u0007',
      configuration: configuration
        .replace(' description', '\u001b[32m descrip\b\b\bription\u001b[K')
        .replace('trunk', 'trunk\u001b]0;x\u0007'),
    },
  }
  it.each(Object.entries(manners))('%s', async (_, how) => {
    // What is told to turn paging off is not what turns it off here.
    const { desk } = await lab(how, how.page === undefined ? {} : { platform: { prepare: [] } })
    const { status, out, err } = await desk.run('device', 'diff')
    expect({ status, err, out }).toMatchObject({ status: 0, err: '' })
    expect(out).toContain('1 device: 1 in line, 0 differ')
  })
})

describe('plumbline device', () => {
  it('tells section by section what differs, and shows nothing that is nobody’s to see', async () => {
    const { desk } = await lab({
      configuration: configuration
        .replace('Uplink', 'Down\u202elink')
        .replace('community hush RO', 'community hush RW'),
    })
    const { status, out } = await desk.run('device', 'diff', 'sw1')
    expect(status).toBe(2)
    expect(out).toContain(
      [
        'sw1  127.0.0.1  2 sections differ',
        '  + snmp-server community ***',
        '  - snmp-server community ***',
        '    interface Gi0/1',
        '  +   description Uplink',
        '  -   description Down\\u{202e}link',
      ].join('\n'),
    )
    const json = await desk.run('device', 'diff', '--json')
    expect(JSON.parse(json.out)).toMatchObject({
      devices: [{ device: 'sw1', differences: [{ section: [] }, { section: ['interface Gi0/1'] }] }],
    })
    expect(json.out + out).not.toContain('hush')
  })

  it('shows what a device runs and what it shall have, without its secrets', async () => {
    const { desk } = await lab()
    const runs = await desk.run('device', 'show', 'sw1')
    expect([runs.status, runs.err]).toEqual([0, ''])
    expect(runs.out).toContain('interface Gi0/1\n description Uplink\n')
    expect(runs.out).toContain('snmp-server community ***\nend\n')
    const shall = await desk.run('device', 'show', 'sw1', '--golden')
    expect(shall.out).toContain('hostname sw1\n')
    expect(shall.out).toContain('snmp-server community {secret env/SNMP} RO\n')
  })

  it('compares with the working folder, or with a commit', async () => {
    const { desk, document } = await lab()
    document({ golden: `${golden}ntp server 10.0.0.1\n` })
    expect((await desk.run('device', 'diff')).status).toBe(2)
    expect((await desk.run('device', 'diff', '--commit', 'HEAD')).status).toBe(0)
  })

  it('types nothing but what the platform says', async () => {
    const { desk, device } = await lab()
    await desk.run('device', 'diff')
    expect(device.typed.filter((line) => line !== '')).toEqual(['terminal length 0', 'show running-config'])
  })
})

describe('logging in', () => {
  it.each([false, true])('by a password, asked for as a question: %s', async (asksForPassword) => {
    const { desk, device, document } = await lab({ password: 'pass word', asksForPassword })
    document({ spec: passwords(device, { password: { secret: 'env/LOGIN' } }) })
    desk.commit('A password')
    expect(await desk.run('device', 'diff')).toMatchObject({ status: 0 })
  })

  it('takes the password of enable where the device asks for it', async () => {
    const { desk, device, document } = await lab(
      { enable: 'en-able-me' },
      { platform: { enable: { command: 'enable' } } },
    )
    expect((await desk.run('device', 'diff')).out).toContain('device-secret-missing')
    document({
      spec: passwords(device, { enablePassword: { secret: 'env/ENABLE' } }),
      platform: { enable: { command: 'enable' } },
    })
    desk.commit('A password')
    expect(await desk.run('device', 'diff')).toMatchObject({ status: 0 })
    desk.env['PLUMBLINE_SECRET_ENABLE'] = 'another'
    const { status, out } = await desk.run('device', 'diff')
    expect([status, out]).toEqual([1, expect.stringContaining('device-login-refused')])
    expect(out).not.toContain('another')
  })

  it('says nothing to a device in a way that nobody agreed to', async () => {
    const { desk, device, document } = await lab({ password: 'pass word' })
    document({ spec: passwords(device, { password: { secret: 'env/LOGIN' } }) })
    const { status, out } = await desk.run('device', 'diff')
    expect([status, out]).toEqual([1, expect.stringContaining('[device-not-agreed]')])
    expect(device.typed).toEqual([])
    expect(await desk.run('device', 'diff', '--unmerged')).toMatchObject({ status: 0 })
    document({ platform: { show: 'reload' } })
    expect((await desk.run('device', 'diff')).out).toContain('[device-not-agreed]')
    desk.env['GITHUB_ACTIONS'] = 'true'
    expect((await desk.run('device', 'diff', '--unmerged')).out).toContain('[device-not-agreed]')
    expect(device.typed).not.toContain('reload')
  })
})

describe('a device of which nothing is known', () => {
  interface Trouble {
    readonly what: string
    readonly code: string
    readonly manners?: Partial<DeviceManners>
    readonly spec?: object
    readonly platform?: object
  }
  const another = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEV4YW1wbGVFeGFtcGxlRXhhbXBsZUV4YW1wbGUy'
  const troubles: readonly Trouble[] = [
    { what: 'prints without end', manners: { trouble: 'endless' }, code: 'device-output-cap' },
    { what: 'prints one line without end', manners: { trouble: 'endless-line' }, code: 'device-output-cap' },
    { what: 'says nothing more', manners: { trouble: 'hangs' }, platform: { timeout: 1 }, code: 'device-deadline' },
    {
      what: 'has an unknown prompt',
      manners: { trouble: 'no-prompt' },
      platform: { timeout: 1 },
      code: 'device-deadline',
    },
    { what: 'hangs up', manners: { trouble: 'hangs-up' }, code: 'device-cut-off' },
    { what: 'shows half of it', manners: { trouble: 'half' }, code: 'device-config-unreadable' },
    { what: 'has no terminal for us', manners: { trouble: 'no-shell' }, code: 'device-no-terminal' },
    { what: 'does not know the command', platform: { show: 'show configuration' }, code: 'device-command-refused' },
    { what: 'does not know who we are', manners: { user: 'somebody' }, code: 'device-login-refused' },
    { what: 'is not there', spec: { ssh: { port: 1 } }, code: 'device-unreachable' },
    { what: 'has no pinned key', spec: { hostKeys: [] }, code: 'device-key-unknown' },
    { what: 'has another key', spec: { hostKeys: [another] }, code: 'device-key-mismatch' },
  ]
  it.each(troubles)('$what', { timeout: 30_000 }, async ({ manners = {}, spec = {}, platform = {}, code }) => {
    const { desk } = await lab(manners, { spec, platform })
    const { status, out, err } = await desk.run('device', 'diff')
    expect({ status, err, out }).toMatchObject({ status: 1, err: '' })
    expect(out).toContain(`[${code}] sw1: `)
    expect(out).toContain('1 device: 0 in line, 0 differ, 1 unknown')
  })
})

describe('documents of devices', () => {
  it.each<readonly [string, Parameters<Lab['document']>[0], string]>([
    ['a template with a variable that there is not', { golden: '{{ vlan }}\n' }, 'template-error'],
    ['a file that is not there', { spec: { golden: { source: 'inventory/files/sw2.cfg' } } }, 'source-missing'],
    [
      'a password that the estate does not hold',
      { spec: { ssh: { password: { secret: 'age/sw1' } } } },
      'secret-missing',
    ],
    ['a pattern that could take for ever', { platform: { lastLine: '(?=e)end' } }, 'platform-pattern'],
    ['two golden configurations', { spec: { golden: { content: 'a', source: 'b' } } }, 'schema'],
    ['a command with a line break', { platform: { show: 'show run\nreload' } }, 'schema'],
  ])('%s', async (_, wrong, code) => {
    const { desk, document } = await lab()
    document(wrong)
    const { status, out, err } = await desk.run('validate')
    expect([status, out + err]).toEqual([1, expect.stringContaining(`[${code}]`)])
  })

  it('names that there are not, and devices without a golden configuration', async () => {
    const { desk, document } = await lab()
    document({ spec: { golden: undefined } })
    expect(await desk.run('device', 'diff', 'sw2')).toMatchObject({
      status: 1,
      err: expect.stringContaining('did you mean sw1?'),
    })
    expect(await desk.run('device', 'diff', 'sw1')).toMatchObject({
      status: 1,
      err: expect.stringContaining('golden-missing'),
    })
    expect(await desk.run('device', 'diff')).toMatchObject({ status: 0, out: expect.stringContaining('0 devices') })
  })
})
