import type { Delivered, Notice, Notifier } from '../../ports/notifier.ts'

/** Milliseconds for one message. */
const patience = 15_000

/** What Slack takes: https://api.slack.com/reference/block-kit/blocks */
const longestHeader = 150
const longestSection = 3_000

/**
 * Messages to an address that takes them as Slack's incoming webhooks do: https, or http on this machine alone. It is not followed
 * anywhere else. Throws where the address is none.
 */
export function webhookNotifier(address: string): Notifier {
  const url = checked(address)
  return {
    deliver: (_, notice) => post(url, JSON.stringify(payloadOf(notice))),
    close: async () => undefined,
  }
}

function checked(address: string): URL {
  let url: URL
  try {
    url = new URL(address)
  } catch {
    throw new Error('it is no address')
  }
  const here = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && here)) throw new Error('it is not reached over https')
  return url
}

/** Whatever anybody wrote stands in blocks of plain text, where nothing is a mention or a link; only the short form is markup, and escaped. */
function payloadOf({ id, subject, text }: Notice): object {
  const cut = (value: string, most: number) => (value.length > most ? `${value.slice(0, most - 1)}…` : value)
  return {
    text: escapeMarkup(cut(subject, longestSection)),
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: cut(subject, longestHeader), emoji: false } },
      { type: 'section', text: { type: 'plain_text', text: cut(text, longestSection), emoji: false } },
    ],
    metadata: { event_type: 'plumbline', event_payload: { id } },
  }
}

/** https://api.slack.com/reference/surfaces/formatting#escaping */
const escapeMarkup = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

async function post(url: URL, body: string): Promise<Delivered> {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(patience),
    })
    await answer.body?.cancel()
    if (answer.ok) return { ok: true }
    // Who is told to wait, or meets a mistake of the other side, comes again.
    const again = answer.status === 408 || answer.status === 429 || answer.status >= 500
    return { ok: false, because: `the webhook answered ${answer.status}`, again }
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
    // The address is a secret, and messages of the network may hold it.
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'no answer'
    return { ok: false, because: `the webhook could not be reached (${code})`, again: true }
  }
}
