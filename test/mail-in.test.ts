import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import PostalMime from 'postal-mime'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { DeclaredRecord } from '../engine/model/declared-record.ts'
import { type MailServer, openMailServer } from './mail-server.ts'
import { documents, type Office, openOffice } from './office.ts'

/** Mail to the desk: what people write becomes records, replies find theirs, and what nobody should believe is not believed. */

let office: Office
let server: MailServer
let scratch: string
let maildir: string
let count = 0

const people = documents(
  { kind: 'Team', metadata: { name: 'shop-team' }, spec: { members: ['cleo'], contact: 'shop@example.org' } },
  {
    kind: 'NotificationRule',
    metadata: { name: 'requester' },
    spec: { types: ['request', 'incident'], to: { roles: ['requester'], strangers: true }, by: { mail: true } },
  },
)

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'plumbline-maildir-'))
  server = await openMailServer(join(scratch, 'boxes'))
  maildir = join(scratch, 'desk')
  for (const sub of ['tmp', 'new', 'cur']) mkdirSync(join(maildir, sub), { recursive: true })
  office = await openOffice({ files: { 'inventory/more.yaml': people } })
  Object.assign(office.desk.env, {
    PLUMBLINE_MAILDIR: maildir,
    PLUMBLINE_MAIL_AUTHSERV_ID: 'mx.example.org',
    PLUMBLINE_MAIL_FROM: 'Desk <desk@example.org>',
    PLUMBLINE_SMTP_URL: server.url,
  })
  await office.must(['work', '--once'])
}, 60_000)
afterAll(async () => {
  await office.close()
  await server.close()
  rmSync(scratch, { recursive: true, force: true })
})
beforeEach(() => office.turn(61))

const vouched =
  'Authentication-Results: mx.example.org; spf=pass smtp.mailfrom=example.org; dmarc=pass header.from=example.org'

function put(...lines: readonly string[]): void {
  count += 1
  writeFileSync(join(maildir, 'new', `${1_700_000_000 + count}.M${count}P1.test`), `${lines.join('\r\n')}\r\n`)
}

/** A plain mail. */
const plain = (from: string, subject: string, body: string, ...headers: string[]) =>
  put(
    ...headers,
    `From: ${from}`,
    'To: desk@example.org',
    `Subject: ${subject}`,
    'Date: Mon, 5 Oct 2026 10:00:00 +0200',
    '',
    body,
  )

interface Taken {
  readonly mails: readonly {
    readonly taken: {
      readonly became: string
      readonly because?: string
      readonly record?: DeclaredRecord
      readonly who?: string
    }
  }[]
}

async function taken(): Promise<Taken['mails'][number]['taken']> {
  const { mails } = JSON.parse(await office.must(['mail', 'in', maildir, '--json'])) as Taken
  expect(mails).toHaveLength(1)
  const [first] = mails
  if (first === undefined) throw new Error('nothing was taken')
  return first.taken
}

