import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { load } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import type { Asking } from '../model/facts.ts'
import { render } from '../model/script.ts'
import { isUnknown } from './fact.ts'
import { factProbes } from './index.ts'

const asking: Asking = {
  sent: new Date('2026-11-22T10:00:00.000Z'),
  now: new Date('2026-11-22T10:00:01.000Z'),
  sha256: (data) => createHash('sha256').update(data).digest('hex'),
}

const probeOf = (name: string) => {
  const found = factProbes.find((probe) => probe.name === name)
  if (found === undefined) throw new Error(`no fact ${name}`)
  return found
}

interface Case {
  readonly fact: string
  readonly title: string
  readonly stdout: string
  readonly stderr?: string
  readonly code?: number
  readonly expect: unknown
}

const folder = join(import.meta.dirname, 'cases')
const cases = readdirSync(folder)
  .sort()
  .flatMap((name) => load(readFileSync(join(folder, name), 'utf8')) as Case[])

describe('what hosts print', () => {
  it.each(cases)('$fact: $title', ({ fact, stdout, stderr = '', code = 0, expect: wanted }) => {
    expect(probeOf(fact).parse({ stdout, stderr, code }, asking)).toEqual(wanted)
  })

  it('has a case for every fact', () => {
    expect(factProbes.map((p) => p.name).filter((name) => !cases.some((c) => c.fact === name))).toEqual([])
  })

  it('never makes a parser throw, whatever it is', () => {
    const pieces = [...new Set(cases.flatMap((c) => c.stdout.split('\n')))]
    const line = fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: 'binary', maxLength: 40 }))
    const garbled = fc.tuple(line, fc.nat(60), fc.string({ maxLength: 4 }))
    const texts = fc.array(
      fc.oneof(
        line,
        garbled.map(([text, at, put]) => text.slice(0, at) + put + text.slice(at + 1)),
      ),
      { maxLength: 12 },
    )
    fc.assert(
      fc.property(texts, fc.string(), fc.constantFrom(0, 0, 0, 1, 75, 77, 127, 255), (lines, stderr, code) => {
        for (const probe of factProbes) {
          const found = probe.parse({ stdout: lines.join('\n'), stderr, code }, asking)
          expect(JSON.parse(JSON.stringify(found))).toEqual(found)
          if (code !== 0) expect(isUnknown(found)).toBe(true)
        }
      }),
      { numRuns: 400 },
    )
  })
})

