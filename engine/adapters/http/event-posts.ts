import type { Context, Hono } from 'hono'
import type { Json } from '../../model/document.ts'
import type { EventDelivery, EventService } from '../../ports/web-server.ts'
import { readBody } from './read-body.ts'

/** Alertmanager sends a kilobyte for each alert. */
const most = 1024 * 1024

type Payload = Awaited<ReturnType<EventDelivery['payload']>>

/**
 * Events of whoever has a token: what Alertmanager sends to webhooks, and CloudEvents over HTTP. Nothing is read of what comes without
 * a token that somebody has.
 */
export function eventPosts(app: Hono, service: EventService): void {
  for (const format of ['alertmanager', 'cloudevents'] as const) {
    const path = `/events/${format}`
    app.post(path, async (c) => {
      const payload = (): Promise<Payload> => (format === 'alertmanager' ? jsonOf(c) : cloudEventsOf(c))
      const became = await service.receive({ format, token: bearerOf(c), payload })
      if (became.status === 202) return c.json({ status: 'accepted', events: became.taken }, 202)
      if (became.status === 503) c.header('retry-after', '60')
      if (became.status === 401) c.header('www-authenticate', 'Bearer')
      return c.json({ error: became.error }, became.status)
    })
    app.all(path, (c) => c.json({ error: 'POST only' }, 405, { allow: 'POST' }))
  }
}

const bearerOf = (c: Context): string => /^Bearer +(\S{1,500})$/i.exec(c.req.header('authorization') ?? '')?.[1] ?? ''

const mediaOf = (c: Context): string => (c.req.header('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''

async function jsonOf(c: Context): Promise<Payload> {
  if (mediaOf(c) !== 'application/json') return { status: 415, error: 'send application/json' }
  const body = await bodyOf(c)
  return 'status' in body ? body : jsonIn(body.value)
}

/**
 * CloudEvents 1.0, structured, in batches and binary:
 * https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md
 */
async function cloudEventsOf(c: Context): Promise<Payload> {
  const media = mediaOf(c)
  const whole = media === 'application/cloudevents+json' || media === 'application/cloudevents-batch+json'
  const binary = c.req.header('ce-specversion') !== undefined && !media.startsWith('application/cloudevents')
  if (!whole && !binary)
    return { status: 415, error: 'send application/cloudevents+json, or headers that begin with ce-' }
  const body = await bodyOf(c)
  if ('status' in body) return body
  if (whole) {
    const read = jsonIn(body.value)
    if ('status' in read || Array.isArray(read.value) === (media === 'application/cloudevents-batch+json')) return read
    return { status: 400, error: 'a batch is an array, and a single event is an object' }
  }
  const attributes = Object.entries(c.req.header()).flatMap(([name, value]) =>
    /^ce-[a-z0-9]{1,60}$/i.test(name) ? [[name.slice(3).toLowerCase(), headerValue(value)] as const] : [],
  )
  const type = c.req.header('content-type')
  // Data of other types is taken along by nobody, and can be any bytes.
  const isJson = /^(?:application|text)\/(?:[^/]+\+)?json$|\+json$/.test(media) && body.value.length > 0
  const data = isJson ? jsonIn(body.value) : { value: null }
  if ('status' in data) return data
  const said = { ...Object.fromEntries(attributes), ...(type !== undefined && { datacontenttype: type }) }
  return { value: { ...said, data: data.value } }
}

type Body = { readonly value: Uint8Array } | Exclude<Payload, { readonly value: Json }>

async function bodyOf(c: Context): Promise<Body> {
  if ((c.req.header('content-encoding') ?? 'identity').toLowerCase() !== 'identity')
    return { status: 415, error: 'send it as it is, not packed' }
  const body = await readBody(c.req.raw, most)
  if (body === undefined) return { status: 413, error: 'more than 1 MB: send fewer events at once (max_alerts)' }
  return { value: body }
}

function jsonIn(body: Uint8Array): Payload {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body)
  } catch {
    return { status: 400, error: 'it is no UTF-8' }
  }
  try {
    return { value: JSON.parse(text) as Json }
  } catch {
    return { status: 400, error: 'it is no JSON' }
  }
}

/** Headers of CloudEvents carry what is not ASCII percent-encoded, between quotation marks or not; what can't be decoded is taken as it is. */
function headerValue(written: string): string {
  const text = /^"(.*)"$/.exec(written)?.[1]?.replace(/\\(.)/g, '$1') ?? written
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
