import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { type Desk, openDesk } from './cli.ts'

/** BIND's own judge of zones, which is strict about all that it can be strict about. */
const bind = (...argv: string[]) => spawnSync('named-checkzone', argv, { encoding: 'utf8' })
const hasBind = bind('-v').status === 0
const strict = ['-k', '-n', '-m', '-M', '-S', '-r'].flatMap((option) => [option, 'fail'])

/** Cables and names of the reference estate, as a user asks for them. */

const estate = join(import.meta.dirname, '..')
const desk: Desk = openDesk()
afterAll(() => desk.close())
const run = (...argv: string[]) => desk.run('-C', estate, ...argv)

describe('report cable-path', () => {
  it('leads from a port through both panels', async () => {
    const { out } = await run('report', 'cable-path', 'ams1-sw-02/Ethernet1/17', '--json')
    const { paths } = JSON.parse(out) as { paths: { to: unknown; speed: number; hops: { cable: string }[] }[] }
    expect(paths).toMatchObject([
      { to: { device: 'NetworkDevice/ams1-sw-01', name: 'Ethernet1/17' }, state: 'ends', speed: 100_000 },
    ])
    expect(paths[0]?.hops.map((h) => h.cable)).toEqual([
      'Cable/ams1-sw-02-uplink',
      'Cable/ams1-r01-r02-1',
      'Cable/ams1-sw-01-uplink',
    ])
  })

  it.each([
    ['web-01', 4],
    ['Host/web-01', 4],
    ['web-01/lan1', 1],
    ['Host/web-01/lan1', 1],
    ['web-01/nothing', 0],
  ])('of %s has %d paths', async (about, count) => {
    const { out } = await run('report', 'cable-path', about, '--json')
    expect((JSON.parse(out) as { paths: unknown[] }).paths).toHaveLength(count)
  })

  it('says which device is not there', async () => {
    const { status, err } = await run('report', 'cable-path', 'web-00/lan1')
    expect([status, err]).toEqual([1, expect.stringContaining('there is no Host web-00/lan1')])
  })
})

