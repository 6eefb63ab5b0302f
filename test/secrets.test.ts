import { execFileSync } from 'node:child_process'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { generateKeyPair } from '../engine/adapters/signing/key-pair.ts'
import { type SimulatedHost, startSimulatedHost } from '../engine/adapters/simulated/simulated-host.ts'
import { type Desk, openDesk, type Ran } from './cli.ts'
import { canaries, leaksBelow, leaksIn, leaksInProcesses } from './fixtures/canaries.ts'
import { sopsFile } from './fixtures/sops-file.ts'

let scratch: string
let host: SimulatedHost
let login: string

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'plumbline-secrets-'))
  const pair = generateKeyPair('secrets')
  login = join(scratch, 'key')
  writeFileSync(login, pair.privateKey, { mode: 0o600 })
  writeFileSync(`${login}.pub`, `${pair.publicKey}\n`)
  host = await newHost('web-01')
})

afterAll(async () => {
  await host?.stop()
  rmSync(scratch, { recursive: true, force: true })
})

async function newHost(name: string): Promise<SimulatedHost> {
  const made = await startSimulatedHost({ folder: join(scratch, name), name })
  made.authorize(readFileSync(`${login}.pub`, 'utf8').trim())
  return made
}

const documents = (...list: readonly object[]): string =>
  list.map((d) => stringify({ apiVersion: 'plumbline/v1', ...d })).join('---\n')

async function must(desk: Desk, ...argv: string[]): Promise<Ran> {
  const ran = await desk.run(...argv)
  if (ran.status !== 0) throw new Error(`plumbline ${argv.join(' ')} ended with ${ran.status}\n${ran.out}${ran.err}`)
  return ran
}

/** An estate of one person and one host, with a key to read secrets by. */
async function estate(more: Readonly<Record<string, string>> = {}, on: SimulatedHost = host): Promise<Desk> {
  const desk = openDesk({ PLUMBLINE_SSH_KEY: login, PLUMBLINE_DEBUG: '1', ...more })
  await must(desk, 'init', '.', '--solo')
  const { out } = await must(desk, 'secret', 'keygen', '--json')
  const { recipient } = JSON.parse(out) as { recipient: string }
  desk.write('plumbline.yaml', `${desk.read('plumbline.yaml').trimEnd()}\n  secrets: { recipients: [${recipient}] }\n`)
  desk.write(
    'inventory/people.yaml',
    documents(
      {
        kind: 'Person',
        metadata: { name: 'ana' },
        spec: {
          fullName: 'Ana',
          email: 'ana@example.org',
          login: 'ana',
          sshKeys: [{ key: readFileSync(`${login}.pub`, 'utf8').trim() }],
        },
      },
      { kind: 'Team', metadata: { name: 'operations' }, spec: { members: ['ana'] } },
    ),
  )
  desk.write(
    'inventory/hosts.yaml',
    documents({
      kind: 'Host',
      metadata: { name: 'web-01' },
      spec: {
        address: '127.0.0.1',
        environment: 'prod',
        root: on.root,
        hostKeys: [on.hostKey],
        ssh: { port: on.port, user: on.user },
      },
    }),
  )
  desk.commit('A host')
  await must(desk, 'apply')
  return desk
}

function profile(desk: Desk, resources: readonly object[], variables: object = {}): void {
  const spec = { selector: { all: true }, variables, resources }
  desk.write('inventory/secrets.yaml', documents({ kind: 'Profile', metadata: { name: 'secrets' }, spec }))
}

const onHost = (path: string, on: SimulatedHost = host): string => readFileSync(join(on.root, path), 'utf8')
const changeIn = (out: string): string => /CHG-\d+-\d+/.exec(out)?.[0] ?? ''

/** What anybody could read later: the estate's folder with its ledger, caches and saved plans, and every object that git holds. */
function leaksKept(desk: Desk): string[] {
  const objects = execFileSync('git', ['-C', desk.folder, 'cat-file', '--batch-all-objects', '--batch'], {
    maxBuffer: 256 * 1024 * 1024,
  })
  const kept = leaksIn(objects.toString('utf8')).map((leak) => `git object: ${leak}`)
  return [...kept, ...leaksBelow(dirname(desk.folder))]
}

