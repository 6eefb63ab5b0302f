import type { Address, Attachment, Email } from 'postal-mime'
import { escapeControls } from '../../model/escape.ts'
import type { World } from '../world.ts'

/** Larger mails are not read at all, octets. */
export const largestMail = 25 * 1024 * 1024
/** Characters of what somebody wrote that are kept. */
const longestText = 15_000
/** Attachments that are named. */
const mostNamed = 30

/** A mail, as far as the desk cares for it. Nothing in it is to be trusted. */
export interface ReadMail {
  /** Message-ID without brackets; made of its digest where it has none that is usable. */
  readonly id: string
  /** The only address in From, in small letters; undefined where there is none, or several. */
  readonly from: string | undefined
  /** Everybody it was sent to, in small letters. */
  readonly to: readonly string[]
  readonly subject: string
  readonly text: string
  /** One line for each attachment: name, type, octets and digest. Nothing else of them is kept. */
  readonly attachments: readonly string[]
  /** Message-IDs that it answers, the nearest first, without brackets. */
  readonly answers: readonly string[]
  /** Why no answer and no record may come of it: it was sent by a program. */
  readonly automatic: string | undefined
  /** The domain of From for which a server that we trust found DMARC to pass. */
  readonly vouched: boolean
}

/**
 * Reads a mail (RFC 5322, MIME). Says why, where it can't be read.
 *
 * @param authServer authserv-id of the server whose word counts
 */
export async function readMail(
  world: Pick<World, 'sha256'>,
  bytes: Uint8Array,
  authServer: string | undefined,
): Promise<ReadMail | { readonly unreadable: string }> {
  const { default: PostalMime, addressParser } = await import('postal-mime')
  let mail: Email
  try {
    mail = await PostalMime.parse(bytes, {
      maxNestingDepth: 50,
      maxHeadersSize: 256 * 1024,
      maxRfc822NestingDepth: 2,
      forceRfc822Attachments: true,
    })
  } catch (error) {
    return { unreadable: error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'it is no mail' }
  }
  // The header itself: of several addresses, the parser gives the first.
  const senders = mail.headers.filter((h) => h.key === 'from').flatMap((h) => addressParser(h.value, { flatten: true }))
  const from = senders.length === 1 ? only(flat(senders)) : undefined
  return {
    id: idsIn(mail.messageId ?? '')[0] ?? `${world.sha256(bytes)}@mail.invalid`,
    from,
    to: flat([...(mail.to ?? []), ...(mail.cc ?? []), ...deliveredTo(mail)]),
    subject: oneLine(mail.subject ?? '').slice(0, 250),
    text: withoutQuote(textOf(mail)).slice(0, longestText),
    attachments: mail.attachments.slice(0, mostNamed).map((a) => attachmentLine(world, a)),
    answers: [...new Set([...idsIn(mail.inReplyTo ?? ''), ...idsIn(mail.references ?? '').toReversed()])].slice(0, 50),
    automatic: automaticBecause(mail, from),
    vouched: from !== undefined && authServer !== undefined && isVouched(mail, from, authServer),
  }
}

/** Where the server that received it says to whom it really went. */
const deliveredHeaders = ['delivered-to', 'x-original-to', 'envelope-to']

const deliveredTo = (mail: Email): readonly Address[] =>
  mail.headers
    .filter((h) => deliveredHeaders.includes(h.key))
    .map((h) => ({ name: '', address: h.value.trim().replace(/^<|>$/g, '') }))

/** Addresses of mailboxes, groups opened, in small letters, each once. */
function flat(addresses: readonly (Address | undefined)[]): readonly string[] {
  const boxes = addresses.flatMap((a) => (a === undefined ? [] : a.group === undefined ? [a] : a.group))
  const found = boxes.map((b) => (b.address ?? '').trim().toLowerCase())
  return [
    ...new Set(
      found.filter((a) => a.length <= 190 && /^[^\s<>",;:@\u0000-\u001f]+@[^\s<>",;:@\u0000-\u001f]+$/.test(a)),
    ),
  ].slice(0, 100)
}

const only = (found: readonly string[]): string | undefined => (found.length === 1 ? found[0] : undefined)

/** What is too long to be written down is none. */
const idsIn = (text: string): readonly string[] =>
  [...text.slice(0, 20_000).matchAll(/<([^<>\s]{1,200}@[^<>\s@]{1,100})>/g)].flatMap(([, id]) =>
    id === undefined ? [] : [id],
  )

const oneLine = (text: string): string => escapeControls(text.replaceAll(/\s+/g, ' ').trim())

