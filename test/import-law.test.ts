import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { generateKeyPair } from '../engine/adapters/signing/key-pair.ts'
import { type SimulatedHost, startSimulatedHost } from '../engine/adapters/simulated/simulated-host.ts'
import { type Desk, openDesk } from './cli.ts'

/** A law of import: whatever somebody did to a host by hand, the documents written of it leave nothing to do there. */

interface Deed {
  /** For a counterexample. */
  readonly what: string
  readonly to: (root: string) => void
}

const put = (root: string, path: string, bytes: string | Uint8Array, mode = 0o644): void => {
  const file = join(root, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, bytes)
  chmodSync(file, mode)
}

const words = fc.constantFrom(
  'one',
  'a b',
  "it's",
  '-n',
  '$HOME',
  'ü',
  'x.conf',
  '#x',
  '{{ y }}',
  '~z',
  'null',
  '1e3',
  'yes',
)
const text = fc.string({
  unit: fc.constantFrom(
    'a',
    'é',
    '世',
    ' ',
    "'",
    '"',
    '$',
    '\\',
    '%',
    '\n',
    '\r\n',
    '\t',
    '🙂',
    '#',
    ':',
    '- ',
    '{',
    '|',
    '&a',
  ),
  maxLength: 60,
})
const mode = fc.constantFrom(0o644, 0o600, 0o755, 0o440)

const file = fc.tuple(words, text, mode).map(
  ([name, content, bits]): Deed => ({
    what: `file ${JSON.stringify([name, content, bits])}`,
    to: (root) => put(root, `etc/own/${name}`, content, bits),
  }),
)
const binary = fc.tuple(words, fc.uint8Array({ maxLength: 40 })).map(
  ([name, bytes]): Deed => ({
    what: `binary ${JSON.stringify([name, [...bytes]])}`,
    to: (root) => put(root, `etc/other/${name}`, bytes),
  }),
)
const link = fc.tuple(words, words).map(
  ([name, target]): Deed => ({
    what: `link ${JSON.stringify([name, target])}`,
    to: (root) => {
      mkdirSync(join(root, 'etc/links'), { recursive: true })
      rmSync(join(root, 'etc/links', name), { force: true })
      symlinkSync(target, join(root, 'etc/links', name))
    },
  }),
)
const lines = (path: string, choices: readonly string[]) =>
  fc.array(fc.constantFrom(...choices), { maxLength: 4 }).map(
    (chosen): Deed => ({
      what: `${path} ${JSON.stringify(chosen)}`,
      to: (root) => put(root, path, chosen.map((line) => `${line}\n`).join('')),
    }),
  )
const cron = lines('etc/cron.d/job', [
  '# a comment',
  'MAILTO=""',
  'PATH=/usr/bin:/bin',
  '5 4 * * * root /usr/bin/true',
  '@daily\troot   echo \\% %input',
  '*/5 1-3,7 * jan mon  nobody  test -e /x || y',
  'not a job at all',
])
const sysctl = lines('etc/sysctl.d/90-own.conf', [
  'net.ipv4.ip_forward = 0',
  'net.ipv4.ip_forward=1',
  '; comment',
  '-net.ipv4.ip_local_port_range=32768 60999',
  'net/ipv4/ip_forward = 0',
  'nonsense',
])
const fstab = lines('etc/fstab', [
  '# UNCONFIGURED FSTAB FOR BASE SYSTEM',
  'UUID=0f3c1c9e /srv/data ext4 noatime,noauto 0 2',
  'tmpfs   /srv/scratch\ttmpfs  size=64m,noauto 0 0',
  '/dev/sda1 / ext4 errors=remount-ro 0 1',
  'server:/x /srv/with\\040blank nfs noauto',
  '/swap none swap sw 0 0',
])
const unit = lines('etc/systemd/system/own.service', [
  '[Unit]',
  'Description=x',
  '[Service]',
  'ExecStart=/bin/true',
  '',
])
const key = generateKeyPair().publicKey
const account = fc
  .tuple(
    fc.constantFrom('ana', 'ben'),
    lines('authorized_keys', [key, `restrict ${key} laptop`, '# who', `from="10.0.0.0/8" ${key}`]),
  )
  .map(
    ([login, keys]): Deed => ({
      what: `account ${login} ${keys.what}`,
      to: (root) => {
        const uid = login === 'ana' ? 1501 : 1502
        appendFileSync(
          join(root, 'etc/passwd'),
          `${login}:x:${uid}:${uid}:${login} of Operations:/home/${login}:/bin/bash\n`,
        )
        appendFileSync(join(root, 'etc/group'), `${login}:x:${uid}:\n`)
        appendFileSync(join(root, 'etc/shadow'), `${login}:!:20000:0:99999:7:::\n`)
        keys.to(join(root, `home/${login}/.ssh`))
      },
    }),
  )

const deeds = fc
  .tuple(
    fc.array(fc.oneof(file, binary, link), { maxLength: 4 }),
    ...[cron, sysctl, fstab, unit, account].map((deed) => fc.option(deed, { nil: undefined })),
  )
  .map(([many, ...single]) => [...many, ...single.filter((d): d is Deed => d !== undefined)])

let scratch: string
let login: string
let desk: Desk
beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'plumbline-import-law-'))
  const pair = generateKeyPair('import')
  login = join(scratch, 'key')
  writeFileSync(login, pair.privateKey, { mode: 0o600 })
  writeFileSync(`${login}.pub`, `${pair.publicKey}\n`)
  desk = openDesk({ PLUMBLINE_SSH_KEY: login })
  const made = await desk.run('init', '.', '--solo')
  expect(made.status, made.err).toBe(0)
  rmSync(join(desk.folder, 'inventory/profiles'), { recursive: true, force: true })
})

afterAll(() => {
  desk?.close()
  rmSync(scratch, { recursive: true, force: true })
})

it('leaves nothing to do on a host that was imported', { timeout: 300_000 }, async () => {
  let round = 0
  await fc.assert(
    fc.asyncProperty(deeds, async (list) => {
      round += 1
      const name = `host-${round}`
      const host: SimulatedHost = await startSimulatedHost({ folder: join(scratch, name), name })
      try {
        host.authorize(readFileSync(`${login}.pub`, 'utf8'))
        for (const deed of list) deed.to(host.root)
        const spec = {
          address: '127.0.0.1',
          environment: 'prod',
          root: host.root,
          hostKeys: [host.hostKey],
          ssh: { port: host.port, user: host.user },
        }
        const document = { apiVersion: 'plumbline/v1', kind: 'Host', metadata: { name }, spec }
        desk.write(`inventory/${name}.yaml`, stringify(document))
        const imported = await desk.run('import', name)
        expect(imported.status, `${list.map((d) => d.what).join('\n')}\n${imported.out}${imported.err}`).toBe(0)
        expect(imported.out).toContain('plan is empty')
      } finally {
        await host.stop()
        rmSync(join(desk.folder, `inventory/${name}.yaml`))
        rmSync(join(desk.folder, `inventory/profiles/${name}.yaml`), { force: true })
        rmSync(join(scratch, name), { recursive: true, force: true })
      }
    }),
    { numRuns: 8 },
  )
})