describe('secrets', () => {
  it('are encrypted in the estate, planned by name, applied by value, and done when they are applied', {
    timeout: 120_000,
  }, async () => {
    const desk = await estate()
    try {
      profile(desk, [{ file: { path: '/etc/app-one.conf', template: 'password={{ pw }}\n', owner: 'root' } }], {
        pw: { secret: 'age/app/password' },
      })
      const missing = await desk.run('validate', '--json')
      expect(JSON.parse(missing.out).diagnostics).toMatchObject([
        { code: 'secret-missing', file: 'inventory/secrets.yaml', subject: 'Profile/secrets' },
      ])
      expect(await desk.runWith('first value\n', 'secret', 'set', 'app/password')).toMatchObject({ status: 0 })
      expect(desk.read('secrets/app/password.age')).toMatch(/^-----BEGIN AGE ENCRYPTED FILE-----\n/)
      await must(desk, 'validate')
      desk.commit('A password')
      const plan = await desk.run('plan', 'HEAD', '--all')
      expect(plan.out).toContain('age/app/password')
      await must(desk, 'apply')
      expect(onHost('/etc/app-one.conf')).toBe('password=first value\n')
      expect(lstatSync(join(host.root, '/etc/app-one.conf')).mode & 0o777).toBe(0o600)
      expect(await desk.run('plan')).toMatchObject({ status: 0 })
      // The same value, encrypted anew, is another version: nobody can tell that it is the same.
      await desk.runWith('second value', 'secret', 'set', 'app/password')
      desk.commit('Another password')
      const changed = await desk.run('plan', '--json')
      expect(changed.status).toBe(2)
      expect(JSON.parse(changed.out).actions[0].fields).toEqual([{ path: 'content', sensitive: true }])
      const { out } = await must(desk, 'apply', '--json')
      expect(onHost('/etc/app-one.conf')).toBe('password=second value\n')
      // Moved by hand: seen, and nothing of it shown.
      writeFileSync(join(host.root, '/etc/app-one.conf'), 'password=by hand\n')
      const drift = await desk.run('drift')
      expect(drift.out).toContain('/etc/app-one.conf')
      expect(drift.out).not.toMatch(/by hand|second value/)
      await must(desk, 'apply')
      await desk.run('rollback', changeIn(out))
      desk.git('merge', '-q', '--no-ff', '-m', 'Take it back', `rollback/${changeIn(out).toLowerCase()}`)
      writeFileSync(join(host.root, '/etc/app-one.conf'), 'password=second value\n')
      await must(desk, 'apply')
      expect(onHost('/etc/app-one.conf')).toBe('password=first value\n')
      await must(desk, 'audit', 'verify')
      // What was a secret is not shown beside what takes its place.
      profile(desk, [{ file: { path: '/etc/app-one.conf', content: 'no password\n' } }])
      desk.commit('No password')
      const gone = await desk.run('plan')
      expect(gone.status).toBe(2)
      expect(gone.out).not.toContain('first value')
    } finally {
      desk.close()
    }
  })

  it('that can not be had stop an apply before anything is begun', { timeout: 120_000 }, async () => {
    const desk = await estate()
    try {
      profile(desk, [
        { file: { path: '/etc/app-two-plain.conf', content: 'x' } },
        { file: { path: '/etc/app-two.conf', content: { secret: 'env/NOT_THERE' } } },
        { file: { path: '/etc/app-three.conf', content: { secret: 'file//etc/shadow' } } },
      ])
      desk.commit('Secrets that are not there')
      const ran = await desk.run('apply')
      expect(ran.status).toBe(1)
      expect(ran.err).toContain("the secret env/NOT_THERE can't be had here")
      expect(ran.err).toContain('in none of the folders for secrets')
      expect(existsSync(join(host.root, '/etc/app-two-plain.conf'))).toBe(false)
      const { out } = await must(desk, 'log', '--json')
      expect(JSON.stringify(out)).not.toContain('implementing')
    } finally {
      desk.close()
    }
  })

  it('come out of SOPS files, and one that changes there is a change', { timeout: 120_000 }, async () => {
    const desk = await estate()
    try {
      const recipient = /age1[a-z0-9]+/.exec(desk.read('plumbline.yaml'))?.[0] ?? ''
      desk.write('secrets/shop.yaml', await sopsFile(recipient, { user: 'ana', token: 'one' }))
      profile(desk, [
        { file: { path: '/etc/sops-user', content: { secret: 'age/shop.yaml#db.users.1' } } },
        { file: { path: '/etc/sops-token', content: { secret: 'age/shop.yaml#token' } } },
      ])
      desk.commit('Values of SOPS')
      await must(desk, 'apply')
      expect([onHost('/etc/sops-user'), onHost('/etc/sops-token')]).toEqual(['ana', 'one'])
      const kept = desk.read('secrets/shop.yaml').split('\n')
      const other = (await sopsFile(recipient, { user: 'ana', token: 'two' })).split('\n')
      // Another data key opens none of the values that were there before.
      const isToken = (line: string): boolean => line.startsWith('token:')
      desk.write(
        'secrets/shop.yaml',
        kept.map((line) => (isToken(line) ? (other.find(isToken) ?? '') : line)).join('\n'),
      )
      desk.commit('A value that was put there from elsewhere')
      const refused = await desk.run('apply')
      expect(refused.err).toContain("the secret age/shop.yaml#token can't be had here")
      expect(JSON.parse((await desk.run('plan', '--json')).out).actions).toMatchObject([
        { resource: 'file:/etc/sops-token' },
      ])
    } finally {
      desk.close()
    }
  })

  it('that lie open in the estate are findings', async () => {
    const desk = await estate()
    try {
      desk.write('secrets/open.age', 'hunter2\n')
      profile(desk, [{ file: { path: '/etc/x', content: { secret: 'age/opn' } } }])
      const { out } = await desk.run('validate', '--json')
      expect(JSON.parse(out).diagnostics).toMatchObject([
        { code: 'secret-not-encrypted', summary: 'secrets/open.age is not encrypted with age' },
        { code: 'secret-missing', hint: 'did you mean age/open?' },
      ])
      expect(out).not.toContain('hunter2')
      const list = await desk.run('secret', 'list')
      expect(list.status).toBe(1)
      expect(list.out).toContain('NOT ENCRYPTED')
      desk.write(
        'inventory/secrets.yaml',
        'apiVersion: plumbline/v1\nkind: Profile\nmetadata: { name: p }\nspec: { selector: { all: true }, resources: [{ file: { path: /etc/x, content: "\\uFDD0env/HOME@\\uFDD1" } }] }\n',
      )
      expect((await desk.run('validate', '--json')).out).toContain('unsafe-character')
    } finally {
      desk.close()
    }
  })
})