describe('the probes', () => {
  const ask = (name: string, root: string) => {
    const probe = probeOf(name)
    const { stdout, stderr, status } = spawnSync('/bin/sh', ['-c', render(probe.probe)], {
      input: '',
      env: { PATH: process.env['PATH'], R: root, LC_ALL: 'C' },
      encoding: 'utf8',
    })
    return probe.parse({ stdout, stderr, code: status ?? 255 }, asking)
  }

  it('only look', () => {
    for (const { probe } of factProbes) expect(probe.readOnly).toBe(true)
  })

  it('tell of this machine, or say why not', () => {
    for (const { name } of factProbes) {
      const found = ask(name, '')
      if (isUnknown(found)) expect(['missing-tool', 'no-permission', 'unparsable']).toContain(found.reason)
    }
    for (const name of ['os', 'kernel', 'hardware', 'uptime', 'users', 'clock']) {
      expect({ [name]: ask(name, '') }).not.toHaveProperty(`${name}.reason`)
    }
  })

  it('read files below a root prefix, and never tell of the machine around it', () => {
    const root = mkdtempSync(join(tmpdir(), 'plumbline-facts-'))
    const put = (path: string, text: string) => {
      mkdirSync(dirname(join(root, path)), { recursive: true })
      writeFileSync(join(root, path), text)
    }
    try {
      const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEV4YW1wbGVFeGFtcGxlRXhhbXBsZUV4YW1wbGUy'
      put('etc/os-release', 'ID=debian\nPRETTY_NAME="Debian"\n')
      put('etc/hostname', 'rescue\n')
      put('etc/passwd', 'root:x:0:0:root:/root:/bin/bash\neve:x:1000:1000::/home/eve:/bin/sh\n')
      put('etc/group', 'root:x:0:\nwheel:x:10:eve\n')
      put('etc/shadow', 'root:*:1::::::\neve:$y$hash:1:::::20000:\n')
      put('home/eve/.ssh/authorized_keys', `# mine\nfrom="10.0.0.1 , x" ${key} eve at work\nline 1 ${key} forged\n`)
      put('etc/sudoers', '# nothing\nDefaults env_reset\neve ALL = \\\n  /bin/ls\n@includedir /etc/sudoers.d\n')
      put('etc/sudoers.d/old~', 'eve ALL=(ALL) ALL\n')
      put('etc/crontab', 'SHELL=/bin/sh\n17 * * * * root cd / && run-parts\n')
      put('etc/cron.d/.placeholder', '')
      put('var/spool/cron/crontabs/eve', '@daily backup\n')
      expect(ask('os', root)).toEqual({ id: 'debian', name: 'Debian', hostname: 'rescue' })
      expect(ask('users', root)).toMatchObject([
        { name: 'root', locked: true, groups: ['root'] },
        { name: 'eve', locked: false, expires: '2024-10-04', changed: '1970-01-02', groups: ['wheel'] },
      ])
      expect(ask('keys', root)).toEqual([
        {
          user: 'eve',
          fingerprint: expect.stringMatching(/^SHA256:/),
          comment: 'eve at work',
          options: 'from="10.0.0.1 , x"',
        },
      ])
      expect(ask('sudoers', root)).toEqual([
        { file: '/etc/sudoers', rule: 'Defaults env_reset' },
        { file: '/etc/sudoers', rule: 'eve ALL = /bin/ls' },
        { file: '/etc/sudoers', rule: '@includedir /etc/sudoers.d' },
      ])
      expect(ask('cron', root)).toEqual([
        { file: '/etc/crontab', user: 'root', schedule: '17 * * * *', command: 'cd / && run-parts' },
        { file: '/var/spool/cron/crontabs/eve', user: 'eve', schedule: '@daily', command: 'backup' },
      ])
      for (const name of [
        'kernel',
        'hardware',
        'interfaces',
        'routes',
        'neighbours',
        'listeners',
        'mounts',
        'services',
        'lastLogins',
        'clock',
      ])
        expect(ask(name, root)).toMatchObject({ reason: 'unsupported' })
    } finally {
      rmSync(root, { recursive: true, force: true })
    }
  })

  it('find certificates, and leave private keys where they are', () => {
    const root = mkdtempSync(join(tmpdir(), 'plumbline-facts-'))
    try {
      mkdirSync(join(root, 'etc/ssl/private'), { recursive: true })
      const both = readFileSync(join(folder, '../test-certificate.pem'), 'utf8')
      const secret = '-----BEGIN PRIVATE KEY-----\nTheSecretItself\n-----END PRIVATE KEY-----\n'
      writeFileSync(join(root, 'etc/ssl/private/www.pem'), secret + both)
      const probe = probeOf('certificates')
      const { stdout } = spawnSync('/bin/sh', ['-c', render(probe.probe)], {
        env: { PATH: process.env['PATH'], R: root },
        encoding: 'utf8',
      })
      expect(stdout).not.toContain('Secret')
      expect(probe.parse({ stdout, stderr: '', code: 0 }, asking)).toEqual([
        {
          file: '/etc/ssl/private/www.pem',
          subject: 'C=NL, O=Lantern Books\\, BV, CN=www.example.org',
          issuer: 'C=NL, O=Lantern Books\\, BV, CN=www.example.org',
          names: ['www.example.org', 'example.org', '192.0.2.7', '2001:db8:0:0:0:0:0:7'],
          until: '2056-11-14T10:28:14.000Z',
        },
      ])
    } finally {
      rmSync(root, { recursive: true, force: true })
    }
  })
})
