import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { profile } from './estate/documents.ts'
import { applied, apply, approve, type Estate, makeEstate } from './estate/estate.ts'
import { jsonLines } from './estate/running.ts'
import { bootFleet, describeFleet, type Fleet, type Host } from './fleet.ts'

/**
 * The laws of a change on a real host, through the whole change path: what is applied leaves nothing to plan, applying again
 * does nothing, a rollback brings back every exact action byte for byte, with mode, owner, ACL and extended attributes. The
 * time of a file that was brought back is that of the rollback: nothing may look older than it is.
 */

interface Managed {
  readonly name: string
  readonly content: string
  readonly mode: string
  readonly owner: string
  /** What was there before anybody managed it. */
  readonly before?: {
    readonly content: string
    readonly mode: string
    readonly owner: string
    readonly acl: boolean
    readonly attribute: boolean
  }
}

const folder = '/etc/laws'
const text = fc.string({
  unit: fc.constantFrom('a', 'é', '世', ' ', "'", '"', '$', '`', '\\', '%', '\n', '\r\n', '\t', '🙂', '#'),
  maxLength: 40,
})
const mode = fc.constantFrom('0644', '0600', '0755', '0440')
const owner = fc.constantFrom('root', 'limited')
const before = fc.record({ content: text, mode, owner, acl: fc.boolean(), attribute: fc.boolean() })
const managed: fc.Arbitrary<Managed> = fc.record(
  { name: fc.constantFrom('one', 'two', 'three', "it's", 'a b', '-n', '$HOME'), content: text, mode, owner, before },
  { requiredKeys: ['name', 'content', 'mode', 'owner'] },
)
const files = fc.uniqueArray(managed, { selector: (f) => f.name, minLength: 1, maxLength: 5 })

/** Further resources whose rollback is exact or by an inverse, as documents say them. */
const others = fc.subarray(
  [
    { directory: { path: `${folder}/inner`, mode: '0750', owner: 'limited' } },
    { symlink: { path: `${folder}/link`, target: 'one' } },
    { sysctl: { key: 'net.ipv4.ip_default_ttl', value: '77' } },
    { cron: { name: 'laws', schedule: '5 4 * * *', command: '/bin/true', user: 'limited' } },
    { unit: { name: 'laws.service', content: '[Service]\nExecStart=/bin/true\n' } },
    { timezone: { zone: 'Europe/Amsterdam' } },
    { line: { path: '/etc/laws.conf', line: 'kept = by us' } },
    { block: { path: '/etc/laws.conf', name: 'laws', content: 'several\nlines\n' } },
    { sudoRule: { name: 'laws', subjects: ['limited'], commands: ['/bin/true'] } },
  ],
  { minLength: 1 },
)

await describeFleet('the laws of a change, on a real host', () => {
  let fleet: Fleet
  let estate: Estate
  let host: Host

  beforeAll(async () => {
    fleet = await bootFleet({ names: ['law-01'] })
    host = fleet.host('law-01')
    estate = await makeEstate({ fleet, rollout: { batch: '100%' } })
  }, 900_000)

  afterAll(async () => {
    estate?.remove()
    await fleet?.stop()
  })

  const must = async (command: string): Promise<string> => {
    const done = await host.exec(command)
    if (done.code !== 0) throw new Error(`${command}: ${done.code} ${done.stderr}`)
    return done.stdout
  }

  /** Everything that the changes are about: names, kinds, modes, owners, contents, ACLs, attributes, live values. */
  const seen = (): Promise<string> =>
    must(`cd /etc && find laws laws.conf cron.d sudoers.d systemd/system localtime timezone sysctl.d -not -path '*.wants*' \\
        -printf '%p %y %m %u %g %l\\n' | sort
      find laws laws.conf cron.d sudoers.d sysctl.d timezone -type f -exec sha256sum {} + | sort
      find laws laws.conf -print0 | sort -z | xargs -0 getfacl; find laws -print0 | sort -z | xargs -0 getfattr -d -m user
      sysctl net.ipv4.ip_default_ttl; date +%Z`)

  async function lay(list: readonly Managed[]): Promise<void> {
    await must(`rm -rf ${folder} && mkdir ${folder} && printf 'of somebody\\nelse\\n' >/etc/laws.conf`)
    for (const { name, before: was } of list) {
      if (was === undefined) continue
      const path = `${folder}/${name}`.replaceAll("'", `'\\''`)
      const bytes = Buffer.from(was.content).toString('base64')
      await must(`p='${path}'; echo '${bytes}' | base64 -d >"$p" && chown ${was.owner} "$p" && chmod ${was.mode} "$p" || exit 1
        ${was.acl ? 'setfacl -m u:plumbline:r "$p" || exit 1' : ':'}
        ${was.attribute ? 'setfattr -n user.origin -v hand "$p" || exit 1' : ':'}`)
    }
  }

  it('plan after apply is empty, apply after apply does nothing, rollback after apply restores', async () => {
    const { ana, ben, engine } = estate
    let round = 0
    await fc.assert(
      fc.asyncProperty(files, others, async (list, more) => {
        round += 1
        await lay(list)
        const was = await seen()
        const resources = [
          ...list.map(({ name, content, mode, owner }) => ({
            file: { path: `${folder}/${name}`, content, mode, owner },
          })),
          ...more,
        ]
        const change = await estate.approved(`laws-${round}`, {
          'inventory/profiles/laws.yaml': profile('laws', { all: true }, resources),
        })
        expect((await applied(engine)).changes).toMatchObject([{ change, state: 'implemented' }])
        expect(await engine.expects(0, 'plan')).toContain('nothing to do')
        expect(await engine.expects(0, 'drift', '--json')).toBeTruthy()
        expect((await applied(engine)).changes).toEqual([])
        await ana.pull()
        await ana.expects(2, 'rollback', change)
        const branch = `rollback/${change.toLowerCase()}`
        await ana.git('push', '--quiet', 'origin', branch)
        await approve(ben, branch)
        await ana.merge(branch)
        await engine.pull()
        await applied(engine)
        expect(await seen()).toBe(was)
        await engine.expects(0, 'plan')
      }),
      { numRuns: 3, endOnFailure: true },
    )
  }, 600_000)

  it('leaves what came before a failure done and recorded, and starts nothing after it', async () => {
    const { engine } = estate
    await lay([])
    const parts = [0, 1, 2, 3, 4]
    const path = (i: number): string => `${folder}/part-${i}`
    const change = await estate.approved('one-fails', {
      'inventory/profiles/laws.yaml': profile(
        'laws',
        { all: true },
        parts.map((i) => ({
          file: { path: path(i), content: `${i}\n`, ...(i === 2 && { validate: 'grep -q never %s' }) },
        })),
      ),
    })
    const done = await apply(engine)
    expect(done.code).toBe(1)
    expect(await must(`ls ${folder}`)).toBe('part-0\npart-1\n')
    const record = await estate.record(change)
    const outcomes = new Map(record.deployment?.results.map((r) => [r.id, r.outcome]))
    expect(record.actions.map((a) => outcomes.get(a.id))).toEqual([
      'applied',
      'applied',
      'failed',
      'not-started',
      'not-started',
    ])
    expect(jsonLines(done.stdout).length).toBeGreaterThan(0)
    await engine.expects(0, 'audit', 'verify')
  }, 300_000)
})
