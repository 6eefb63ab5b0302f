import { afterAll, beforeAll, expect, it } from 'vitest'
import { document, file } from './estate/documents.ts'
import { applied, type Estate, makeEstate } from './estate/estate.ts'
import { bootFleet, describeFleet, type Fleet } from './fleet.ts'

interface Found {
  readonly host: string
  readonly what: string
  readonly who: string
  readonly detail: string
  readonly person?: string
  readonly adopt: string
  readonly remove: string
}

const until = `${new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 19)}Z`

await describeFleet('who gets onto a real host behind the back of the documents', () => {
  let fleet: Fleet
  let estate: Estate

  beforeAll(async () => {
    fleet = await bootFleet({ names: ['web-01'] })
    estate = await makeEstate({ fleet })
    await estate.approved('access', {
      'inventory/access.yaml': file(
        document('Role', 'guest', { purpose: 'Look around' }),
        ...['ben', 'cleo'].map((who) =>
          document('AccessGrant', `${who}-on-web`, {
            ...{ to: [`Person/${who}`], role: 'guest', on: { all: true } },
            ...{ expires: until, reason: 'On call for the web tier' },
          }),
        ),
      ),
    })
    await applied(estate.engine)
  }, 900_000)

  afterAll(async () => {
    estate?.remove()
    await fleet?.stop()
  })

  const report = async (name: string) => {
    await estate.engine.expects(0, 'observe')
    return JSON.parse(await estate.engine.expects(0, 'report', name, '--json'))
  }
  const found = async (): Promise<readonly Found[]> => (await report('unexplained-access')).found

  it('is nobody whom a grant lets in', { timeout: 120_000 }, async () => {
    expect((await found()).filter((f) => f.who === 'ben' || f.who === 'cleo')).toEqual([])
  })

  it('is named with the account, the key and the rule, and both ways out', { timeout: 120_000 }, async () => {
    const script = `set -e
useradd --create-home --shell /bin/bash eve
install -d -m 700 -o eve -g eve /home/eve/.ssh
ssh-keygen -q -t ed25519 -N '' -C 'eve elsewhere' -f /root/eve
install -m 600 -o eve -g eve /root/eve.pub /home/eve/.ssh/authorized_keys
cat /root/eve.pub >>/home/ben/.ssh/authorized_keys
printf 'eve ALL=(ALL) NOPASSWD: ALL\\n' >/etc/sudoers.d/eve
chmod 440 /etc/sudoers.d/eve
echo 'cleo:not-a-secret-of-anybody' | chpasswd
`
    const host = fleet.host('web-01')
    expect(await host.exec(script)).toMatchObject({ code: 0 })
    const print = (await host.exec('ssh-keygen -lf /root/eve.pub')).stdout.split(' ')[1]
    const all = await found()
    const of = (what: string, who: string) => all.find((f) => f.what === what && f.who === who)
    expect(of('account', 'eve')).toMatchObject({ host: 'web-01', detail: expect.stringContaining('/bin/bash, a key') })
    expect(of('account', 'eve')?.adopt).toContain('user: {login: eve')
    expect(of('key', 'eve')?.detail).toBe(`${print} eve elsewhere`)
    expect(of('key', 'eve')?.remove).toContain('/home/eve/.ssh/authorized_keys')
    // On the account of somebody who has a grant, and beside the key that is right.
    expect(all.filter((f) => f.who === 'ben')).toMatchObject([{ what: 'key', detail: `${print} eve elsewhere` }])
    expect(of('sudo', 'eve')?.detail).toBe('root: ALL (/etc/sudoers.d/eve)')
    expect(all.filter((f) => f.who === 'cleo')).toMatchObject([{ what: 'password' }])
    expect(JSON.stringify(all)).not.toMatch(/\$y\$|\$6\$|not-a-secret/)
  })

  it('is somebody who never came, until they do, without a terminal too', { timeout: 120_000 }, async () => {
    const host = fleet.host('web-01')
    // Accounts of today are too young to be judged.
    expect((await report('unused-grants')).unused).toEqual([])
    expect(await host.exec('chage -d 2026-01-01 ben && chage -d 2026-01-01 cleo')).toMatchObject({ code: 0 })
    const logins = async () =>
      ((await report('unused-grants')).unused as { login: string; sure: boolean }[]).map((u) => [u.login, u.sure])
    // The journal of the host begins today.
    expect(await logins()).toEqual([
      ['ben', false],
      ['cleo', false],
    ])
    expect(await estate.ben.ssh(host.address, host.hostKey, 'true')).toMatchObject({ code: 0 })
    expect(await logins()).toEqual([['cleo', false]])
  })
})
