import { afterAll, beforeAll, expect, it } from 'vitest'
import { sealAge } from '../../engine/adapters/secrets/age.ts'
import { canaries, leaksBelow, leaksIn } from '../fixtures/canaries.ts'
import { profile } from './estate/documents.ts'
import { applied, apply, type Estate, makeEstate } from './estate/estate.ts'
import { bootFleet, describeFleet, type Fleet, type Host } from './fleet.ts'

const all = { all: true }
const [plain = '', quotes = '', , umlauts = '', , lines = ''] = canaries
const long = canaries[49] ?? ''

await describeFleet('secrets on a real host', () => {
  let fleet: Fleet
  let host: Host
  let estate: Estate
  let recipient: string

  beforeAll(async () => {
    fleet = await bootFleet({ names: ['web-01'] })
    const [first] = fleet.hosts
    if (first === undefined) throw new Error('a fleet without hosts')
    host = first
    estate = await makeEstate({ fleet })
    const { engine } = estate
    recipient = (JSON.parse(await engine.expects(0, 'secret', 'keygen', '--json')) as { recipient: string }).recipient
    engine.env['PLUMBLINE_SECRET_QUOTES'] = quotes
  }, 900_000)

  afterAll(async () => {
    estate?.remove()
    await fleet?.stop()
  })

  const seal = (value: string): Promise<string> => sealAge(value, [recipient])
  const onHost = async (path: string): Promise<string> => (await host.exec(`cat ${path}`)).stdout

  /** Everything on the host's disks and in its journal that holds one of the values, in a form that grep can look for. */
  const traces = async (): Promise<string> => {
    const words = [plain, umlauts, lines.split('\n')[1] ?? '', long.split('\n')[50] ?? '', quotes.slice(0, 12)]
    const forms = words.flatMap((w) => [
      w,
      Buffer.from(w).toString('base64').slice(0, -4),
      Buffer.from(w).toString('hex'),
    ])
    const patterns = Buffer.from(`${forms.join('\n')}\n`).toString('base64')
    const found = await host.exec(
      `printf %s ${patterns} | base64 -d > /run/patterns
grep -rlaF -f /run/patterns /etc /var /root /home /tmp /opt /usr/local 2>/dev/null | sort
journalctl --no-pager -o cat | grep -cF -f /run/patterns
rm -f /run/patterns`,
    )
    return found.stdout
  }

  it('get there over standard input, and are nowhere else', { timeout: 300_000 }, async () => {
    // Command lines as any account of the host could read them, from before the apply until behind it.
    await host.exec(
      "systemd-run --quiet --unit=watch-lines sh -c 'while :; do cat /proc/[0-9]*/cmdline 2>/dev/null; done > /run/lines'",
    )
    await estate.approved('secrets', {
      'secrets/plain.age': await seal(plain),
      'secrets/umlauts.age': await seal(umlauts),
      'secrets/lines.age': await seal(lines),
      'secrets/long.age': await seal(long),
      'inventory/secrets.yaml': profile(
        'secrets',
        all,
        [
          { file: { path: '/etc/app.conf', template: 'a={{ a }}\nb={{ b }}\nc={{ c | json }}\n' } },
          { file: { path: '/etc/app.pem', content: { secret: 'age/lines' }, owner: 'plumbline', mode: '0440' } },
          { file: { path: '/etc/app.long', content: { secret: 'age/long' } } },
        ],
        { a: { secret: 'age/plain' }, b: { secret: 'age/umlauts' }, c: { secret: 'env/QUOTES' } },
      ),
    })
    const planned = await estate.engine.plumbline('plan')
    const { changes } = await applied(estate.engine)
    expect(changes).toMatchObject([{ state: 'implemented', counts: { applied: 3, failed: 0 } }])
    expect(await onHost('/etc/app.conf')).toBe(`a=${plain}\nb=${umlauts}\nc=${JSON.stringify(quotes)}\n`)
    expect(await onHost('/etc/app.pem')).toBe(lines)
    expect(await onHost('/etc/app.long')).toBe(long)
    const modes = await host.exec('stat -c "%a %U" /etc/app.conf /etc/app.pem /etc/app.long')
    expect(modes.stdout).toBe('600 root\n440 plumbline\n600 root\n')
    await host.exec('systemctl stop watch-lines')
    const commandLines = (await host.exec("tr '\\0' ' ' < /run/lines | sort -u; rm /run/lines")).stdout
    expect(commandLines.length).toBeGreaterThan(100)
    expect(leaksIn(commandLines)).toEqual([])
    expect(await traces()).toBe('/etc/app.conf\n/etc/app.long\n/etc/app.pem\n0\n')
    const [change] = changes
    const said = await Promise.all(
      [['plan'], ['show', change?.change ?? '', '--json'], ['drift', '--json'], ['blame', 'web-01']].map((argv) =>
        estate.engine.plumbline(...argv),
      ),
    )
    expect(said[0]?.code).toBe(0)
    expect(leaksIn([planned, ...said].map(({ stdout, stderr }) => stdout + stderr).join('\n'))).toEqual([])
    expect(leaksBelow(estate.remote)).toEqual([])
  })

  it('stay untold where a check prints them, and leave the file as it was', { timeout: 300_000 }, async () => {
    await estate.approved('refused', {
      'inventory/more.yaml': profile('more', all, [
        { file: { path: '/etc/refused.conf', content: { secret: 'age/plain' }, validate: 'diff /dev/null %s' } },
      ]),
    })
    const ran = await apply(estate.engine)
    expect(ran.code).toBe(1)
    expect(ran.stdout).toContain('exit status 1: the output is not shown')
    expect(leaksIn(`${ran.stdout}${ran.stderr}`)).toEqual([])
    expect((await host.exec('ls -A /etc | grep -c -e refused -e "^.plumbline" || :')).stdout).toBe('0\n')
    expect(await traces()).toBe('/etc/app.conf\n/etc/app.long\n/etc/app.pem\n0\n')
  })
})
