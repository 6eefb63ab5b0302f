import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { load } from 'js-yaml'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { setUpByHand } from './estate/by-hand.ts'
import { Clone } from './estate/clone.ts'
import { builtCommand } from './estate/command.ts'
import { document, file } from './estate/documents.ts'
import type { Finished } from './estate/running.ts'
import { bootFleet, describeFleet, type Fleet, type Host } from './fleet.ts'
import { must } from './harness/run.ts'

const seconds = 1_000

type Item = Readonly<Record<string, Readonly<Record<string, unknown>>>>
type Documents = { readonly spec: { readonly resources: readonly Item[]; readonly selector: unknown } }

await describeFleet('import of hosts that were set up by hand', () => {
  let fleet: Fleet
  let clone: Clone
  let said = ''
  const secrets = new Map<string, string>()
  const folder = mkdtempSync(join(tmpdir(), 'plumbline-import-'))
  const ends: (() => void)[] = [() => rmSync(folder, { recursive: true, force: true })]
  const url = (host: Host) => `ssh://plumbline@${host.address}`
  const run = async (...args: string[]): Promise<Finished> => {
    const done = await clone.plumbline('import', ...args)
    said += done.stdout + done.stderr
    return done
  }
  const profile = (name: string) => load(clone.read(`inventory/profiles/${name}.yaml`)) as Documents
  /** Names of the resources of a profile, by type. */
  const named = (name: string, type: string): unknown[] =>
    profile(name).spec.resources.flatMap((item) => {
      const spec = item[type]
      return spec === undefined
        ? []
        : [spec['name'] ?? spec['path'] ?? spec['login'] ?? spec['user'] ?? spec['key'] ?? spec['zone']]
    })

  beforeAll(async () => {
    fleet = await bootFleet({ names: ['web-01', 'web-02', 'web-03'] })
    const command = await builtCommand()
    ends.push(command.remove)
    const remote = join(folder, 'remote.git')
    await must('git', ['init', '--quiet', '--bare', '--initial-branch=main', remote])
    clone = await Clone.make({
      name: 'ana',
      folder: join(folder, 'ana'),
      remote: `file://${remote}`,
      command: command.file,
      loginKey: fleet.identityFile,
    })
    await clone.fetchEstate()
    clone.write({
      'plumbline.yaml': document('Estate', 'acme', { id: '7d0e2f5c-5b0f-4a5e-9d55-0a8f2c1b7e11' }).replace(
        /^ +owner.*\n/m,
        '',
      ),
      'inventory/environments.yaml': file(
        document('Environment', 'prod', { rollout: 'careful' }),
        document('Rollout', 'careful', { batch: 1, maxFailures: 0 }),
        document('Team', 'operations', { members: ['ana'] }),
        document('Person', 'ana', { fullName: 'Ana', email: 'ana@example.org', login: 'ana' }),
      ),
    })
    await Promise.all(fleet.hosts.map(setUp))
  }, 900 * seconds)

  async function setUp(host: Host): Promise<void> {
    await setUpByHand(host, clone.publicKey)
    const hash = (await host.exec('awk -F: \'$1 == "ben" { print $2 }\' /etc/shadow')).stdout.trim()
    secrets.set(`${host.name} hash`, hash)
    for (const path of [
      '/etc/ssh/ssh_host_ed25519_key',
      '/etc/ssl/private/shop.key',
      '/home/ana/.ssh/id_ed25519',
      '/home/ben/.ssh/id_ed25519',
    ]) {
      const lines = (await host.exec(`cat ${path}`)).stdout.split('\n').filter((line) => line.length > 40)
      // All keys begin alike; the second line is a key's own.
      secrets.set(`${host.name} ${path}`, lines[1] ?? '')
    }
  }

  afterAll(async () => {
    for (const end of ends) end()
    await fleet?.stop()
  })

  it('trusts no host on first use', { timeout: 60 * seconds }, async () => {
    const [host] = fleet.hosts
    if (host === undefined) throw new Error('no host')
    const done = await run(url(host))
    expect(done.code).toBe(1)
    expect(done.stderr).toContain('import-host-key')
    expect(done.stderr).toContain(await fingerprintOf(host))
    expect((await run(url(host), '--accept-host-key', 'SHA256:of-another-host')).code).toBe(1)
    expect(readdirSync(join(clone.dir, 'inventory'))).toEqual(['environments.yaml'])
  })

  it('prints documents and writes nothing with --dry-run', { timeout: 60 * seconds }, async () => {
    const host = fleet.host('web-01')
    const done = await run(url(host), '--host-key', host.hostKey, '--dry-run')
    expect(done).toMatchObject({ code: 0 })
    expect(done.stdout).toContain('--- inventory/profiles/web-01.yaml')
    expect(readdirSync(join(clone.dir, 'inventory'))).toEqual(['environments.yaml'])
  })

  it('writes documents whose plan is empty', { timeout: 240 * seconds }, async () => {
    for (const host of fleet.hosts) {
      const done = await run(url(host), '--accept-host-key', await fingerprintOf(host))
      expect(done, done.stdout + done.stderr).toMatchObject({ code: 0 })
      expect(done.stdout).toContain('plan is empty')
      expect(load(clone.read(`inventory/hosts/${host.name}.yaml`))).toEqual({
        apiVersion: 'plumbline/v1',
        kind: 'Host',
        metadata: { name: host.name },
        spec: { address: host.address, hostKeys: [host.hostKey], environment: 'prod', operatingSystem: 'debian-12' },
      })
    }
    expect(await clone.expects(0, 'validate')).toContain('all true')
  })

  it('says what is there, as the type that says most of it', () => {
    expect(named('web-01', 'user')).toEqual(expect.arrayContaining(['ana', 'ben']))
    expect(named('web-01', 'user')).not.toContain('plumbline')
    expect(named('web-01', 'authorizedKey')).toEqual(expect.arrayContaining(['ana', 'ben']))
    expect(named('web-01', 'authorizedKey')).not.toContain('plumbline')
    expect(named('web-01', 'group')).toContain('deployers')
    expect(named('web-01', 'cron')).toEqual(['backup'])
    expect(named('web-01', 'sysctl')).toEqual(['net.ipv4.ip_forward'])
    expect(named('web-01', 'timezone')).toEqual(['Europe/Amsterdam'])
    expect(named('web-01', 'symlink')).toEqual(['/etc/nginx/sites-enabled/blog', '/etc/nginx/sites-enabled/shop'])
    expect(profile('web-01').spec.resources.filter((r) => r['firewall'] !== undefined)).toHaveLength(1)
    expect(named('web-01', 'package')).toEqual(expect.arrayContaining(['nginx-light', 'redis-server']))
    expect(named('web-01', 'package')).not.toContain('nginx-common')
    const files = named('web-01', 'file')
    for (const path of [
      '/etc/motd',
      '/etc/nginx/sites-available/blog',
      '/etc/nginx/sites-available/shop',
      '/etc/nginx/nginx.conf',
      '/etc/shop/dns.conf',
      '/etc/sudoers.d/ben',
    ])
      expect(files).toContain(path)
    for (const path of [
      '/etc/nftables.conf',
      '/etc/cron.d/backup',
      '/etc/sysctl.d/60-forward.conf',
      '/etc/passwd',
      '/etc/sudoers.d/plumbline',
    ])
      expect(files).not.toContain(path)
    for (const name of ['dos.ini', 'logo.bin', 'hello.txt', '.hidden']) expect(files).toContain(`/etc/shop/${name}`)
    expect(clone.read('files/web-01/etc/shop/dos.ini')).toBe('[shop]\r\nname = x\r\n')
    // A long file stands beside the profile.
    expect(clone.read('files/web-01/etc/nginx/nginx.conf')).toContain('worker_connections 2048;')
  })

  it('leaves secrets where they are', () => {
    const everything = said + everyFile(clone.dir)
    for (const [what, secret] of secrets) {
      expect(secret.length, what).toBeGreaterThan(30)
      expect(everything.includes(secret), what).toBe(false)
    }
    expect(everything).not.toContain('TheCanaryInTheMine')
    expect(everything).not.toContain('correct horse battery')
    expect(said).toMatch(/file +\/etc\/shop\/shop\.conf +it seems to hold a password or token in line 2/)
    expect(said).toMatch(/file +\/etc\/redis\/redis\.conf +others may not read it, and it speaks of passwords/)
    expect(said).toMatch(/file +\/etc\/sudoers\.d\/plumbline +the engine itself logs in with it/)
    expect(said).toMatch(/\/etc\/ssl\/private\/shop\.key/)
    expect(said).toMatch(/user +password of user:ben/)
  })

  it('writes over nothing that is there, unless told to', { timeout: 60 * seconds }, async () => {
    const host = fleet.host('web-01')
    const again = await run(url(host), '--host-key', host.hostKey)
    expect(again.code).toBe(1)
    expect(again.stderr).toContain('Host/web-01 is in inventory/hosts/web-01.yaml already')
    expect((await run(url(host), '--host-key', host.hostKey, '--force')).code).toBe(0)
  })

  it('moves what the three share into one profile, in place, and the plan stays empty', {
    timeout: 120 * seconds,
  }, async () => {
    const path = 'inventory/profiles/web-02.yaml'
    clone.write({ [path]: clone.read(path).replace(/^( +)(- user: \{ login: cleo)/m, '$1# Cleo leaves in May\n$1$2') })
    const before = Object.fromEntries(fleet.hosts.map(({ name }) => [name, profile(name).spec.resources.length]))
    const done = await run('--fleet', '--hosts', 'web-01,web-02,web-03')
    expect(done, done.stdout + done.stderr).toMatchObject({ code: 0 })
    expect(done.stdout).toContain('plan is empty')
    const shared = profile('shared-web')
    expect(shared.spec.selector).toEqual({ hosts: ['web-01', 'web-02', 'web-03'] })
    for (const { name } of fleet.hosts)
      expect(profile(name).spec.resources.length + shared.spec.resources.length).toBe(before[name])
    expect(named('shared-web', 'user')).toEqual(expect.arrayContaining(['ana', 'ben']))
    expect(clone.read(path)).toMatch(/# Accounts\n +# Cleo leaves in May\n +- user: \{ login: cleo/)
    expect(clone.read(path)).not.toContain('# Parameters of the kernel')
    expect(named('web-03', 'cron')).toEqual(['weekly'])
    expect(clone.read('files/shared-web/etc/nginx/nginx.conf')).toContain('worker_connections 2048;')
    expect(readdirSync(join(clone.dir, 'files'))).toEqual(['shared-web'])
    expect(await clone.expects(0, 'validate')).toContain('all true')
  })

  it('says what would be done where the host is not as it was', { timeout: 60 * seconds }, async () => {
    await fleet.host('web-03').exec('rm /etc/cron.d/weekly')
    const done = await run('--fleet', '--label', 'role=web')
    expect(done.code, done.stdout + done.stderr).toBe(2)
    expect(done.stdout).toMatch(/plan is not empty\n +web-03 +create +cron:weekly/)
  })
})

async function fingerprintOf(host: Host): Promise<string> {
  const { stdout } = await host.exec('ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub')
  return stdout.split(' ')[1] ?? ''
}

function everyFile(folder: string): string {
  return readdirSync(folder)
    .filter((name) => name !== '.git')
    .map((name) => join(folder, name))
    .map((path) => (statSync(path).isDirectory() ? everyFile(path) : readFileSync(path, 'latin1')))
    .join('\n')
}
