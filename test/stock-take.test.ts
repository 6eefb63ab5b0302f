import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { type Desk, openDesk } from './cli.ts'
import { documents, openOffice } from './office.ts'

/** Somebody goes through the halls of the reference estate with a scanner. */

const estate = join(import.meta.dirname, '..')
const desk: Desk = openDesk()
const folder = mkdtempSync(join(tmpdir(), 'plumbline-stock-'))
afterAll(() => {
  desk.close()
  rmSync(folder, { recursive: true })
})

const list = (name: string, text: string): string => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}
const take = (...args: string[]) => desk.run('-C', estate, 'stock-take', ...args)

describe('stock-take', () => {
  it('tells what is missing, elsewhere and nobody’s, from what a scanner wrote', async () => {
    const path = list('scans.txt', 'rack/ams1-r04\nLB-4471\nXX-1\nrack/osl1-r01\nlb-4472\n')
    const { status, out } = await take(path, '--json')
    const { found, elsewhere, missing, unexpected } = JSON.parse(out)
    expect(status).toBe(2)
    expect(found).toMatchObject([{ asset: 'Asset/fj420-01', seen: 'Rack/ams1-r04' }])
    expect(elsewhere).toMatchObject([{ asset: 'Asset/fj420-02', written: 'Rack/ams1-r04', seen: 'Rack/osl1-r01' }])
    expect(unexpected).toMatchObject([{ mark: 'XX-1', line: 3 }])
    expect(missing.map((m: { asset: string }) => m.asset)).toContain('Asset/fj420-03')
    expect(missing.map((m: { asset: string }) => m.asset)).not.toContain('Asset/fj420-02')
  })

  it('ends well where all is there, in every form', async () => {
    const { out } = await take(list('nothing.txt', '# nothing\n'), '--at', 'ams1-r04', '--json')
    const tags = JSON.parse(out).missing.map((m: { tag: string }) => m.tag)
    expect(tags.length).toBeGreaterThan(3)
    const path = list('all.csv', `tag;rack\n${tags.map((tag: string) => `${tag};ams1-r04\n`).join('')}`)
    const table = await take(path)
    expect([table.status, table.out]).toEqual([0, expect.stringContaining(`: ${tags.length} assets`)])
    expect((await take(path, '--format', 'csv')).out).toMatch(/^\ufeffwhat,asset,/)
    expect((await take(path, '--format', 'markdown')).out).toMatch(/^# Stock-take/)
    const page = join(folder, 'page.html')
    expect((await take(path, '--format', 'html', '-o', page)).status).toBe(0)
    expect(readFileSync(page, 'utf8')).toContain('fj420-01')
  })

  it.each([
    ['no such place', ['--at', 'ams1-r4'], 'LB-1\n', 'document-unknown', 'did you mean ams1-r04?'],
    ['a list without numbers', [], 'name,where\nx,y\n', 'stock-list', 'list.csv:1'],
  ])('says what is wrong: %s', async (_, args, text, code, said) => {
    const { status, err } = await take(list('list.csv', text), ...args)
    expect([status, err]).toEqual([1, expect.stringContaining(code)])
    expect(err).toContain(said)
  })
})

describe('a stock-take as a record', () => {
  it('keeps counts and findings, and is settled with what came of them', async () => {
    const office = await openOffice({
      files: {
        'inventory/assets.yaml': documents(
          { kind: 'Site', metadata: { name: 'hq' }, spec: { address: 'Science Park 1, Amsterdam' } },
          { kind: 'Room', metadata: { name: 'store' }, spec: { site: 'hq' } },
          ...['one', 'two'].map((name, i) => ({
            kind: 'Asset',
            metadata: { name },
            spec: { type: 'hardware', state: 'stock', tag: `LB-${i + 1}`, location: 'room/store' },
          })),
        ),
      },
    })
    try {
      const key = ['--key', office.colleague('ana').keyFile]
      const path = list('store.txt', 'LB-1\nLB-9\n')
      const said = await office.must(['stock-take', path, '--at', 'store', '--record', ...key])
      expect(said).toContain('STK-2026-00001 open: Stock taken at Room/store')
      const { record } = JSON.parse(await office.must(['stock-take', 'show', 'STK-2026-00001', '--json']))
      expect(record.fields).toMatchObject({
        places: ['Room/store'],
        list: 'store.txt',
        counts: { found: 1, elsewhere: 0, missing: 1, unexpected: 1 },
        findings: [
          { what: 'missing', asset: 'Asset/two' },
          { what: 'unexpected', mark: 'LB-9' },
        ],
      })
      const silent = await office.desk.run('stock-take', 'settle', 'STK-2026-00001', ...key)
      expect([silent.status, silent.err]).toEqual([1, expect.stringContaining('say what came of the findings')])
      const outcome = ['--outcome', 'It was lent to the auditor']
      expect(await office.must(['stock-take', 'settle', 'STK-2026-00001', ...outcome, ...key])).toContain('settled')
      expect(await office.must(['stock-take', 'list', '--all'])).toContain('STK-2026-00001')
    } finally {
      await office.close()
    }
  }, 60_000)
})
