import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import PostalMime from 'postal-mime'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DeclaredRecord } from '../engine/model/declared-record.ts'
import type { StatusPage } from '../engine/report/status-page.ts'
import { type MailServer, openMailServer } from './mail-server.ts'
import { documents, type Office, openOffice } from './office.ts'

/** An incident from its page to the rollback that ends it, what comes again and again, and what everybody is told. */

let office: Office
let mail: MailServer
let scratch: string

const estate = documents(
  {
    kind: 'Service',
    metadata: { name: 'shop', owner: 'team/operations' },
    spec: { purpose: 'People buy <b>things</b>', hosts: ['web-01'], availability: { target: 0.99 } },
  },
  { kind: 'Service', metadata: { name: 'checkout' }, spec: { purpose: 'They pay', dependsOn: ['shop'] } },
  {
    kind: 'OnCall',
    metadata: { name: 'operations' },
    spec: {
      team: 'operations',
      timeZone: 'Europe/Amsterdam',
      layers: [{ name: 'week', people: ['ana', 'ben'], start: '2026-10-05T09:00', rule: 'FREQ=WEEKLY;BYDAY=MO' }],
      overrides: [{ person: 'cleo', from: '2026-10-06T00:00', until: '2026-10-06T12:00', reason: 'Ana is at a fair' }],
    },
  },
  {
    kind: 'EscalationPolicy',
    metadata: { name: 'operations' },
    spec: {
      teams: ['operations'],
      priorities: ['P1', 'P2'],
      steps: [{ page: [{ onCall: 'operations' }] }, { after: 'PT15M', page: [{ person: 'ben' }] }],
      repeat: { times: 1, every: 'PT1H' },
    },
  },
  {
    kind: 'NotificationRule',
    metadata: { name: 'pages' },
    spec: { types: ['incident'], moves: ['page'], to: { roles: ['on-call'] }, by: { mail: true } },
  },
)

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'plumbline-pages-'))
  mail = await openMailServer(scratch)
  office = await openOffice({ files: { 'inventory/shop.yaml': estate } })
  Object.assign(office.desk.env, { PLUMBLINE_SMTP_URL: mail.url, PLUMBLINE_MAIL_FROM: 'desk@example.org' })
  await office.must(['work', '--once'])
}, 60_000)
afterAll(async () => {
  await office.close()
  await mail.close()
  rmSync(scratch, { recursive: true, force: true })
})

const as = (name: string): readonly string[] => ['--key', office.colleague(name).keyFile]

async function made(...argv: string[]): Promise<DeclaredRecord> {
  return JSON.parse(await office.must([...argv, '--json'])) as DeclaredRecord
}

async function shown(id: string): Promise<DeclaredRecord> {
  const type = id.startsWith('PRB') ? 'problem' : 'incident'
  return (JSON.parse(await office.must([type, 'show', id, '--json'])) as { record: DeclaredRecord }).record
}

const work = (): Promise<string> => office.must(['work', '--once'])
const pages = ({ log }: DeclaredRecord): readonly (string | undefined)[] =>
  log.filter((l) => l.move === 'page').map((l) => l.text)

async function refused(...argv: string[]): Promise<string> {
  const ran = await office.desk.run(...argv)
  expect(ran.status, ran.out).toBe(1)
  return ran.err
}

const motd = (text: string): string =>
  documents({
    kind: 'Profile',
    metadata: { name: 'greeting' },
    spec: { selector: { hosts: ['web-01'] }, resources: [{ file: { path: '/etc/motd', content: `${text}\n` } }] },
  })

