import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SaxesParser } from 'saxes'
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

  it('have every picture as a file that a strict reader of XML takes', async () => {
    for (const { name } of await reports()) {
      const folder = join(out, `pictures-${name}`)
      const { status, err } = await desk.run('-C', estate, 'report', name, '--format', 'svg', '-o', folder)
      // What has nothing to draw says so, and makes no folder.
      if (status !== 0) expect(err, name).toContain('has 0 drawings')
      else expect(err, name).toMatch(/^[1-9]\d* drawings? in /)
      expect(existsSync(folder), name).toBe(status === 0)
      if (status === 0) for (const file of readdirSync(folder)) elementsOf(readFileSync(join(folder, file), 'utf8'))
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

/** What an SVG consists of, as a strict reader of XML finds it. */
function elementsOf(svg: string): readonly string[] {
  const names: string[] = []
  const parser = new SaxesParser()
  parser.on('error', (error) => {
    throw error
  })
  parser.on('opentag', ({ name }) => names.push(name))
  parser.write(svg).close()
  expect(names[0]).toBe('svg')
  return names
}

describe('get, graph, what-if and report', () => {
  const asked: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['get', ['get', 'Site'], /ams1/],
    ['get of one', ['get', 'site/ams1'], /Kabelweg 12/],
    ['graph', ['graph', 'service/mail', '--depth', '1'], /mail-01/],
    ['what-if', ['what-if', 'lose', 'site/osl1'], /dns-02/],
    ['report', ['report', 'racks', 'ams1-r04'], /search-02/],
    ['the list of reports', ['report'], /availability/],
  ]

  it.each(asked)('%s says the same in every form', async (_, argv, what) => {
    const ask = async (format: string) => (await desk.run('-C', estate, ...argv, '--format', format)).out
    expect(await ask('table')).toMatch(what)
    expect(JSON.stringify(JSON.parse(await ask('json')))).toMatch(what)
    expect((await desk.run('-C', estate, ...argv, '--json')).out).toBe(await ask('json'))
    expect(await ask('csv')).toMatch(/^\ufeff[a-z]+,/)
    expect((await ask('markdown')).replaceAll('\\', '')).toMatch(what)
    const file = join(out, 'asked.html')
    expect(await desk.run('-C', estate, ...argv, '--format', 'html', '-o', file)).toMatchObject({ status: 0, out: '' })
    expect(readFileSync(file, 'utf8')).toMatch(what)
  })

  it.each(asked)('%s knows the same options', async (_, argv) => {
    const help = (await desk.run(...argv.slice(0, argv[0] === 'what-if' ? 2 : 1), '--help')).out
    for (const option of ['--format <format>', '--json', '-o, --out <path>', '--commit <rev>'])
      expect(help).toContain(option)
  })

  it('draws what a document stands on, as deep as is asked for, and what a change of it reaches', async () => {
    const draw = async (...argv: string[]) => (await desk.run('-C', estate, 'graph', ...argv, '--format', 'svg')).out
    const near = await draw('service/mail', '--depth', '1')
    expect(elementsOf(near).filter((name) => name === 'path').length).toBeGreaterThan(4)
    expect(near).toContain('>mail-01<')
    expect(near).not.toContain('>ams1<')
    expect(await draw('service/mail', '--depth', '3')).toContain('>ams1<')
    const reach = await draw('host/mail-01', '--reach', '--kind', 'service', '--kind', 'host')
    expect(reach).toContain('>mail<')
    expect(reach).not.toContain('>Profile<')
  })

  it('colours what is down and what is degraded, and says so in words', async () => {
    const argv = ['-C', estate, 'what-if', 'lose', 'site/ams1', '--format', 'svg']
    const { out: svg } = await desk.run(...argv)
    elementsOf(svg)
    expect(svg).toContain('<title>Without Site/ams1: 10 services down, 2 degraded, 0 unaffected</title>')
    expect(svg.match(/class="caution"/g)).toHaveLength(2)
    expect(svg).toContain('>Service, degraded<')
    expect(svg).toContain('>4 Hosts<')
    const file = join(out, 'without.svg')
    expect(await desk.run(...argv, '-o', file)).toMatchObject({ status: 0, out: '' })
    expect(readFileSync(file, 'utf8')).toBe(svg)
  })

  it('draws no more than can be read, and says how to get less', async () => {
    const big = openDesk()
    await big.run('init', '.', '--solo')
    const people = Array.from(
      { length: 620 },
      (_, i) =>
        `apiVersion: plumbline/v1\nkind: Person\nmetadata: { name: p${i} }\nspec: { fullName: P, email: p${i}@example.org, login: p${i} }\n`,
    )
    big.write('inventory/people.yaml', people.join('---\n'))
    const { status, err } = await big.run('graph', '--format', 'svg')
    expect([status, err]).toEqual([1, expect.stringContaining('graph-too-large')])
    expect(err).toMatch(/6\d\d nodes/)
    expect(err).toContain('--depth')
    const page = await big.run('graph', '--format', 'html')
    expect([page.status, page.out]).toEqual([0, expect.stringContaining('too many to draw')])
    expect(elementsOf((await big.run('graph', 'person/p1', '--format', 'svg')).out)).toContain('rect')
    expect((await big.run('graph', '--kind', 'persn')).err).toContain('did you mean Person?')
    big.close()
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
        causes: ['Host/search-01', 'Host/search-02'],
      },
    ])
  })

  it('lets a hall get too hot once more cooling stands still than may', async () => {
    expect([...(await lose('coolingunit/ams1-crac-1')).values()].filter((s) => s.state !== 'unaffected')).toEqual([])
    expect((await lose('coolingunit/ams1-crac-1', 'coolingunit/ams1-crac-2')).get('mail')).toMatchObject({
      state: 'down',
    })
  })

  it('takes switches with their rack, as it does hosts', async () => {
    const { out: text } = await desk.run('-C', estate, 'what-if', 'lose', 'rack/ams1-r01', '--json')
    const { losses } = JSON.parse(text) as { losses: { address: string; state: string; causes: string[] }[] }
    for (const address of ['NetworkDevice/ams1-sw-01', 'Host/mail-01'])
      expect(losses.find((l) => l.address === address)).toMatchObject({ state: 'down', causes: ['Rack/ams1-r01'] })
  })

  it('asks what was meant', async () => {
    const { status, err } = await desk.run('-C', estate, 'what-if', 'lose', 'site/ams')
    expect([status, err]).toEqual([1, expect.stringContaining('did you mean Site/ams1?')])
  })
})
