import type { Transporter } from 'nodemailer'
import type { Delivered, Notice, Notifier } from '../../ports/notifier.ts'
import { messageIdOf, threadIdOf } from './message-id.ts'

/** Milliseconds for each step of a conversation with the server. */
const patience = 20_000

interface SmtpOptions {
  /** `smtps://user:password@mail.example.org`, or `smtp://…:587`, which has to offer STARTTLS unless it is this machine. */
  readonly url: string
  /** Whom mails are from: `desk@example.org`, or `Service desk <desk@example.org>`. */
  readonly from: string
}

/** Mails over SMTP (RFC 5321). Throws where the address of the server or the sender is none. */
export async function smtpNotifier({ url, from }: SmtpOptions): Promise<Notifier> {
  const server = checked(url)
  const { default: nodemailer } = await import('nodemailer')
  const { default: addressparser } = await import('nodemailer/lib/addressparser')
  const [sender, another] = addressparser(from, { flatten: true })
  const domain = sender?.address.split('@')[1]
  if (
    sender === undefined ||
    another !== undefined ||
    domain === undefined ||
    /[\r\n]/.test(from) ||
    !isAddress(sender.address)
  )
    throw new Error('whom mails are from is no address')
  const here = ['localhost', '127.0.0.1', '[::1]'].includes(server.hostname)
  const secure = server.protocol === 'smtps:'
  const [user, pass] = [decodeURIComponent(server.username), decodeURIComponent(server.password)]
  const transport = nodemailer.createTransport({
    host: server.hostname.replace(/^\[|\]$/g, ''),
    port: server.port === '' ? (secure ? 465 : 587) : Number(server.port),
    secure,
    // Else somebody in between could take STARTTLS out, and read passwords and mails.
    requireTLS: !secure && !here,
    ...(user !== '' && { auth: { user, pass } }),
    connectionTimeout: patience,
    greetingTimeout: patience,
    socketTimeout: patience,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return {
    deliver: (to, notice) => send(transport, { from: sender, domain }, to, notice),
    close: async () => transport.close(),
  }
}

function checked(address: string): URL {
  let url: URL
  try {
    url = new URL(address)
  } catch {
    throw new Error('the address of the mail server is none')
  }
  if (url.protocol !== 'smtp:' && url.protocol !== 'smtps:')
    throw new Error('the address of the mail server begins with smtp: or smtps:')
  return url
}

interface From {
  readonly from: { readonly name: string; readonly address: string }
  readonly domain: string
}

async function send(transport: Transporter, { from, domain }: From, to: string, notice: Notice): Promise<Delivered> {
  // What is no address must not become several of them.
  if (!isAddress(to)) return { ok: false, because: 'it is no address of a mailbox', again: false }
  const { id, thread, after = [], subject, text, at, reply } = notice
  const about = thread === undefined ? [] : [`<${threadIdOf(thread, domain)}>`]
  const references = [...after.map((mid) => `<${mid}>`), ...about]
  const [first] = references
  try {
    await transport.sendMail({
      from: { name: from.name, address: from.address },
      to: { name: '', address: to },
      envelope: { from: from.address, to },
      subject: oneLine(subject),
      text,
      date: new Date(at),
      messageId: `<${messageIdOf(id, domain)}>`,
      ...(first !== undefined && { inReplyTo: first, references: [...references] }),
      headers: {
        'Auto-Submitted': reply === true ? 'auto-replied' : 'auto-generated',
        'X-Auto-Response-Suppress': 'All',
        'List-Id': { prepared: true, value: `<plumbline.${domain}>` },
      },
      xMailer: false,
    })
    return { ok: true }
  } catch (error) {
    return refused(error)
  }
}

const oneLine = (text: string): string => text.replaceAll(/[\r\n\t]+/g, ' ').slice(0, 300)

/** One mailbox, as plain as they are in practice: no quotes, no comments, no lists. */
const isAddress = (text: string): boolean =>
  text.length <= 254 &&
  /^[^\s"(),:;<>@[\\\]\u0000-\u001f\u007f]{1,64}@[^\s"(),:;<>@[\\\]\u0000-\u001f\u007f]+$/u.test(text)

/** What the server refuses for good (5xx to a recipient or a message) is not tried again. */
function refused(error: unknown): Delivered {
  const { code, responseCode } = error as { readonly code?: unknown; readonly responseCode?: unknown }
  const status = typeof responseCode === 'number' ? responseCode : undefined
  const name = typeof code === 'string' ? code : 'no answer'
  const again = status === undefined || status < 500 || name === 'EAUTH'
  const because =
    status === undefined ? `the mail server could not be reached (${name})` : `the mail server answered ${status}`
  return { ok: false, because, again }
}
