import { afterAll, beforeAll, expect, it } from 'vitest'
import { Ssh2Connector } from '../../engine/adapters/ssh/ssh2-connector.ts'
import { resourceTypes } from '../../engine/generated/registry.ts'
import type { JsonObject } from '../../engine/model/document.ts'
import type { ProbeOutput, ResourceType } from '../../engine/model/resource.ts'
import { type HostSession, isFailure, type Output } from '../../engine/ports/host-session.ts'
import { bootFleet, describeFleet, type Fleet } from './fleet.ts'

const seconds = 1_000
const options = { deadline: 120 * seconds, outputCap: 1 << 20 }
const about = { place: { file: 'x.yaml', line: 1, column: 1 }, subject: 'Profile/x' } as const
const key = (tail: string) => `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEV4YW1wbGVFeGFtcGxlRXhhbXBsZUV4YW1wbG${tail}`

/** What somebody did to a fresh host by hand, and what of it is found, by type. Keys of `found` are names of resources. */
interface ByHand {
  readonly hand: string
  readonly found: Readonly<Record<string, JsonObject>>
  readonly leftOut?: readonly string[]
  readonly notFound?: readonly string[]
  readonly claims?: readonly string[]
}

const byHand: Readonly<Record<string, ByHand>> = {
  user: {
    hand: `groupadd -g 2100 deployers
useradd -m -u 2001 -s /bin/bash -c "Nadia Ito" -G deployers,adm nito
useradd -m -u 2002 -s /bin/sh -d /srv/app -g deployers -c "App,,," app
useradd -m -u 2003 -s /bin/sh gone && usermod -L -e 1 gone
echo nito:secret-of-nito | chpasswd`,
    found: {
      nito: { login: 'nito', uid: 2001, groups: ['adm', 'deployers'], shell: '/bin/bash', comment: 'Nadia Ito' },
      app: { login: 'app', uid: 2002, group: 'deployers', shell: '/bin/sh', home: '/srv/app' },
      gone: { login: 'gone', uid: 2003, shell: '/bin/sh', locked: true },
    },
    leftOut: ['password of user:nito'],
    notFound: ['plumbline', 'root', 'nobody'],
  },
  group: {
    hand: 'groupadd -g 2200 onlookers',
    found: { onlookers: { name: 'onlookers', gid: 2200 }, deployers: { name: 'deployers', gid: 2100 } },
    notFound: ['nito', 'plumbline', 'nogroup'],
  },
  authorizedKey: {
    hand: `mkdir -p /root/.ssh ~nito/.ssh ~app/.ssh
echo '${key('Ux')} root@laptop' > /root/.ssh/authorized_keys
printf '%s\\n' '# mine' 'no-pty,from="10.0.0.0/8" ${key('Uy')} nito work' 'ssh-dss AAAAB3NzaC1kc3M= old' > ~nito/.ssh/authorized_keys
printf '%s\\n' 'expiry-time="20370131180000Z" ${key('Uz')}' > ~app/.ssh/authorized_keys`,
    found: {
      [`root/ssh-ed25519/${key('Ux').slice(-24)}`]: {
        user: 'root',
        key: key('Ux'),
        comment: 'root@laptop',
      },
      [`nito/ssh-ed25519/${key('Uy').slice(-24)}`]: {
        user: 'nito',
        key: key('Uy'),
        options: ['from="10.0.0.0/8"', 'no-pty'],
        comment: 'nito work',
      },
      [`app/ssh-ed25519/${key('Uz').slice(-24)}`]: { user: 'app', key: key('Uz'), expires: '2037-01-31T18:00:00Z' },
    },
    leftOut: ['1 of the keys in /home/nito/.ssh/authorized_keys'],
    claims: ['/srv/app/.ssh/authorized_keys', '/root/.ssh/authorized_keys'],
  },
  sudoRule: {
    hand: `printf '# Kept by Plumbline. Changes here are undone.\\nnito ALL=(root) NOPASSWD: /usr/bin/true\\n' > /etc/sudoers.d/plumbline-by_2dhand
printf '# Kept by Plumbline. Changes here are undone.\\nnito ALL=(root) NOPASSWD: /usr/bin/true\\n' > /etc/sudoers.d/plumbline-byhand
echo 'nito ALL=(ALL) ALL' > /etc/sudoers.d/nito
chmod 0440 /etc/sudoers.d/*`,
    found: { byhand: { name: 'byhand', subjects: ['nito'], commands: ['/usr/bin/true'] } },
    notFound: ['by-hand', 'nito'],
    claims: ['/etc/sudoers.d/plumbline-byhand'],
  },
  service: {
    hand: `systemctl disable --now --quiet cron
systemctl enable --quiet nftables
printf '[Service]\\nExecStart=/bin/sleep infinity\\n[Install]\\nWantedBy=multi-user.target\\n' > /etc/systemd/system/mine.service
systemctl daemon-reload; systemctl enable --now --quiet mine`,
    found: {
      cron: { name: 'cron', enabled: false, running: false },
      nftables: { name: 'nftables', enabled: true },
      mine: { name: 'mine', enabled: true, running: true },
      ssh: { name: 'ssh', enabled: true, running: true },
    },
    notFound: [
      'fstrim.timer',
      'dbus',
      'systemd-journald',
      'getty@',
      'cryptdisks',
      'networking.socket',
      'systemd-pstore',
    ],
  },
  directory: {
    hand: 'mkdir -p /srv/www/shop /etc/mine/conf.d; chown nito:deployers /srv/www; chmod 2775 /srv/www',
    found: {
      '/srv/www': { path: '/srv/www', mode: '2775', owner: 'nito', group: 'deployers' },
      '/etc/mine': { path: '/etc/mine' },
      '/etc/mine/conf.d': { path: '/etc/mine/conf.d' },
    },
    notFound: ['/etc/ssh', '/etc/systemd/system/multi-user.target.wants', '/srv/www/shop', '/etc/opt'],
  },
  sysctl: {
    hand: `echo 'net.ipv4.ip_forward=1' >> /etc/sysctl.conf
printf '# mine\\nnet.ipv4.ip_local_port_range = 40000 60000\\nnet/ipv6/conf/all/forwarding = 1\\n' > /etc/sysctl.d/70-mine.conf
printf 'net.ipv4.conf.*.rp_filter = 1\\nnet.ipv4.tcp_syncookies = 1\\n' > /etc/sysctl.d/80-patterns.conf
printf 'net.ipv4.ip_default_ttl = 70\\n' > /etc/sysctl.d/81-later.conf
sysctl -q -p /etc/sysctl.conf /etc/sysctl.d/70-mine.conf; sysctl -qw net.ipv4.ip_default_ttl=64`,
    found: {
      'net.ipv4.ip_forward': { key: 'net.ipv4.ip_forward', value: '1' },
      'net.ipv4.ip_local_port_range': { key: 'net.ipv4.ip_local_port_range', value: '40000 60000' },
      'net.ipv6.conf.all.forwarding': { key: 'net.ipv6.conf.all.forwarding', value: '1' },
    },
    leftOut: ['sysctl:net.ipv4.ip_default_ttl'],
    notFound: ['net.ipv4.tcp_syncookies', 'kernel.pid_max'],
    claims: ['/etc/sysctl.conf', '/etc/sysctl.d/70-mine.conf'],
  },
  kernelModule: {
    hand: `echo br_netfilter >> /etc/modules; echo 'blacklist pcspkr' > /etc/modprobe.d/mine.conf
echo 'options snd-hda-intel power_save=1' >> /etc/modprobe.d/mine.conf; echo 'install usb-storage /bin/true' > /etc/modprobe.d/other.conf`,
    found: {
      br_netfilter: { name: 'br_netfilter' },
      pcspkr: { name: 'pcspkr', blacklist: true },
      snd_hda_intel: { name: 'snd_hda_intel', boot: false, parameters: { power_save: '1' } },
    },
    notFound: ['usb_storage'],
    claims: ['/etc/modules', '/etc/modprobe.d/mine.conf'],
  },
  symlink: {
    hand: `mkdir -p /etc/nginx/sites-enabled; ln -s ../sites-available/shop /etc/nginx/sites-enabled/shop
ln -s /etc/nginx/sites-available/default /etc/nginx/sites-enabled/default; ln -s /srv/www /etc/www; chown -h nito /etc/www`,
    found: {
      '/etc/nginx/sites-enabled/shop': { path: '/etc/nginx/sites-enabled/shop', target: '../sites-available/shop' },
      '/etc/www': { path: '/etc/www', target: '/srv/www', owner: 'nito' },
    },
    notFound: ['/etc/mtab', '/etc/localtime', '/etc/os-release', '/etc/nginx/sites-enabled/default', '/etc/rmt'],
  },
  hostname: { hand: ':', found: { system: { name: 'found-01' } }, claims: ['/etc/hostname'] },
  timezone: {
    hand: 'ln -sfn /usr/share/zoneinfo/Asia/Tokyo /etc/localtime; echo Asia/Tokyo > /etc/timezone',
    found: { system: { zone: 'Asia/Tokyo' } },
    claims: ['/etc/localtime', '/etc/timezone'],
  },
  locale: {
    hand: `sed -i 's/^# ja_JP.UTF-8/ja_JP.UTF-8/; s/^# de_DE@euro ISO-8859-15/de_DE@euro ISO-8859-15/' /etc/locale.gen
echo LANG=ja_JP.UTF-8 > /etc/default/locale`,
    found: { system: { lang: 'ja_JP.UTF-8', generate: ['de_DE@euro ISO-8859-15', 'ja_JP.UTF-8'] } },
    claims: ['/etc/default/locale', '/etc/locale.gen'],
  },
  cron: {
    hand: `printf '# nightly\\nMAILTO=""\\n30 2 * * Mon-Fri  nito  echo \\\\%%s > /dev/null\\n' > /etc/cron.d/nightly
printf '@daily root true\\n@hourly root true\\n' > /etc/cron.d/two-jobs
printf '@daily root true\\n' > /etc/cron.d/not.run
echo '@daily true' | crontab -u nito -`,
    found: {
      nightly: {
        name: 'nightly',
        schedule: '30 2 * * mon-fri',
        user: 'nito',
        command: 'echo %s > /dev/null',
        environment: { MAILTO: '' },
      },
    },
    notFound: ['e2scrub_all', 'two-jobs', 'not.run'],
  },
  unit: {
    hand: `mkdir -p /etc/systemd/system/cron.service.d
printf '[Service]\\nNice=5\\n' > /etc/systemd/system/cron.service.d/nice.conf
systemctl mask --quiet ctrl-alt-del.target; systemctl daemon-reload`,
    found: {
      'mine.service': {
        name: 'mine.service',
        content: '[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n',
      },
      'cron.service.d/nice.conf': { name: 'cron.service', dropIn: 'nice', content: '[Service]\nNice=5\n' },
      'ctrl-alt-del.target': { name: 'ctrl-alt-del.target', masked: true },
    },
    notFound: ['sshd.service', 'ssh.service', 'weekly.timer', 'weekly.service'],
  },
  timer: {
    hand: `h='# Kept by Plumbline. Changes here are undone.'
printf '%s\\n' "$h" '[Unit]' 'Description=Starts weekly.service' '' '[Timer]' OnCalendar=weekly Persistent=true '' '[Install]' WantedBy=timers.target > /etc/systemd/system/weekly.timer
printf '%s\\n' "$h" '[Unit]' 'Description=Command of weekly.timer' '' '[Service]' Type=oneshot User=nito 'ExecStart=/bin/sh -c "echo 5%%"' > /etc/systemd/system/weekly.service
systemctl daemon-reload; systemctl enable --now --quiet weekly.timer`,
    found: {
      weekly: {
        name: 'weekly',
        onCalendar: ['weekly'],
        persistent: true,
        command: 'echo 5%',
        user: 'nito',
        enabled: true,
        running: true,
      },
    },
    notFound: ['dpkg-db-backup', 'fstrim'],
    claims: ['/etc/systemd/system/weekly.timer', '/etc/systemd/system/weekly.service'],
  },
  mount: {
    hand: `mkdir -p '/srv/scratch space' /srv/later
printf 'tmpfs\\t/srv/scratch\\\\040space tmpfs size=1m,nosuid 0 0\\nserver:/x /srv/later nfs noauto\\nproc /proc proc defaults 0 0\\n' >> /etc/fstab
mount '/srv/scratch space'`,
    found: {
      '/srv/scratch space': {
        path: '/srv/scratch space',
        device: 'tmpfs',
        type: 'tmpfs',
        options: ['nosuid', 'size=1m'],
        mounted: true,
      },
      '/srv/later': { path: '/srv/later', device: 'server:/x', type: 'nfs', options: ['noauto'], mounted: false },
    },
    notFound: ['/proc', '/'],
  },
}