describe('a mail to the desk', () => {
  it('opens a request for whoever is vouched for, once, and is put away', async () => {
    plain(
      'Ana <Ana@Example.org>',
      '=?utf-8?q?Ein_gr=C3=B6=C3=9Ferer_Bildschirm?=',
      'Please.\r\n\r\n-- \r\nAna',
      vouched,
      'Message-ID: <a1@example.org>',
    )
    expect(await taken()).toMatchObject({
      became: 'opened',
      who: 'Person/ana',
      record: {
        type: 'request',
        title: 'Ein größerer Bildschirm',
        fields: { requester: 'Person/ana' },
        log: [{ for: 'Person/ana', via: 'mail', by: 'engine' }],
      },
    })
    expect(readdirSync(join(maildir, 'new'))).toEqual([])
    expect(readdirSync(join(maildir, 'cur'))[0]).toMatch(/:2,S$/)
    plain('Ana <ana@example.org>', 'Again', 'x', vouched, 'Message-ID: <a1@example.org>')
    expect(await taken()).toMatchObject({ became: 'passed-over', because: 'it was taken before' })
  })

  it.each([
    ['nobody vouches', []],
    ['somebody else vouches', ['Authentication-Results: mx.evil.example; dmarc=pass header.from=example.org']],
    ['our server does not stand on top', ['Authentication-Results: mx.evil.example; dmarc=fail', vouched]],
    ['another domain is vouched for', ['Authentication-Results: mx.example.org; dmarc=pass header.from=evil.example']],
    ['it failed', ['Authentication-Results: mx.example.org; dmarc=fail (dmarc=pass) header.from=example.org']],
    [
      'it stands in a comment',
      ['Authentication-Results: mx.example.org (; dmarc=pass header.from=example.org); spf=pass'],
    ],
    [
      'it stands in another result',
      ['Authentication-Results: mx.example.org; spf=pass smtp.mailfrom="x dmarc=pass header.from=example.org"'],
    ],
  ])('is of an address and nobody where %s', async (_, headers) => {
    plain('ana@example.org', 'I am Ana', 'really', ...headers)
    expect(await taken()).toMatchObject({ became: 'opened', who: 'mail:ana@example.org' })
  })

  it('goes to the service, the team or the sort that its address or subject names', async () => {
    put(vouched, 'From: ben@example.org', 'To: shop@example.org', 'Subject: The lamp', '', 'dark')
    expect(await taken()).toMatchObject({ record: { type: 'request', fields: { team: 'shop-team' } } })
    put(vouched, 'From: ben@example.org', 'To: desk+incident+security@example.org', 'Subject: The door', '', 'open')
    expect(await taken()).toMatchObject({
      record: { type: 'incident', fields: { team: 'security', description: 'open' } },
    })
    put(
      vouched,
      'From: ben@example.org',
      'Delivered-To: desk+security@example.org',
      'Subject: incident: Smoke',
      '',
      'much',
    )
    expect(await taken()).toMatchObject({ record: { type: 'incident', title: 'Smoke', fields: { team: 'security' } } })
  })

  it('is answered with its number, in its own conversation, and the reply comes to the record', async () => {
    plain('stranger@customer.example', 'My parcel', 'Where is it?', 'Message-ID: <p1@customer.example>')
    await office.must(['work', '--once'])
    const [text] = server.mailbox('stranger@customer.example')
    const answer = await PostalMime.parse(text ?? '')
    const id = /\[(REQ-2026-\d{5})\]/.exec(answer.subject ?? '')?.[1] ?? ''
    expect(answer.headers.find((h) => h.key === 'auto-submitted')?.value).toBe('auto-replied')
    expect(answer.inReplyTo).toBe('<p1@customer.example>')
    expect(answer.text).toContain('Next: Whoever has to agree is asked')
    plain(
      'stranger@customer.example',
      `Re: ${answer.subject}`,
      'Here it is.\r\n\r\nOn Monday the desk wrote:\r\n> Where\r\n> what',
      `In-Reply-To: ${answer.messageId}`,
      'Message-ID: <p2@customer.example>',
    )
    const { became, record } = await taken()
    expect(became).toBe('said')
    expect(record?.id).toBe(id)
    expect(record?.log.at(-1)).toMatchObject({
      move: 'comment',
      for: 'mail:stranger@customer.example',
      text: 'Here it is.',
    })
    plain('eve@evil.example', `[${id}] Let me in`, 'please', `In-Reply-To: <plumbline.${id}@example.org>`)
    expect(await taken()).toMatchObject({ became: 'opened', who: 'mail:eve@evil.example' })
    plain('stranger@customer.example', `[${id}] By its number`, 'still')
    expect(await taken()).toMatchObject({ became: 'said' })
    plain('stranger@customer.example', 'Answer to my own', 'more', 'References: <x@y.example> <p1@customer.example>')
    expect((await taken()).record?.id).toBe(id)
    expect(await office.must(['audit', 'verify'])).toMatch(/entries/)
  })

  it.each([
    ['an answer of a program', ['Auto-Submitted: auto-replied']],
    ['a bounce', ['Return-Path: <>', 'Content-Type: multipart/report; boundary=x']],
    ['a mailing list', ['List-Id: <news.example.com>']],
    ['what goes to many', ['Precedence: bulk']],
  ])('is passed over where it is %s', async (_, headers) => {
    plain('robot@example.com', 'Out of office', 'I am away', ...headers)
    expect(await taken()).toMatchObject({ became: 'passed-over' })
  })

  it.each([
    ['we sent it', 'Desk <desk@example.org>'],
    ['it is from two', 'ana@example.org, eve@evil.example'],
    ['it is from a robot', 'MAILER-DAEMON@example.com'],
    ['it is from nobody', 'nobody'],
  ])('is passed over where %s', async (_, from) => {
    plain(from, 'Hello', 'there')
    expect(await taken()).toMatchObject({ became: 'passed-over' })
  })
})