describe('who is on call', () => {
  it('is told for a moment, for a while and as a calendar', async () => {
    expect(await office.must(['on-call', '--at', '2026-10-05T08:00Z'])).toContain('ana')
    expect(await office.must(['on-call', 'operations', '--at', '2026-10-12T08:00Z'])).toContain('ben')
    const weeks = await office.must(['on-call', '--from', '2026-10-05', '--to', '2026-10-13'])
    expect(weeks).toContain('Ana is at a fair')
    expect(weeks).toContain('nobody')
    expect(await office.must(['on-call', '--ical', '-'])).toContain('SUMMARY:ana is on call (operations)')
    expect(await refused('on-call', 'nobody')).toContain('nobody is on call for nobody')
  })
})

describe('an incident', () => {
  it('pages whoever is on call, then the next as long as nobody acknowledges it, each step once', async () => {
    const { id } = await made(
      'incident',
      'new',
      'The shop is away',
      '--service',
      'shop',
      '--impact',
      'high',
      ...as('cleo'),
    )
    await work()
    await work()
    expect(pages(await shown(id))).toEqual(['paged Person/ana (step 1 of EscalationPolicy/operations)'])
    office.turn(16)
    await work()
    await work()
    const paged = await shown(id)
    expect(pages(paged)).toHaveLength(2)
    expect(paged.fields['paged']).toEqual(['Person/ben'])
    for (const name of ['ana', 'ben']) {
      const mails = mail.mailbox(`${name}@example.org`)
      expect(mails).toHaveLength(1)
      expect((await PostalMime.parse(mails[0] ?? '')).subject).toContain('The shop is away')
    }
    await office.must(['incident', 'acknowledge', id, '--assignee', 'ben', '--commander', 'cleo', ...as('ben')])
    office.turn(60)
    await work()
    expect(pages(await shown(id))).toHaveLength(2)
    await office.must(['incident', 'resolve', id, '--resolution', 'It came back', ...as('ben')])
    await office.must(['incident', 'reopen', id, '-m', 'It went away again', ...as('ana')])
    await work()
    expect(pages(await shown(id)).at(-1)).toBe('paged Person/ana (step 1 of EscalationPolicy/operations)')
    await office.must(['incident', 'resolve', id, '--resolution', 'It came back', ...as('ben')])
  })

  it('is not paged where its priority is none of the policy, and nobody pages by hand', async () => {
    const { id } = await made('incident', 'new', 'A typo', '--service', 'shop', '--impact', 'low', ...as('cleo'))
    await work()
    expect(pages(await shown(id))).toEqual([])
    expect(await refused('incident', 'page', id, '-m', 'wake up', ...as('ana'))).toContain('may not page')
    await office.must(['incident', 'resolve', id, '--resolution', 'Mended', ...as('ben')])
  })

  it('of the highest priority is looked back at before it is closed', async () => {
    const urgent = ['--impact', 'high', '--urgency', 'high']
    const { id } = await made('incident', 'new', 'Everything burns', ...urgent, ...as('cleo'))
    await office.must(['incident', 'resolve', id, '--resolution', 'Water', ...as('ben')])
    expect(await refused('incident', 'close', id, ...as('ben'))).toContain('is looked back at first')
    await office.must(['incident', 'review', id, '--review', 'Matches', '--actions', 'No matches: ben', ...as('ana')])
    await office.must(['incident', 'close', id, ...as('ben')])
  })

  it('shows the change that broke it, and is resolved by the rollback that is proposed from it', async () => {
    const change = await office.approved({
      branch: 'greet',
      author: 'ana',
      files: { 'inventory/motd.yaml': motd('hi') },
    })
    await office.must(['apply'])
    expect(readFileSync(office.on('web-01', '/etc/motd'), 'utf8')).toBe('hi\n')
    office.turn(10)
    const { id } = await made('incident', 'new', 'Nobody can log in', '--service', 'checkout', ...as('cleo'))
    await work()
    const told = (await shown(id)).log.find((l) => l.move === 'comment')?.text ?? ''
    expect(told).toContain(`1. ${change} greet`)
    expect(told).toContain('Service/checkout stands on Service/shop stands on Host/web-01')
    expect(await office.must(['incident', 'suspects', id])).toContain(change)
    const proposed = await office.must(['incident', 'rollback', id, ...as('cleo')])
    expect(proposed).toContain(`${change} is the likeliest`)
    const branch = `rollback/${change.toLowerCase()}`
    await office.must(['approve', branch, '--key', office.colleague('ben').keyFile])
    office.merge(branch)
    const { id: other } = await made(
      'incident',
      'new',
      'Doors stay shut',
      '--link',
      `caused-by=${change}`,
      ...as('ana'),
    )
    await office.must(['incident', 'resolve', other, '--resolution', 'They opened', ...as('ana')])
    await office.must(['apply'])
    await work()
    expect((await shown(other)).links.map((l) => l.relation)).toContain('fixed-by')
    const after = await shown(id)
    expect(after.state).toBe('resolved')
    expect(after.links).toContainEqual({ relation: 'caused-by', to: change })
    expect(after.links.map((l) => l.relation)).toContain('fixed-by')
    const timeline = await office.must(['incident', 'timeline', id])
    for (const word of ['start', 'finish', 'roll-back', change, 'resolve']) expect(timeline).toContain(word)
    const { entries } = JSON.parse(await office.must(['incident', 'timeline', id, '--json'])) as {
      entries: readonly { at: string }[]
    }
    expect(entries.map((e) => e.at)).toEqual(entries.map((e) => e.at).sort())
    expect(await office.must(['incident', 'timeline', id, '--markdown'])).toContain(`# ${id}: Nobody can log in`)
  })

  it('without anything to blame has nothing to take back', async () => {
    const { id } = await made('incident', 'new', 'The coffee is cold', ...as('cleo'))
    expect(await refused('incident', 'rollback', id, ...as('cleo'))).toContain('nothing is known to be to blame')
    await office.must(['incident', 'resolve', id, '--resolution', 'Warm', ...as('ben')])
  })
})