describe('export dns-zone', () => {
  it('writes a master file', async () => {
    const { status, out, err } = await run('export', 'dns-zone', 'Example.org.', '--serial', '2026112201')
    expect([status, err]).toEqual([0, ''])
    expect(out.split('\n').slice(0, 5)).toEqual([
      '$ORIGIN example.org.',
      '$TTL 3600',
      'example.org.\tIN\tSOA\tdns-01.example.org. hostmaster.example.org. 2026112201 7200 900 1209600 900',
      'example.org.\tIN\tNS\tdns-01.example.org.',
      'example.org.\tIN\tNS\tdns-02.example.org.',
    ])
  })

  describe.skipIf(!hasBind)(
    `is taken by BIND${hasBind ? '' : ' (skipped, because named-checkzone is not here)'}`,
    () => {
      it.each([
        'example.org',
        '20.10.in-addr.arpa',
        '30.10.in-addr.arpa',
      ])('as it is in the reference estate: %s', async (zone) => {
        const file = join(desk.folder, '..', `${zone}.zone`)
        writeFileSync(file, (await run('export', 'dns-zone', zone)).out)
        const judged = bind(...strict, zone, file)
        expect(judged.stdout).toMatch(/OK\s*$/)
      })

      it('whatever its texts hold', async () => {
        const other = openDesk()
        const texts = [
          'say "no" \\ and ; $INCLUDE /etc/passwd',
          'a\nb\tc',
          'Zürich',
          'x'.repeat(600),
          '@ ( ) 127.0.0.1',
          '\\032\\"',
        ]
        const documents = [
          {
            kind: 'DnsZone',
            metadata: { name: 'example.net' },
            spec: { nameServers: ['ns.example.com'], contact: "o'neil.jr+dns@example.com" },
          },
          ...texts.map((text, i) => ({
            kind: 'DnsRecord',
            metadata: { name: `t${i}` },
            spec: { zone: 'example.net', name: `t${i}`, type: 'TXT', text },
          })),
          {
            kind: 'DnsRecord',
            metadata: { name: 'srv' },
            spec: { zone: 'example.net', name: '_sip._tcp', type: 'SRV', port: 5060, to: 'sip.example.com' },
          },
          {
            kind: 'DnsRecord',
            metadata: { name: 'any' },
            spec: { zone: 'example.net', name: '*.lab', type: 'AAAA', address: '2001:DB8::1' },
          },
        ]
        try {
          other.write(
            'plumbline.yaml',
            'apiVersion: plumbline/v1\nkind: Estate\nmetadata: { name: e }\nspec: { id: 5d0d6f0c-6f0f-4e0b-9a51-3d3c1a1f7b10 }\n',
          )
          const lines = documents.map((d) => JSON.stringify({ apiVersion: 'plumbline/v1', ...d }))
          other.write('inventory/zone.yaml', `${lines.join('\n---\n')}\n`)
          other.git('init', '-q', '-b', 'main')
          const { out, err } = await other.run('export', 'dns-zone', 'example.net')
          expect(err).toBe('')
          const file = join(other.folder, '..', 'example.net.zone')
          writeFileSync(file, out)
          const judged = bind(...strict, '-D', 'example.net', file)
          expect(judged.status, judged.stdout + judged.stderr).toBe(0)
          const read = [...judged.stdout.matchAll(/^t(\d)\.example\.net\.\s.*?\sTXT\s+(.*)$/gm)].map(
            ([, i, said = '']) => [Number(i), new TextDecoder().decode(textOf(said))],
          )
          expect(read).toEqual(texts.map((text, i) => [i, text]))
          expect(judged.stdout).toContain("o'neil\\.jr+dns.example.com.")
        } finally {
          other.close()
        }
      })
    },
  )

  it('has a serial number that grows with time', async () => {
    const serial = async () =>
      Number(/SOA\t\S+ \S+ (\d+)/.exec((await run('export', 'dns-zone', '30.10.in-addr.arpa')).out)?.[1])
    const first = await serial()
    expect(first).toBeGreaterThan(1_700_000_000)
    expect(await serial()).toBeGreaterThanOrEqual(first)
  })

  it.each([
    [['export', 'dns-zone', 'exampl.org'], 'did you mean example.org?'],
    [['export', 'dns-zone', 'example.org', '--serial', '4294967296'], '32 bits'],
  ])('says what is wrong with %j', async (argv, text) => {
    const { status, err } = await run(...argv)
    expect(status).not.toBe(0)
    expect(err).toContain(text)
  })

  it('writes nothing of a zone with a record that can not be written', async () => {
    desk.write('plumbline.yaml', 'apiVersion: plumbline/v1\nkind: Estate\nmetadata: { name: e }\nspec: {}\n')
    desk.write(
      'inventory/zone.yaml',
      [
        'apiVersion: plumbline/v1\nkind: DnsZone\nmetadata: { name: example.net }\nspec: { nameServers: [ns.example.com], contact: h@example.com }\n',
        'apiVersion: plumbline/v1\nkind: DnsRecord\nmetadata: { name: a }\nspec: { zone: example.net, name: a, type: A }\n',
      ].join('---\n'),
    )
    desk.git('init', '-q', '-b', 'main')
    const { status, out, err } = await desk.run('export', 'dns-zone', 'example.net')
    expect([status, out]).toEqual([1, ''])
    expect(err).toContain('A needs of or address')
  })
})

/** The bytes of a TXT record as BIND writes it: its strings joined, with what is escaped as it was. */
function textOf(said: string): Uint8Array {
  const inside = [...said.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, text = '']) => text).join('')
  return Uint8Array.from(
    [...inside.matchAll(/\\(\d{3})|\\(.)|(.)/g)].map(([, code, escaped, plain = '']) =>
      code === undefined ? (escaped ?? plain).charCodeAt(0) : Number(code),
    ),
  )
}
