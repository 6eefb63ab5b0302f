import { verifyWithFallback } from '@octokit/webhooks-methods'
import type { Context, Hono } from 'hono'
import type { JsonObject } from '../../model/document.ts'
import type { HookService, Received } from '../../ports/web-server.ts'
import { readBody } from './read-body.ts'

export const hooksPath = '/webhooks/github'

/** GitHub sends up to 25 MB; what we look for in it stands in the first few kilobytes of far smaller ones. */
const most = 1024 * 1024

const answers = {
  accepted: [202, 'accepted'],
  known: [200, 'known already'],
  passed: [200, 'nothing to do'],
  full: [503, 'too much is waiting; send it again later'],
} as const satisfies Record<Received, readonly [number, string]>

/**
 * Webhooks of GitHub: https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries. What is not JSON (415), too
 * large (413), or not signed with a secret of ours over its very bytes (401) is not looked into.
 */
export function githubHooks(app: Hono, service: HookService): void {
  app.post(hooksPath, async (c) => {
    if (!isJson(c)) return c.json({ error: 'send application/json: set the content type of the webhook' }, 415)
    const body = await readBody(c.req.raw, most)
    if (body === undefined) return c.json({ error: 'more than 1 MB' }, 413)
    if (!(await isSigned(body, c.req.header('x-hub-signature-256'), service.secrets)))
      return c.json({ error: 'the signature does not fit: is the secret of the webhook the one of this server?' }, 401)
    const id = c.req.header('x-github-delivery') ?? ''
    const event = c.req.header('x-github-event') ?? ''
    const payload = readObject(body)
    if (!/^[0-9A-Za-z-]{1,64}$/.test(id) || !/^[a-z0-9_]{1,64}$/.test(event) || payload === undefined)
      return c.json({ error: 'not a delivery of GitHub' }, 400)
    const [status, said] = answers[service.receive({ id, event, payload })]
    if (status === 503) c.header('retry-after', '60')
    return c.json({ status: said }, status)
  })
  app.all(hooksPath, (c) => c.json({ error: 'POST only' }, 405, { allow: 'POST' }))
}

function isJson(c: Context): boolean {
  const [type = ''] = (c.req.header('content-type') ?? '').split(';')
  const encoding = c.req.header('content-encoding') ?? 'identity'
  return type.trim().toLowerCase() === 'application/json' && encoding.toLowerCase() === 'identity'
}

/**
 * HMAC-SHA256 over the bytes as they came, compared in constant time. Bytes that are no UTF-8 are signed by nobody: as text they
 * are others.
 */
async function isSigned(body: Uint8Array, signature: string | undefined, secrets: readonly string[]): Promise<boolean> {
  const [first, ...others] = secrets
  if (first === undefined || signature === undefined || !/^sha256=[0-9a-f]{64}$/.test(signature)) return false
  const text = Buffer.from(body).toString('utf8')
  return text !== '' && (await verifyWithFallback(first, text, signature, others))
}

function readObject(body: Uint8Array): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(body).toString('utf8'))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined
  } catch {
    return undefined
  }
}
