import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { type Desk, openDesk } from './cli.ts'

/** What practices compute over the reference estate, in every form that it can be had in. */

const estate = join(import.meta.dirname, '..')
const desk: Desk = openDesk()
const out = mkdtempSync(join(tmpdir(), 'plumbline-reports-'))
afterAll(() => {
  desk.close()
  rmSync(out, { recursive: true })
})

const reports = async (): Promise<readonly { name: string; about: string | null }[]> =>
  JSON.parse((await desk.run('-C', estate, 'report', '--json')).out)

describe('reports', () => {
  it('say something of the reference estate in every form', async () => {
    for (const { name } of await reports()) {
      const { status, out: table, err } = await desk.run('-C', estate, 'report', name)
      expect([status, err], name).toEqual([0, ''])
      expect(table.split('\n').length, name).toBeGreaterThan(1)
      const data = JSON.parse((await desk.run('-C', estate, 'report', name, '--json')).out) as object
      expect(Object.keys(data).length, name).toBeGreaterThan(0)
      expect((await desk.run('-C', estate, 'report', name, '--format', 'csv')).out).toMatch(/^\ufeff\w+,/)
      expect((await desk.run('-C', estate, 'report', name, '--format', 'markdown')).out).toMatch(/^# \w/)
      const page = join(out, `${name}.html`)
      expect((await desk.run('-C', estate, 'report', name, '--format', 'html', '-o', page)).status).toBe(0)
      expect(readFileSync(page, 'utf8')).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/)
    }
  })

  it('draw a picture for each thing they are about', async () => {
    const folder = join(out, 'racks')
    const { status } = await desk.run('-C', estate, 'rack', 'show', '--format', 'svg', '-o', folder)
    expect(status).toBe(0)
    expect(readdirSync(folder).sort()).toEqual(
      ['ams1-r01', 'ams1-r02', 'ams1-r03', 'ams1-r04', 'ams1-r05', 'osl1-r01', 'osl1-r02'].map((r) => `rack-${r}.svg`),
    )
    expect(readFileSync(join(folder, 'rack-ams1-r04.svg'), 'utf8')).toContain('>db-01<')
  })

  it('show a rack from the top down', async () => {
    const { out: text } = await desk.run('-C', estate, 'rack', 'show', 'ams1-r04')
    expect(text).toMatch(/\n27–42 +free\n25–26 +search-02 +26 kg +550 W +ams1-r04-a, ams1-r04-b\n/)
  })

  it.each([
    [['report', 'rakcs'], 'report-unknown', 'did you mean racks?'],
    [['report', 'racks', 'ams1-r40'], 'document-unknown', 'did you mean ams1-r0'],
    [['rack', 'show', '--format', 'svg'], 'report-drawings', 'name a folder'],
    [['report', 'power', '--format', 'svg'], 'report-drawings', 'name a folder'],
  ])('say what is wrong with %j', async (argv, code, hint) => {
    const { status, err } = await desk.run('-C', estate, ...argv)
    expect([status, err]).toEqual([1, expect.stringContaining(code)])
    expect(err).toContain(hint)
  })
})

describe('what-if', () => {
  const lose = async (...lost: string[]) => {
    const { out: text } = await desk.run('-C', estate, 'what-if', 'lose', ...lost, '--json')
    const { services } = JSON.parse(text) as { services: { address: string; state: string; because: string }[] }
    return new Map(services.map((s) => [s.address.slice('Service/'.length), s]))
  }

  it('tells which services go down with a site, which are degraded, and why', async () => {
    const fates = await lose('site/ams1')
    expect(fates.get('storefront')).toMatchObject({
      state: 'down',
      because: 'it needs 2 of 5 (web-01, web-02, web-03, web-04 lost), and one is left',
    })
    expect(fates.get('shop-database')).toMatchObject({ state: 'degraded' })
    expect([...fates.values()].filter((s) => s.state === 'down')).toHaveLength(10)
  })

  it('knows that each feed carries all of it alone, and that two lost ones are the end of the site', async () => {
    expect([...(await lose('PowerFeed/ams1-a')).values()].filter((s) => s.state === 'down')).toEqual([])
    expect((await lose('powerfeed/ams1-a', 'powerfeed/ams1-b')).get('mail')).toMatchObject({
      state: 'down',
      because: "it can't be without mail-01",
    })
  })

  it('leaves alone what has nothing to do with it', async () => {
    const fates = await lose('host/search-01', 'host/search-02')
    expect([...fates.values()].filter((s) => s.state !== 'unaffected')).toEqual([
      {
        address: 'Service/search',
        state: 'down',
        because: 'it needs 1 of 2 (search-01, search-02 lost), and none is left',
      },
    ])
  })

  it('lets a hall get too hot once more cooling stands still than may', async () => {
    expect([...(await lose('coolingunit/ams1-crac-1')).values()].filter((s) => s.state !== 'unaffected')).toEqual([])
    expect((await lose('coolingunit/ams1-crac-1', 'coolingunit/ams1-crac-2')).get('mail')).toMatchObject({
      state: 'down',
    })
  })

  it('asks what was meant', async () => {
    const { status, err } = await desk.run('-C', estate, 'what-if', 'lose', 'site/ams')
    expect([status, err]).toEqual([1, expect.stringContaining('did you mean Site/ams1?')])
  })
})