/** Why it was sent by no person: RFC 3834, RFC 3464, and what was usual before them. */
function automaticBecause(mail: Email, from: string | undefined): string | undefined {
  const header = (name: string): string => (mail.headers.find((h) => h.key === name)?.value ?? '').trim().toLowerCase()
  const submitted = header('auto-submitted').split(/[\s;(]/)[0] ?? ''
  if (submitted !== '' && submitted !== 'no') return 'it was sent by a program'
  if (/^(bulk|junk|list)\b/.test(header('precedence'))) return 'it was sent to many'
  if (header('list-id') !== '' || header('list-unsubscribe') !== '') return 'it is of a mailing list'
  if (/multipart\/report|message\/(delivery-status|disposition-notification)/.test(header('content-type')))
    return 'it tells what became of another mail'
  if (header('return-path') === '<>' || header('x-failed-recipients') !== '')
    return 'it tells what became of another mail'
  if (/^(mailer-daemon|postmaster|no-?reply|do-?not-?reply)(\+[^@]*)?@/.test(from ?? ''))
    return 'nobody reads answers to it'
  return undefined
}

/**
 * Whether a server that we trust vouches for the domain in From. Only the header that it put on top itself counts: those below
 * it, whatever they say, came with the mail (RFC 8601, 5). Who receives mail has to take out others that bear its name.
 */
function isVouched(mail: Email, from: string, authServer: string): boolean {
  const [first] = mail.headers.filter((h) => h.key === 'authentication-results')
  if (first === undefined) return false
  const value = withoutComments(first.value).toLowerCase()
  const [server = '', ...results] = value.split(';')
  if (server.trim().split(/\s+/)[0] !== authServer) return false
  const dmarc = results.filter((r) => /^\s*dmarc\s*=/.test(r))
  if (dmarc.length !== 1 || !/^\s*dmarc\s*=\s*pass(\s|$)/.test(dmarc[0] ?? '')) return false
  const [, domain] = /\bheader\.from\s*=\s*([a-z0-9.-]+)/.exec(dmarc[0] ?? '') ?? []
  return domain !== undefined && domain === from.slice(from.lastIndexOf('@') + 1)
}

/** Comments in brackets may hold anything, and nest. */
function withoutComments(value: string): string {
  let depth = 0
  let quoted = false
  let kept = ''
  for (let i = 0; i < value.length; i += 1) {
    const c = value[i] ?? ''
    if (c === '\\') {
      if (depth === 0) kept += value.slice(i, i + 2)
      i += 1
    } else if (c === '"' && depth === 0) {
      quoted = !quoted
      kept += c
    } else if (c === '(' && !quoted) depth += 1
    else if (c === ')' && !quoted && depth > 0) depth -= 1
    else if (depth === 0) kept += c
  }
  return kept
}

function textOf({ text, html }: Email): string {
  const plain = text !== undefined && text.trim() !== '' ? text : html === undefined ? '' : textOfHtml(html)
  return escapeControls(plain.replaceAll('\r\n', '\n').replaceAll('\t', '  ')).trim()
}

/** Texts of HTML alone: nothing of it is ever shown as HTML, so it need not be understood to the letter. */
function textOfHtml(html: string): string {
  const within = html.slice(0, 2_000_000)
  const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' }
  return within
    .replaceAll(/<!--[\s\S]*?(?:-->|$)/g, '')
    .replaceAll(/<(script|style|head|title)\b[\s\S]*?(?:<\/\1\s*>|$)/gi, '')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/<\s*(?:br|\/p|\/div|\/li|\/tr|\/h[1-6])\b[^>]*>/gi, '\n')
    .replaceAll(/<[^>]*>?/g, '')
    .replaceAll(/&(#x?[0-9a-f]{1,6}|[a-z]{2,6});/gi, (whole, name: string) => {
      if (!name.startsWith('#')) return named[name.toLowerCase()] ?? whole
      const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number.parseInt(name.slice(1), 10)
      return code > 0 && code <= 0x10_ff_ff ? String.fromCodePoint(code) : whole
    })
    .split('\n')
    .map((line) => line.trim())
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
}

/** What was said now: a quotation at the end, with the line that introduces it, says nothing new. */
function withoutQuote(text: string): string {
  const lines = text.split('\n')
  let end = lines.length
  while (end > 0 && (/^\s*>/.test(lines[end - 1] ?? '') || (lines[end - 1] ?? '').trim() === '')) end -= 1
  if (end === lines.length || !lines.slice(end).some((line) => /^\s*>/.test(line))) return text
  if (/:\s*$/.test(lines[end - 1] ?? '')) end -= 1
  const said = lines.slice(0, end).join('\n').trim()
  return said === '' ? text : said
}

function attachmentLine(world: Pick<World, 'sha256'>, { filename, mimeType, content }: Attachment): string {
  const bytes = typeof content === 'string' ? Buffer.from(content) : new Uint8Array(content)
  const name = oneLine(filename ?? 'without a name').slice(0, 100)
  return `${name} (${oneLine(mimeType).slice(0, 60)}, ${bytes.length} octets, sha256 ${world.sha256(bytes)})`
}
