import { describe, expect, it } from 'vitest'
import { hidePasswords, isPasswordFile, passwordLook } from './password-look.ts'

describe('a password', () => {
  it.each([
    'machine api.example.org login bob password hunter2xyz',
    'db.example.org:5432:shop:shop:hunter2xyz',
    "<?php define( 'DB_PASSWORD', 'hunter2xyz' );",
    "define('AUTH_KEY', 'hunter2xyz');",
    "$cfg['Servers'][$i]['password'] = 'hunter2xyz';",
    "'password' => 'hunter2xyz',",
    'dbPassword: hunter2xyz',
    'DB_PASS=hunter2xyz',
    'aws_secret_access_key = hunter2xyz',
    'AccountName=x;AccountKey=hunter2xyz==;',
    'bob:$apr1$hunter2x$hunter2hunter2hunter2.',
    'bob:$2y$05$hunter2xyzhunter2xyzhunter2xyz',
    'bob:{SSHA}hunter2xyzhunter2',
    'PresharedKey = hunter2xyz=',
    'key "rndc-key" { algorithm hmac-sha256; secret "hunter2xyz"; };',
    ' psk="hunter2xyz"',
    ': PSK "hunter2xyz"',
    'rocommunity hunter2xyz',
    'proxy_set_header Authorization "Basic hunter2xyz=";',
    '{"auths":{"registry.example.org":{"auth":"hunter2xyz="}}}',
    '    client-key-data: hunter2xyz==',
    '0 1 * * * root mysqldump -u root -phunter2xyz db > /x',
    'mysqldump --password=hunter2xyz db',
    'curl -sf -u bob:hunter2xyz https://x/',
    'sshpass -p hunter2xyz ssh x',
    'PGPASSWORD=hunter2xyz pg_dump',
    'deb https://bob:hunter2xyz@repo.example.org/debian stable main',
  ])('is told by its line, and masked: %s', (line) => {
    expect(passwordLook(`first\n${line}\n`)).toBeGreaterThan(5)
    expect(hidePasswords(line)).not.toContain('hunter2xyz')
    expect(hidePasswords(line)).toContain('***')
  })

  it.each([
    'PasswordAuthentication no',
    'password requisite pam_pwquality.so retry=3',
    'password_file = /etc/shop/password',
    'passwd:         files systemd',
    'mysqli.default_pw =\n\nother = words',
    'host all all 127.0.0.1/32 scram-sha-256',
    'password = <your password>',
    'AuthorizedKeysFile .ssh/authorized_keys',
    'docker run --user 1000:1000 image',
    'mysqldump -p "$DB" -u root',
    'root:x:0:0:root:/root:/bin/bash',
    'git clone https://git.example.org/shop.git',
    'rsync bob@backup.example.org:/srv /srv',
    'OLDPWD=/srv cd',
  ])('is not seen in %j', (text) => {
    expect(passwordLook(text)).toBe(-1)
    expect(hidePasswords(text)).toBe(text)
  })

  it('is looked for in time in whatever a host prints', () => {
    const size = 65_536
    for (const part of [
      '_',
      'a',
      'mysql ',
      'curl ',
      ':',
      'pass',
      'password ',
      ' login x',
      "'",
      'a:b:',
      '<',
      'pass="',
      'x://',
    ])
      hidePasswords(part.repeat(size / part.length))
  }, 10_000)

  it('is in files of some names whatever they say', () => {
    for (const path of ['/root/.netrc', '/etc/ppp/chap-secrets', '/etc/nginx/.htpasswd', '/etc/apt/auth.conf.d/x.conf'])
      expect(isPasswordFile(path)).toBe(true)
    for (const path of ['/etc/passwd', '/etc/nsswitch.conf', '/etc/login.defs'])
      expect(isPasswordFile(path)).toBe(false)
  })
})
