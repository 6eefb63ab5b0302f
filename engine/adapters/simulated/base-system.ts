/** Files of a host that was just installed, by path. */
export function baseSystem(name: string): Readonly<Record<string, string>> {
  return {
    SIMULATED: 'This folder is a simulated host of Plumbline. Nothing in it runs.\n',
    'etc/motd': `${name} is a simulated host. Nothing in it runs.\n`,
    'etc/hostname': `${name}\n`,
    'etc/hosts': `127.0.0.1 localhost\n127.0.1.1 ${name}\n`,
    'etc/cron.d/.placeholder': '# Keeps the folder.\n',
    'etc/fstab': '# UNCONFIGURED FSTAB FOR BASE SYSTEM\n',
    'etc/os-release': 'PRETTY_NAME="Debian GNU/Linux 12 (simulated)"\nID=debian\nVERSION_ID="12"\n',
    'etc/passwd': [
      'root:x:0:0:root:/root:/bin/bash',
      'daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin',
      'www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin',
      'nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin',
      'plumbline:x:1000:1000:Plumbline:/home/plumbline:/bin/bash',
      '',
    ].join('\n'),
    'etc/group': [
      'root:x:0:',
      'daemon:x:1:',
      'adm:x:4:',
      'sudo:x:27:plumbline',
      'www-data:x:33:',
      'users:x:100:',
      'nogroup:x:65534:',
      'plumbline:x:1000:',
      '',
    ].join('\n'),
    'etc/shadow': ['root:*', 'daemon:*', 'www-data:*', 'plumbline:*'].map((u) => `${u}:20000:0:99999:7:::\n`).join(''),
    'etc/sudoers': 'root ALL=(ALL) ALL\n@includedir /etc/sudoers.d\n',
    'etc/sudoers.d/plumbline': 'plumbline ALL=(ALL) NOPASSWD: ALL\n',
    'etc/ssh/sshd_config': 'PasswordAuthentication no\nPermitRootLogin no\n',
    'lib/systemd/system/cron.service': unit('Regular background programs', '/usr/sbin/cron -f'),
    'lib/systemd/system/ssh.service': unit('Secure shell', '/usr/sbin/sshd -D'),
    'etc/systemd/system/multi-user.target.wants/cron.service': '',
    'etc/systemd/system/multi-user.target.wants/ssh.service': '',
    'run/systemd/system/.keep': '',
    'proc/self/mountinfo': '1 0 8:1 / / rw,relatime - ext4 /dev/sda1 rw\n',
    'proc/sys/net/ipv4/ip_forward': '0\n',
    'usr/share/zoneinfo/Etc/UTC': 'TZif2\n',
    'usr/share/zoneinfo/Europe/Berlin': 'TZif2\n',
    'proc/sys/net/ipv4/ip_local_port_range': '32768\t60999\n',
    'run/systemd/units/cron.service': '',
    'run/systemd/units/ssh.service': '',
    'var/lib/dpkg/status': [
      ['base-files', '12.4+deb12u8'],
      ['cron', '3.0pl1-162'],
      ['openssh-server', '1:9.2p1-2+deb12u3'],
      ['sudo', '1.9.13p3-1+deb12u1'],
    ]
      .map(
        ([p, v]) =>
          `Package: ${p}\nStatus: install ok installed\nArchitecture: all\nVersion: ${v}\nDescription: simulated\n\n`,
      )
      .join(''),
    'var/lib/dpkg/info/.keep': '',
    'var/lib/.keep': '',
    'var/log/.keep': '',
    'var/www/.keep': '',
    'srv/.keep': '',
    'root/.keep': '',
    'home/plumbline/.ssh/authorized_keys': '',
    'tmp/.keep': '',
  }
}

/** What can be installed there: `NAME_VERSION/PATH`. */
export const packageArchive: Readonly<Record<string, string>> = {
  ...packaged('nginx', '1.22.1-9+deb12u2', {
    'lib/systemd/system/nginx.service': unit('A web server and reverse proxy', '/usr/sbin/nginx'),
    'usr/sbin/nginx': '#!/bin/sh\necho simulated\n',
    'etc/nginx/nginx.conf': 'events { worker_connections 512; }\nhttp { include /etc/nginx/conf.d/*.conf; }\n',
    'etc/nginx/conf.d/default.conf': 'server { listen 80 default_server; }\n',
  }),
  ...packaged('chrony', '4.3-2+deb12u1', {
    'lib/systemd/system/chrony.service': unit('Keeps the time', '/usr/sbin/chronyd'),
    'usr/sbin/chronyd': '#!/bin/sh\necho simulated\n',
    'etc/chrony/chrony.conf': 'pool 2.debian.pool.ntp.org iburst\n',
  }),
  ...packaged('postgresql', '15+248', {
    'lib/systemd/system/postgresql.service': unit('PostgreSQL', '/bin/true'),
    'etc/postgresql/15/main/postgresql.conf': 'max_connections = 100\n',
  }),
  ...packaged('redis-server', '5:7.0.15-1~deb12u1', {
    'lib/systemd/system/redis-server.service': unit('Advanced key-value store', '/usr/bin/redis-server'),
    'etc/redis/redis.conf': 'bind 127.0.0.1\n',
  }),
  ...packaged('fail2ban', '1.0.2-2', {
    'lib/systemd/system/fail2ban.service': unit('Fail2Ban', '/usr/bin/fail2ban-server'),
    'etc/fail2ban/fail2ban.conf': '[Definition]\nloglevel = INFO\n',
  }),
  ...packaged('curl', '7.88.1-10+deb12u8', { 'usr/bin/curl': '#!/bin/sh\necho simulated\n' }),
  ...packaged('htop', '3.2.2-2', { 'usr/bin/htop': '#!/bin/sh\necho simulated\n' }),
  ...packaged('rsync', '3.2.7-1', { 'usr/bin/rsync': '#!/bin/sh\necho simulated\n' }),
  ...packaged('plumbline-hello', '1.0', hello('greeting = hello\n')),
  ...packaged('plumbline-hello', '1.1', hello('greeting = hello\ncolour = green\n')),
  ...packaged('plumbline-tools', '2.0', { 'usr/bin/plumbline-tool': '#!/bin/sh\necho plumbline-tool 2.0\n' }),
  ...packaged('plumbline-broken', '1.0', { 'usr/share/plumbline-broken/README': 'Its postinst fails.\n' }),
  'plumbline-broken_1.0/postinst': '#!/bin/sh\necho "plumbline-broken: there is no licence key" >&2\nexit 1\n',
}

function hello(configuration: string): Record<string, string> {
  return {
    'lib/systemd/system/plumbline-hello.service': unit('A greeting', '/usr/bin/plumbline-hello serve'),
    'usr/bin/plumbline-hello': '#!/bin/sh\ncat /etc/plumbline-hello.conf\n',
    'etc/plumbline-hello.conf': configuration,
  }
}

function packaged(name: string, version: string, files: Readonly<Record<string, string>>): Record<string, string> {
  const folder = `${name}_${version}`
  const control = `Package: ${name}\nVersion: ${version}\nArchitecture: all\nDescription: simulated\n`
  return {
    [`${folder}/control`]: control,
    ...Object.fromEntries(Object.entries(files).map(([path, text]) => [`${folder}/files/${path}`, text])),
  }
}

function unit(description: string, command: string): string {
  return `[Unit]\nDescription=${description}\n\n[Service]\nExecStart=${command}\n\n[Install]\nWantedBy=multi-user.target\n`
}
