/** One event, as it would be posted. */
export interface SentWebhook {
  /** X-GitHub-Event. */
  readonly event: string
  /** X-GitHub-Delivery. */
  readonly id: string
  readonly payload: Readonly<Record<string, unknown>>
}

export type WebhookOrder = 'as-sent' | 'reversed'
