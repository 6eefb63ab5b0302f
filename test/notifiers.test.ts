import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import PostalMime from 'postal-mime'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commentNotifier } from '../engine/adapters/forge/comment-notifier.ts'
import { openGithubForge } from '../engine/adapters/github/github-forge.ts'
import { smtpNotifier } from '../engine/adapters/mail/smtp-notifier.ts'
import { webhookNotifier } from '../engine/adapters/webhook/webhook-notifier.ts'
import type { Notice, Notifier } from '../engine/ports/notifier.ts'
import { type GithubOffice, openGithubOffice } from './github-office.ts'
import { openMailServer } from './mail-server.ts'

/** One suite for every way in which people are told: real servers at the other end. */

interface Way {
  readonly notifier: Notifier
  /** Whom to tell. */
  readonly to: string
  /** What came, as those read it who got it: texts of which each holds subject and text. */
  readonly came: () => Promise<readonly string[]>
  /** Sent twice it is there twice, with the same id. */
  readonly twice: boolean
  /** Somebody to whom nothing can be sent, ever. */
  readonly nobody?: string
  /** One where nobody answers. */
  readonly gone: Notifier
  readonly close: () => Promise<void>
}

async function byMail(): Promise<Way> {
  const folder = mkdtempSync(join(tmpdir(), 'plumbline-notifier-'))
  const server = await openMailServer(folder)
  const from = 'Desk <desk@example.org>'
  return {
    notifier: await smtpNotifier({ url: server.url, from }),
    gone: await smtpNotifier({ url: 'smtp://127.0.0.1:1', from }),
    to: 'ana@example.org',
    nobody: 'ana@example.org, eve@example.org',
    came: async () =>
      Promise.all(
        server.mailbox('ana@example.org').map(async (mail) => {
          const { subject, text } = await PostalMime.parse(mail)
          return `${subject}\n${text}`
        }),
      ),
    twice: true,
    close: async () => {
      await server.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function byWebhook(): Promise<Way> {
  const came: string[] = []
  const server = createServer((request, answer) => {
    let body = ''
    request
      .on('data', (part) => {
        body += part
      })
      .on('end', () => {
        const { blocks } = JSON.parse(body) as {
          readonly blocks: readonly { readonly text: { readonly text: string } }[]
        }
        came.push(blocks.map((b) => b.text.text).join('\n'))
        answer.writeHead(200).end()
      })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    notifier: webhookNotifier(`http://127.0.0.1:${(server.address() as AddressInfo).port}/T0/secret`),
    gone: webhookNotifier('http://127.0.0.1:1/T0/secret'),
    to: '',
    came: async () => came,
    twice: true,
    close: async () => void server.close(),
  }
}

async function byComment(): Promise<Way> {
  const at: GithubOffice = await openGithubOffice({ hosts: {} })
  const forge = openGithubForge(at.office.desk.env, undefined)
  const gone = openGithubForge({ ...at.office.desk.env, GITHUB_API_URL: 'http://127.0.0.1:1' }, undefined, {
    answer: 1000,
    call: 2000,
  })
  if (forge === undefined || gone === undefined) throw new Error('there is no forge')
  const path = `/repos/${at.github.repository}/issues`
  const { number } = (await at.github.api('ana', 'POST', path, { title: 'Here' })) as { readonly number: number }
  return {
    notifier: commentNotifier(forge),
    gone: commentNotifier(gone),
    to: String(number),
    nobody: '../1',
    came: async () =>
      ((await at.github.api('ana', 'GET', `${path}/${number}/comments`)) as { readonly body: string }[]).map(
        (c) => c.body,
      ),
    twice: false,
    close: () => at.close(),
  }
}

const notice: Notice = {
  id: 'INC-2026-00001.0b8c3c9e-2a0c-4b39-9c0d-3b6a7c1f5e11.0123456789ab',
  thread: 'INC-2026-00001',
  subject: '[INC-2026-00001] Düster & <b>dunkel</b>',
  text: 'Line one\n\n``` @ana <!channel> <!-- plumbline record -->\n.\nFrom here on',
  at: '2026-10-05T08:00:00Z',
}

describe.each([
  ['mail', byMail],
  ['a webhook', byWebhook],
  ['a comment', byComment],
])('by %s', (name, open) => {
  let way: Way
  beforeAll(async () => {
    way = await open()
  }, 60_000)
  afterAll(async () => {
    await way.notifier.close()
    await way.gone.close()
    await way.close()
  })

  it('what is told arrives as it was said', async () => {
    expect(await way.notifier.deliver(way.to, notice)).toEqual({ ok: true })
    const [came = ''] = await way.came()
    expect(came).toContain('[INC-2026-00001] Düster & <b>dunkel</b>')
    for (const line of ['Line one', '@ana <!channel>', '.\n', 'From here on']) expect(came).toContain(line)
    if (name === 'a comment') expect(came).not.toContain('<!-- plumbline record')
  })

  it('the same message is known again', async () => {
    const before = (await way.came()).length
    expect(await way.notifier.deliver(way.to, notice)).toEqual({ ok: true })
    expect(await way.came()).toHaveLength(before + (way.twice ? 1 : 0))
    const other = { ...notice, id: `${notice.id}2`, subject: 'Another' }
    expect(await way.notifier.deliver(way.to, other)).toEqual({ ok: true })
    expect(await way.came()).toHaveLength(before + (way.twice ? 2 : 1))
  })

  it('what does not fit into the other side is cut, not refused', async () => {
    const long = { ...notice, id: 'long', subject: `S${'u'.repeat(900)}`, text: 'word '.repeat(9_000) }
    expect(await way.notifier.deliver(way.to, long)).toEqual({ ok: true })
  })

  it('where nobody answers it may be tried again, and no secret is told', async () => {
    const delivered = await way.gone.deliver(way.to, notice)
    expect(delivered).toMatchObject({ ok: false, again: true })
    expect(JSON.stringify(delivered)).not.toContain('secret')
  })

  it('to nobody it is refused for good', async () => {
    if (way.nobody === undefined) return
    expect(await way.notifier.deliver(way.nobody, notice)).toMatchObject({ ok: false, again: false })
  })
})

describe('an address', () => {
  it.each([
    'http://example.org/hook',
    'ftp://example.org',
    'example.org',
    'file:///etc/passwd',
  ])('such as %s is no webhook', (address) => {
    expect(() => webhookNotifier(address)).toThrow()
  })

  it.each([
    ['https://mail.example.org', 'desk@example.org'],
    ['mail.example.org', 'desk@example.org'],
    ['smtps://mail.example.org', 'desk'],
    ['smtps://mail.example.org', 'a@b.example\r\nBcc: c@d.example'],
  ])('such as %s with %s is no way to send mail', async (url, from) => {
    await expect(smtpNotifier({ url, from })).rejects.toThrow()
  })
})