describe('a hostile mail', () => {
  it('brings no HTML, no control characters and no attachments, but their names', async () => {
    put(
      'From: eve@evil.example',
      'To: desk@example.org',
      `Subject: =?utf-8?b?${Buffer.from('Hi\r\nBcc: all@example.org\u001b[2J\u202e').toString('base64')}?=`,
      'Content-Type: multipart/mixed; boundary=b',
      '',
      '--b',
      'Content-Type: text/html',
      '',
      `<style>p{}</style><script>alert(1)</script><p>See &lt;this&gt; {{ secret }}</p><img src=x onerror=y>${'&nbsp;'.repeat(50_000)}`,
      '--b',
      'Content-Type: application/x-sh; name="../../etc/passwd\u001b[31m"',
      'Content-Disposition: attachment; filename="../../etc/passwd"',
      'Content-Transfer-Encoding: base64',
      '',
      'cm0gLXJmIC8=',
      '--b--',
    )
    const { record } = await taken()
    expect(record?.title).toMatch(/^Hi Bcc: all@example.org/)
    const whole = JSON.stringify(record)
    for (const bad of ['\\u001b[', '\u202e', 'alert(1)', 'onerror', '<p>']) expect(whole).not.toContain(bad)
    expect(record?.log[0]?.text).toContain('See <this> {{ secret }}')
    expect(record?.log[0]?.text).toMatch(
      /Attached: \.\.\/\.\.\/etc\/passwd \(application\/x-sh, 8 octets, sha256 [0-9a-f]{64}\)/,
    )
  })

  it.each([
    [
      'parts within parts',
      () => {
        const open = Array.from(
          { length: 500 },
          (_, i) => `Content-Type: multipart/mixed; boundary=b${i}\r\n\r\n--b${i}`,
        )
        put('From: eve@evil.example', 'MIME-Version: 1.0', ...open, 'Content-Type: text/plain', '', 'deep')
      },
    ],
    ['headers without an end', () => put('From: eve@evil.example', `X-Long: ${'x'.repeat(400_000)}`, '', 'hi')],
    [
      'nothing but bytes',
      () => writeFileSync(join(maildir, 'new', `${1_700_000_900 + count}.bytes`), Buffer.alloc(5000, 0xff)),
    ],
    [
      'more than anybody writes',
      () => writeFileSync(join(maildir, 'new', `${1_700_000_901 + count}.large`), Buffer.alloc(26 * 1024 * 1024, 'a')),
    ],
  ])('of %s holds nobody up', async (_, make) => {
    make()
    expect((await taken()).became).toMatch(/unreadable|passed-over/)
    expect(readdirSync(join(maildir, 'new'))).toEqual([])
  })

  it('after many others waits', async () => {
    for (let i = 0; i < 22; i += 1) plain('flood@evil.example', `Mail ${i}`, 'x', `Message-ID: <f${i}@evil.example>`)
    const out = await office.must(['work', '--once'])
    expect(out).toContain('mail-flood')
    expect(out).toContain('mail 20')
    expect(readdirSync(join(maildir, 'new'))).toHaveLength(2)
    office.turn(61)
    await office.must(['work', '--once'])
    expect(readdirSync(join(maildir, 'new'))).toEqual([])
  })
})