describe('a problem', () => {
  const again = async (title: string): Promise<string> => {
    const { id } = await made('incident', 'new', title, '--service', 'shop', ...as('cleo'))
    await work()
    return id
  }
  const partOf = async (id: string): Promise<string | undefined> =>
    (await shown(id)).links.find((l) => l.relation === 'part-of')?.to

  it('is proposed with the third incident that is alike, says why, and is not proposed twice', async () => {
    const first = await again('Basket times out')
    const second = await again('The basket times out again')
    expect(await partOf(second)).toBeUndefined()
    const third = await again('Basket times out for customers')
    expect(await partOf(third)).toBe('PRB-2026-00001')
    expect(await partOf(first)).toBe('PRB-2026-00001')
    const problem = await shown('PRB-2026-00001')
    expect(problem).toMatchObject({ state: 'proposed', fields: { service: 'shop' } })
    expect(problem.fields['similarity']).toMatch(/same service Service\/shop; words: .*basket/)
    expect(await partOf(await again('Basket times out once more'))).toBe('PRB-2026-00001')
    expect(await office.must(['problem', 'list'])).not.toContain('PRB-2026-00002')
  })

  it('that is a known error tells what helps, and comes back where it was taken for solved', async () => {
    await office.must(['problem', 'accept', 'PRB-2026-00001', '--assignee', 'ana', ...as('ben')])
    const cure = ['--root-cause', 'A lock', '--workaround', 'Restart the basket']
    await office.must(['problem', 'know', 'PRB-2026-00001', ...cure, ...as('ana')])
    expect(await office.must(['problem', 'known', 'the basket times out', '--service', 'shop'])).toContain('Restart')
    expect((await shown(await again('Basket times out today'))).log.at(-1)?.text).toContain('Restart the basket')
    await office.must(['problem', 'resolve', 'PRB-2026-00001', '--resolution', 'No lock', ...as('ana')])
    await office.must(['problem', 'close', 'PRB-2026-00001', ...as('ana')])
    const back = await again('Basket times out as before')
    const problem = await shown('PRB-2026-00001')
    expect(problem.state).toBe('open')
    expect(problem.log.at(-1)?.text).toContain(`it is back: ${back}`)
    expect(await office.must(['problem', 'trend'])).toContain('PRB-2026-00001')
  })

  it('that was rejected is not proposed again', async () => {
    const titles = ['Printer jams', 'The printer jams', 'Printer jams again']
    let last = ''
    for (const title of titles) last = await again(title)
    const id = (await partOf(last)) ?? ''
    await office.must(['problem', 'reject', id, '-m', 'Printers do that', ...as('ben')])
    expect(await partOf(await again('A printer jams'))).toBeUndefined()
    expect((await shown(id)).state).toBe('rejected')
    expect(await office.must(['problem', 'list', '--all'])).not.toContain('PRB-2026-00003')
  })
})

