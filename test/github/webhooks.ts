import { createHmac, randomUUID } from 'node:crypto'
import { request } from 'node:http'
import { createRequire } from 'node:module'
import type { WebhookEventName } from '@octokit/webhooks-types'
import { nodeId, type Shape, simpleUser } from './shapes/account.ts'
import { fullerRepository } from './shapes/repository.ts'
import type { Account, RepositoryState, State } from './state.ts'

/** One event, as it would be posted. */
export interface SentWebhook {
  /** X-GitHub-Event. */
  readonly event: WebhookEventName
  /** X-GitHub-Delivery. */
  readonly id: string
  readonly payload: Readonly<Record<string, unknown>>
}

export type WebhookOrder = 'as-sent' | 'reversed'

interface Examples {
  readonly name: string
  readonly examples: readonly Readonly<Record<string, unknown>>[]
}

const require = createRequire(import.meta.url)

/** A payload that GitHub posted once, from `@octokit/webhooks-examples`; of the event and action that are meant. */
function example(event: string, action: unknown): Readonly<Record<string, unknown>> {
  const examples = require('@octokit/webhooks-examples') as readonly Examples[]
  const of = examples.find((e) => e.name === event)?.examples ?? []
  const found = of.find((e) => e['action'] === action && e['installation'] === undefined) ?? of[0]
  if (found === undefined) throw new Error(`there is no example of the webhook ${event}`)
  return found
}

function isShape(value: unknown): value is Shape {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The example with our values put in: what we say counts, what we do not say is as it was once. */
function putIn(old: unknown, ours: unknown): unknown {
  if (!isShape(old) || !isShape(ours)) return ours
  const names = new Set([...Object.keys(old), ...Object.keys(ours)])
  return Object.fromEntries([...names].map((name) => [name, name in ours ? putIn(old[name], ours[name]) : old[name]]))
}

/** `organization-simple`. */
function organizationShape(state: State, { id, login }: Account): Shape {
  const url = `${state.api}/orgs/${login}`
  return {
    login,
    id,
    node_id: nodeId('Organization', id),
    url,
    repos_url: `${url}/repos`,
    events_url: `${url}/events`,
    hooks_url: `${url}/hooks`,
    issues_url: `${url}/issues`,
    members_url: `${url}/members{/member}`,
    public_members_url: `${url}/public_members{/member}`,
    avatar_url: `${state.web}/avatars/u/${id}?v=4`,
    description: '',
  }
}

export function emit(
  state: State,
  event: WebhookEventName,
  repository: RepositoryState,
  sender: Account,
  values: Shape,
): void {
  const { organization: _, ...old } = example(event, values['action'])
  const ours = { ...values, repository: fullerRepository(state, repository), sender: simpleUser(state, sender) }
  const mixed = putIn(old, ours) as Shape
  const payload =
    repository.owner.type === 'Organization'
      ? { ...mixed, organization: organizationShape(state, repository.owner) }
      : mixed
  // As it goes over the wire: later changes of the state do not show in it.
  state.webhooks.push({ event, id: randomUUID(), payload: JSON.parse(JSON.stringify(payload)) as Shape })
}

/** Posts one as GitHub does, over a connection of its own. Resolves to the status of the answer. */
export function post(webhook: SentWebhook, url: string, secret: string): Promise<number> {
  const body = JSON.stringify(webhook.payload)
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'GitHub-Hookshot/0000000',
    'x-github-event': webhook.event,
    'x-github-delivery': webhook.id,
    'x-github-hook-id': '1',
    'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
  }
  return new Promise((resolve, reject) => {
    const sending = request(url, { method: 'POST', headers, agent: false }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0))
    })
    sending.on('error', reject).end(body)
  })
}