await describeFleet('what somebody made by hand', () => {
  let fleet: Fleet
  let session: HostSession

  beforeAll(async () => {
    fleet = await bootFleet({ names: ['found-01'] })
    const [host] = fleet.hosts
    if (host === undefined) throw new Error('a fleet without hosts')
    const connected = await new Ssh2Connector({ keyFiles: [fleet.identityFile] }).connect(
      {
        host: host.name,
        address: host.address,
        port: host.port,
        user: 'plumbline',
        hostKeys: [host.hostKey],
        sudo: true,
        root: '',
        transport: 'ssh',
      },
      { deadline: 30 * seconds },
    )
    if (isFailure(connected)) throw new Error(`${connected.failed}: ${connected.detail}`)
    session = connected
    for (const { hand } of Object.values(byHand)) {
      const made = await host.exec(`set -e\n${hand}`)
      if (made.code !== 0) throw new Error(`${hand}\n${made.stderr}`)
    }
  }, 900 * seconds)

  afterAll(async () => {
    await session?.close()
    await fleet?.stop()
  })

  const look = async (script: Parameters<HostSession['read']>[0]) => said(await session.read(script, options))

  it.each(Object.entries(byHand))(
    'is found as %s, and needs nothing done',
    { timeout: 120 * seconds },
    async (name, made) => {
      const type = resourceTypes.get(name)
      if (type?.discover === undefined) throw new Error(`${name} finds nothing`)
      const discovered = type.discover.parse(await look(type.discover.probe))
      const specs = discovered.flatMap((d) => ('spec' in d ? [d.spec] : []))
      const byName = new Map(specs.map((spec) => [type.identify(spec), spec]))
      for (const [resource, spec] of Object.entries(made.found)) expect(byName.get(resource), resource).toEqual(spec)
      for (const resource of made.notFound ?? []) expect([...byName.keys()]).not.toContain(resource)
      const leftOut = discovered.flatMap((d) => ('leftOut' in d ? [d.leftOut] : []))
      for (const what of made.leftOut ?? []) expect(leftOut).toContain(what)
      const claims = new Set(discovered.flatMap((d) => d.claims ?? []))
      for (const path of made.claims ?? []) expect([...claims]).toContain(path)
      expect(JSON.stringify(discovered)).not.toMatch(/\$[y6]\$/)
      expect(await leftToDo(type, specs)).toEqual([])
      expect(specs.flatMap((spec) => type.check?.(spec, about) ?? [])).toEqual([])
    },
  )

  /** What a plan of the discovered specs would do on the same host. */
  async function leftToDo(type: ResourceType, specs: readonly JsonObject[]): Promise<readonly unknown[]> {
    const wanted = specs.map((spec) => type.normalise(spec))
    const seen = type.parse(wanted, await look(type.probe(wanted)))
    return wanted.flatMap((want, i): unknown[] => {
      const observation = seen[i]
      if (observation?.status !== 'present') return [{ want, observation }]
      const fields = type.diff(want, observation.state, observation.excerpt)
      return fields.length === 0 ? [] : [{ want, fields }]
    })
  }
})

function said({ stdout, stderr, code }: Output): ProbeOutput {
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)
  return { stdout: text(stdout), stderr: text(stderr), code: code ?? 255 }
}
