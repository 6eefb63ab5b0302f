import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import PostalMime from 'postal-mime'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DeclaredRecord } from '../engine/model/declared-record.ts'
import { type MailServer, openMailServer } from './mail-server.ts'
import { documents, type Office, openOffice } from './office.ts'

/** Who is told of what happens: by mail that a real server takes, and by a webhook. */

let office: Office
let mail: MailServer
let chat: Server
let scratch: string
let chatAnswers = 200
const said: { readonly text: string; readonly blocks: readonly { readonly text: { readonly text: string } }[] }[] = []

const rules = documents(
  {
    kind: 'NotificationRule',
    metadata: { name: 'page' },
    spec: {
      types: ['incident'],
      moves: ['new', 'comment', 'resolve'],
      when: 'record.priority in ["P1", "P2"] && move.name != "comment" || record.title.startsWith("Talk")',
      to: { people: ['ben'], roles: ['watchers'] },
      by: { mail: true, webhook: 'chat' },
    },
  },
  {
    kind: 'NotificationRule',
    metadata: { name: 'slow' },
    spec: {
      types: ['incident'],
      moves: ['new'],
      priorities: ['P1', 'P5'],
      to: { teams: ['security'] },
      by: { mail: true },
      digest: 'hourly',
      hours: 'office',
      template: {
        subject: 'Slow: {{ record.title }}',
        text: '{{ record.id }} is {{ state }}: {{ record.fields.description }}',
      },
    },
  },
  {
    kind: 'NotificationRule',
    metadata: { name: 'on-call' },
    spec: { types: ['incident'], moves: ['acknowledge'], to: { roles: ['on-call'] }, by: { mail: true } },
  },
  {
    kind: 'OnCall',
    metadata: { name: 'operations' },
    spec: {
      team: 'operations',
      timeZone: 'Europe/Amsterdam',
      layers: [{ name: 'week', people: ['ben', 'cleo'], start: '2026-10-05T09:00', rule: 'FREQ=WEEKLY;BYDAY=MO' }],
    },
  },
  {
    kind: 'EscalationPolicy',
    metadata: { name: 'operations' },
    spec: { teams: ['operations'], priorities: ['P3'], steps: [{ page: [{ onCall: 'operations' }] }] },
  },
  {
    kind: 'SupportHours',
    metadata: { name: 'office' },
    spec: {
      timeZone: 'Europe/Amsterdam',
      hours: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '09:00', until: '17:00' }],
    },
  },
)

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'plumbline-mail-'))
  mail = await openMailServer(scratch, { user: 'desk', pass: 'a:b/c@d' })
  chat = createServer((request, answer) => {
    let body = ''
    request
      .on('data', (part) => (body += part))
      .on('end', () => {
        if (chatAnswers === 200) said.push(JSON.parse(body))
        answer.writeHead(chatAnswers).end('ok')
      })
  })
  await new Promise<void>((resolve) => chat.listen(0, '127.0.0.1', resolve))
  // A Monday, ten o'clock in Amsterdam.
  office = await openOffice({ files: { 'inventory/rules.yaml': rules }, at: '2026-10-05T08:00:00Z' })
  Object.assign(office.desk.env, {
    PLUMBLINE_SMTP_URL: mail.url,
    PLUMBLINE_MAIL_FROM: 'Service desk <desk@example.org>',
    PLUMBLINE_NOTIFY_CHAT: `http://127.0.0.1:${(chat.address() as AddressInfo).port}/hook`,
  })
  await office.must(['work', '--once'])
}, 60_000)
afterAll(async () => {
  await office.close()
  await mail.close()
  chat.close()
  rmSync(scratch, { recursive: true, force: true })
})

const as = (name: string): readonly string[] => ['--key', office.colleague(name).keyFile]

async function opened(title: string, impact: string, ...more: string[]): Promise<string> {
  const out = await office.must([
    'incident',
    'new',
    title,
    '--impact',
    impact,
    '--urgency',
    impact,
    ...more,
    ...as('ana'),
    '--json',
  ])
  return (JSON.parse(out) as DeclaredRecord).id
}