describe('what everybody is told', () => {
  it('is a page without what people wrote to each other, and the same as data', async () => {
    const out = join(office.desk.folder, '..', 'status')
    const { id } = await made(
      'incident',
      'new',
      'Secret <title>',
      '--service',
      'shop',
      '--severity',
      'critical',
      ...as('ana'),
    )
    await office.must(['incident', 'announce', id, '--statement', 'We <mend> it', ...as('ana')])
    await office.must(['status-page', '--out', out])
    const page = readFileSync(join(out, 'index.html'), 'utf8')
    expect(page).toContain('We &lt;mend&gt; it')
    expect(page).toContain('section>ul{')
    expect(page).toContain('People buy &lt;b&gt;things&lt;/b&gt;')
    expect(page).not.toMatch(/Secret|<script|https?:\/\/(?!www\.w3\.org)/)
    const status = JSON.parse(readFileSync(join(out, 'status.json'), 'utf8')) as StatusPage
    expect(status.services).toMatchObject([
      { name: 'checkout', health: 'affected', because: 'shop' },
      { name: 'shop', health: 'down' },
    ])
    expect(status.services[1]?.days).toHaveLength(90)
    expect(status.incidents[0]).toMatchObject({ id, statement: 'We <mend> it' })
  })

  it('tells of maintenance that has its time, and not of what it does', async () => {
    const change = await office.approved({
      branch: 'bye',
      author: 'ana',
      files: { 'inventory/motd.yaml': motd('bye') },
    })
    const from = `${new Date(office.now().getTime() + 3_600_000).toISOString().slice(0, 16)}Z`
    await office.must(['schedule', change, '--at', from, '--for', 'PT1H', '--key', office.colleague('cleo').keyFile])
    const out = join(scratch, 'maintenance')
    await office.must(['status-page', '--out', out])
    const status = JSON.parse(readFileSync(join(out, 'status.json'), 'utf8')) as StatusPage
    expect(status.maintenance).toEqual([
      { id: change, from: expect.stringMatching(from.slice(0, 16)), until: expect.any(String), services: ['shop'] },
    ])
    const page = readFileSync(join(out, 'index.html'), 'utf8')
    expect(page).toMatch(new RegExp(`shop.*${change}`))
    expect(page).not.toContain('/etc/motd')
    office.turn(24 * 60)
    await office.must(['status-page', '--out', out])
    expect(readFileSync(join(out, 'index.html'), 'utf8')).toContain('None is planned.')
  })

  it('figures come from the records', async () => {
    const figures = JSON.parse(await office.must(['incident', 'figures', '--json'])) as {
      data?: unknown
    }
    expect(JSON.stringify(figures)).toContain('Service/shop')
    const table = await office.must(['incident', 'figures'])
    expect(table).toMatch(/shop\s+\d+/)
    expect(table).toContain('99.000 %')
    expect(await office.must(['incident', 'figures', '--format', 'csv'])).toContain('shop')
  })

  it('every step is in the ledger, and it holds', async () => {
    expect(await office.must(['audit', 'verify'])).toMatch(/entries/)
  })
})