describe('fifty canaries', () => {
  const folder = '/etc/canaries'
  const outside = () => join(scratch, 'machine')

  /** Forty-eight in the estate, one in the environment, one on the machine that applies. */
  async function withCanaries(on: SimulatedHost): Promise<Desk> {
    mkdirSync(outside(), { recursive: true })
    writeFileSync(join(outside(), 'c49'), canaries[49] ?? '', { mode: 0o600 })
    const desk = await estate({ PLUMBLINE_SECRETS_PATH: outside(), PLUMBLINE_SECRET_C48: canaries[48] ?? '' }, on)
    for (const [n, value] of canaries.slice(0, 48).entries())
      expect(await desk.runWith(value, 'secret', 'set', `c${n}`)).toMatchObject({ status: 0 })
    return desk
  }

  const reference = (n: number): { secret: string } => ({
    secret: n === 48 ? 'env/C48' : n === 49 ? 'file/c49' : `age/c${n}`,
  })
  const numbers = canaries.map((_, n) => n)
  const variables = Object.fromEntries(numbers.map((n) => [`c${n}`, reference(n)]))
  const lines = (from: number, to: number, text: (n: number) => string): string =>
    numbers
      .slice(from, to)
      .map((n) => `${text(n)}\n`)
      .join('')

  const resources: readonly object[] = [
    { directory: { path: folder } },
    ...[...numbers.slice(0, 12), 48, 49].map((n) => ({
      file: { path: `${folder}/whole-${n}`, content: reference(n) },
    })),
    { file: { path: `${folder}/plain`, template: lines(12, 30, (n) => `c${n}={{ c${n} }}`), mode: '0640' } },
    { file: { path: `${folder}/json`, template: lines(30, 40, (n) => `{"c${n}": {{ c${n} | json }}}`) } },
    { file: { path: `${folder}/url`, template: lines(40, 45, (n) => `http://{{ c${n} | url_encode }}@x/`) } },
    { file: { path: `${folder}/base64`, template: lines(45, 48, (n) => `{{ c${n} | base64_encode }}`) } },
  ]

  const stored = (n: number): string => {
    const value = canaries[n] ?? ''
    const bare = value.replace(/\n$/, '')
    return bare.includes('\n') ? value : bare
  }

  it('are on the host and nowhere else, whatever is done with them', { timeout: 300_000 }, async () => {
    const said: string[] = []
    const desk = await withCanaries(host)
    const type = async (...argv: string[]): Promise<Ran> => {
      const ran = await desk.run(...argv)
      said.push(`plumbline ${argv.join(' ')}\n${ran.out}${ran.err}`)
      return ran
    }
    const processes = new Set<string>()
    const watch = setInterval(() => {
      for (const leak of leaksInProcesses()) processes.add(leak)
    }, 100)
    try {
      profile(desk, resources, variables)
      const valid = await type('validate')
      expect(valid.status, valid.out).toBe(0)
      desk.commit('Fifty canaries')
      for (const argv of [
        ['plan', 'HEAD~1', '--base', 'HEAD~1'],
        ['plan', '--json'],
        ['plan', '-o', 'saved.json'],
        ['explain', 'plan', 'saved.json'],
        ['approve', 'saved.json'],
        ['secret', 'list'],
        ['secret', 'list', '--json'],
      ])
        await type(...argv)
      const applied = await type('apply', '--json')
      expect(applied.status, applied.out.slice(-2000)).toBe(0)
      for (const n of [...numbers.slice(0, 12), 48, 49]) expect(onHost(`${folder}/whole-${n}`)).toBe(stored(n))
      expect(onHost(`${folder}/plain`)).toBe(lines(12, 30, (n) => `c${n}=${stored(n)}`))
      const json = onHost(`${folder}/json`).trim().split('\n')
      expect(json.map((line) => Object.values(JSON.parse(line))[0])).toEqual(numbers.slice(30, 40).map(stored))
      expect(onHost(`${folder}/url`)).toBe(lines(40, 45, (n) => `http://${encodeURIComponent(stored(n))}@x/`))
      expect(onHost(`${folder}/base64`)).toBe(lines(45, 48, (n) => Buffer.from(stored(n)).toString('base64')))
      // Who looks for traces would find them: here they belong.
      expect(leaksBelow(join(host.root, folder)).length).toBeGreaterThan(50)
      expect(await type('plan')).toMatchObject({ status: 0 })
      expect(await type('apply')).toMatchObject({ status: 0, out: 'nothing pending\n' })
      const change = changeIn(applied.out)
      // Somebody moves the host; everything is asked for once more.
      writeFileSync(join(host.root, folder, 'plain'), `${canaries[3]}\n${canaries[12]}\n`)
      for (const argv of [
        ['plan'],
        ['plan', '--json', '--diff-lines', '400'],
        ['drift'],
        ['drift', '--json'],
        ['drift', '--record'],
        ['blame', 'web-01'],
        ['blame', 'web-01', `file:${folder}/plain`, '--json'],
        ['log'],
        ['log', '--json'],
        ['show', change],
        ['show', change, '--json'],
        ['audit', 'verify'],
        ['audit', 'verify', '--json'],
        ['explain', 'Profile.resources'],
        ['explain', 'plan', '--json'],
        ['graph'],
        ['graph', 'Host/web-01', '--json'],
        ['get', 'profile', 'secrets'],
        ['get', 'profile', 'secrets', '--json'],
        ['observe'],
        ['observe', '--json'],
        ['facts', 'web-01'],
        ['query', 'resources'],
        ['query', 'files', '--json'],
        ['baseline', 'one'],
        ['schemas', '--json'],
        ['import', 'web-01', '--dry-run'],
        ['import', `ssh://${host.user}@127.0.0.1:${host.port}`, '--dry-run', '--force'],
        ['diff', 'HEAD~1', 'HEAD', '--json'],
        ['as-of', change, 'plan', '--json'],
        ['drift', 'adopt', '--host', 'web-01'],
        ['drift', 'revert', '--host', 'web-01'],
        ['apply'],
        ['secret', 'rekey'],
      ])
        await type(...argv)
      desk.commit('Encrypted anew')
      const again = changeIn((await type('apply', '--json')).out)
      await type('rollback', again, '--dry-run')
      await type('rollback', again)
      desk.git('merge', '-q', '--no-ff', '-m', 'Take it back', `rollback/${again.toLowerCase()}`)
      await type('plan', '-o', 'back.json')
      await type('apply', '--json')
      await type('show', change, '--json')
    } finally {
      clearInterval(watch)
    }
    expect(leaksIn(said.join('\n'))).toEqual([])
    expect([...processes]).toEqual([])
    expect(leaksKept(desk)).toEqual([])
    desk.close()
  })

  it('stay untold where a host says them while an action fails', { timeout: 300_000 }, async () => {
    const desk = await withCanaries(host)
    const said: string[] = []
    // The check of a new file prints it, and refuses it: in clear, in base64, in hexadecimal.
    for (const check of ['diff /dev/null %s', 'base64 %s /nowhere', 'od -An -tx1 %s /nowhere']) {
      profile(
        desk,
        [
          ...numbers.map((n) => ({
            file: { path: `/etc/refused/${n}`, content: reference(n), validate: check },
          })),
        ].slice(0, 4),
      )
      desk.commit(`Checked by ${check}`)
      const ran = await desk.run('apply', '--json')
      expect(ran.status).toBe(1)
      expect(ran.out).toContain('exit status 1: the output is not shown, for it may hold a secret')
      said.push(ran.out, ran.err)
      const { out } = await desk.run('log', '--json')
      said.push(out, (await desk.run('show', changeIn(ran.out + ran.err))).out)
    }
    // An action without a secret of its own prints one.
    writeFileSync(join(host.root, 'etc/told'), canaries.slice(0, 12).join('\n'))
    profile(desk, [
      { file: { path: '/etc/quiet', content: reference(1) } },
      { file: { path: '/etc/told-not', content: 'x', validate: `diff ${host.root}/etc/told %s` } },
    ])
    desk.commit('A check that prints something else')
    const ran = await desk.run('apply')
    expect(ran.status).toBe(1)
    expect(leaksIn(`${ran.out}${ran.err}`).filter((leak) => leak.startsWith('1 '))).toEqual([])
    expect(leaksIn(said.join('\n'))).toEqual([])
    desk.close()
  })

  it('stay untold where a host goes away in the middle', { timeout: 300_000 }, async () => {
    const away = await newHost('away')
    mkdirSync(join(away.root, 'etc/hangs'), { recursive: true })
    const desk = await withCanaries(away)
    // Prints the new file and never ends.
    profile(desk, [{ file: { path: '/etc/hangs/here', content: reference(5), validate: 'tail -n 100 -f %s' } }])
    desk.commit('A check that hangs')
    const running = desk.run('apply', '--json')
    await new Promise<void>((resolve) => {
      const look = setInterval(() => {
        if (!readdirSync(join(away.root, 'etc/hangs')).some((name) => name.startsWith('.plumbline.'))) return
        clearInterval(look)
        resolve()
      }, 20)
    })
    expect(leaksInProcesses()).toEqual([])
    await away.stop()
    const ran = await running
    expect(ran.status).toBe(1)
    expect(ran.out).toContain('outcome-unknown')
    expect(leaksIn(`${ran.out}${ran.err}`)).toEqual([])
    expect(leaksKept(desk)).toEqual([])
    desk.close()
  })
})
