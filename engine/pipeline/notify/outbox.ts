import type { Json, JsonObject } from '../../model/document.ts'
import type { Parcel } from '../../ports/inbox.ts'
import type { Channel, Notice } from '../../ports/notifier.ts'

/** A message on its way: what waits in the outbox. */
export interface Outgoing {
  readonly channel: Channel
  /** Address of a mailbox; commits that were proposed, with spaces between, for a comment; nothing for a webhook. */
  readonly to: string
  /** Name of the webhook. */
  readonly webhook?: string
  readonly notice: Notice
  /** Number of the record, and name of the rule. */
  readonly record: string
  readonly rule: string
  /** What has the same is collected and told together. */
  readonly digest?: string
  /** When it should have gone out at first, in milliseconds. */
  readonly since: number
}

/** Stands in `to` where the issue that the record came of is meant. */
export const issueTarget = 'issue'

/** Each goes its own way: none waits for another. */
export function parcelOf(outgoing: Outgoing): Parcel {
  const { id } = outgoing.notice
  return { id, lane: id, same: id, work: JSON.parse(JSON.stringify(outgoing)) as JsonObject }
}

/** Reads what `parcelOf` wrote; undefined for what another version may have written. */
export function outgoingOf({ work }: Pick<Parcel, 'work'>): Outgoing | undefined {
  const { channel, to, notice, record, rule, since } = work
  const texts = [
    channel,
    to,
    record,
    rule,
    at(notice, 'id'),
    at(notice, 'subject'),
    at(notice, 'text'),
    at(notice, 'at'),
  ]
  return texts.every((text) => typeof text === 'string') && typeof since === 'number'
    ? (work as unknown as Outgoing)
    : undefined
}

const at = (value: Json | undefined, key: string): Json | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject)[key] : undefined