const work = () => office.must(['work', '--once'])
const parse = (text: string | undefined) => PostalMime.parse(text ?? '')
const box = (name: string) => mail.mailbox(`${name}@example.org`)
const header = (parsed: Awaited<ReturnType<typeof parse>>, name: string) =>
  parsed.headers.find((h) => h.key === name)?.value

describe('notifications', () => {
  it('reach the mailbox of who is to know, once, and not of who did it', async () => {
    const title = 'Talk: Ünïcode\r\nBcc: eve@example.org <!channel> & more'
    const id = await opened(title, 'high', '--description', 'x')
    await work()
    expect(await work()).not.toContain('notifications')
    expect(box('ana')).toEqual([])
    expect(box('eve')).toEqual([])
    const mails = box('ben')
    expect(mails).toHaveLength(1)
    const parsed = await parse(mails[0])
    expect(parsed.subject).toBe(`[${id}] Talk: Ünïcode Bcc: eve@example.org <!channel> & more`)
    expect(parsed.text).toContain('Open · P1')
    expect(parsed.text).toContain('Next: The team acknowledges it')
    expect(parsed.from).toEqual({ name: 'Service desk', address: 'desk@example.org' })
    expect(header(parsed, 'auto-submitted')).toBe('auto-generated')
    expect(header(parsed, 'list-id')).toBe('<plumbline.example.org>')
    expect(header(parsed, 'bcc')).toBeUndefined()
    expect(said).toHaveLength(1)
    expect(said[0]?.text).toContain('&lt;!channel&gt; &amp; more')
    expect(said[0]?.blocks[0]?.text.text).toContain('<!channel>')
  })

  it('about one record are one conversation', async () => {
    await office.must(['incident', 'comment', 'INC-2026-00001', 'It is the database', ...as('ben')])
    await office.must(['incident', 'comment', 'INC-2026-00001', 'No', ...as('ana')])
    await work()
    expect((await parse(box('ana')[0])).text).toContain('It is the database')
    const [first, second] = await Promise.all(box('ben').map(parse))
    expect(first?.references).toBe('<plumbline.INC-2026-00001@example.org>')
    expect(second?.references).toBe(first?.references)
    expect(second?.messageId).not.toBe(first?.messageId)
    expect(second?.messageId).toMatch(/^<plumbline\.INC-2026-00001\.[0-9a-f-]{36}\.[0-9a-f]{12}@example\.org>$/)
  })

  it('that can wait are collected and told when somebody is there; what is urgent is not', async () => {
    office.turn('2026-10-05T18:10:00Z')
    await opened('One', 'low', '--description', 'first {{ record.id }} <b>')
    office.turn('2026-10-05T18:20:00Z')
    await opened('Two', 'low')
    await opened('Three', 'high')
    office.turn('2026-10-05T20:00:00Z')
    await work()
    // Cleo is all of security.
    expect(await Promise.all(box('cleo').map(async (m) => (await parse(m)).subject))).toEqual([
      'Slow: Talk: Ünïcode Bcc: eve@example.org <!channel> & more',
      'Slow: Three',
    ])
    office.turn('2026-10-06T06:59:00Z')
    await work()
    expect(box('cleo')).toHaveLength(2)
    office.turn('2026-10-06T07:00:00Z')
    await work()
    expect(box('cleo')).toHaveLength(3)
    const digest = await parse(box('cleo')[2])
    expect(digest.subject).toBe('2 messages: INC-2026-00002, INC-2026-00003')
    expect(digest.text).toContain('INC-2026-00002 is Open: first {{ record.id }} <b>')
    expect(digest.text).toContain('Slow: Two')
  })

  it('that fail hold up no others, and are tried again until a day is over', async () => {
    chatAnswers = 503
    const before = { mails: box('ben').length, chats: said.length }
    const id = await opened('Chat is down', 'high')
    expect(await work()).toContain('was not told to webhook chat')
    expect(box('ben')).toHaveLength(before.mails + 1)
    expect(await work()).toBe('')
    office.turn(2)
    await work()
    chatAnswers = 200
    office.turn(10)
    await work()
    expect(said).toHaveLength(before.chats + 1)
    expect(box('ben')).toHaveLength(before.mails + 1)
    chatAnswers = 503
    await office.must(['incident', 'resolve', id, '--resolution', 'Restarted', ...as('ana')])
    await work()
    office.turn(26 * 60)
    const given = await office.desk.run('work', '--once')
    expect(given.err).toContain('notification-undelivered')
    expect(given.err).not.toContain('/hook')
    chatAnswers = 200
    office.turn(26 * 60)
    await work()
    expect(said).toHaveLength(before.chats + 1)
  })

  it('that a mail server refuses for good are not tried again; what it can not take now is', async () => {
    mail.refuse(451, 1)
    const before = box('ben').length
    await opened('Greylisted', 'high')
    expect(await work()).toContain('answered 451')
    expect(box('ben').length + box('cleo').length).toBeGreaterThan(before)
    office.turn(2)
    await work()
    expect(
      (await Promise.all([...box('ben'), ...box('cleo')].map(parse))).filter((m) => m.subject?.includes('Greylisted')),
    ).toHaveLength(2)
    mail.refuse(550, 9)
    await opened('Nobody there', 'high')
    expect(await work()).toContain('notification-undelivered')
    mail.refuse(0, 0)
    office.turn(120)
    await work()
    expect((await Promise.all(box('ben').map(parse))).filter((m) => m.subject?.includes('Nobody there'))).toEqual([])
  })

  it('reach whoever is on call, where one is paged and where a rule says so', async () => {
    office.turn('2026-10-14T10:00:00Z')
    const before = box('cleo').length
    const out = await office.must(['incident', 'new', 'The cellar', '--team', 'operations', ...as('ana'), '--json'])
    const { id } = JSON.parse(out) as DeclaredRecord
    await work()
    const mails = await Promise.all(box('cleo').slice(before).map(parse))
    expect(mails.map((m) => m.subject)).toEqual([`[${id}] The cellar`])
    expect(mails[0]?.text).toContain('page by engine')
    office.turn('2026-10-19T10:00:00Z')
    await office.must(['incident', 'acknowledge', id, ...as('ana')])
    await work()
    expect((await parse(box('ben').at(-1))).text).toContain('acknowledge by Person/ana')
  })

  it('wait for a machine that is set up', async () => {
    delete office.desk.env['PLUMBLINE_SMTP_URL']
    const before = box('ben').length
    await opened('Later', 'high')
    expect(await work()).toContain('this machine is not set up for it')
    office.desk.env['PLUMBLINE_SMTP_URL'] = mail.url
    office.turn(2)
    await work()
    expect(box('ben')).toHaveLength(before + 1)
  })
})

describe('a rule', () => {
  it.each([
    [
      'a move that no type has',
      { types: ['incident'], moves: ['resolv'], by: { webhook: 'x' } },
      'there is no move resolv; did you mean resolve?',
    ],
    ['a type that is not there', { types: ['inciden'], by: { webhook: 'x' } }, 'did you mean incident?'],
    ['an expression that is none', { when: 'record.', by: { webhook: 'x' } }, 'notification-rule'],
    [
      'a template that asks for what is not there',
      { by: { webhook: 'x' }, template: { text: '{{ secret }}' } },
      'secret',
    ],
    ['a mail to nobody', { by: { mail: true } }, 'names nobody'],
  ])('with %s is refused', async (_, spec, told) => {
    office.desk.write(
      'inventory/wrong.yaml',
      documents({ kind: 'NotificationRule', metadata: { name: 'wrong' }, spec }),
    )
    const ran = await office.desk.run('validate')
    office.desk.git('clean', '-fq', 'inventory')
    expect(ran.status).toBe(1)
    expect(ran.out + ran.err).toContain(told)
  })
})
