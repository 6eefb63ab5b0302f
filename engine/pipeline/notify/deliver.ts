import { parseRecordId } from '../../ledger/declared-record.ts'
import { compareText, reporter } from '../../model/diagnostic.ts'
import type { Taken } from '../../ports/inbox.ts'
import type { Delivered, Notice, Notifier } from '../../ports/notifier.ts'
import { RepositoryError } from '../../ports/repository.ts'
import { mirrorRecord } from '../issues/mirror.ts'
import type { Turn } from '../work/part.ts'
import type { World } from '../world.ts'
import { codes } from './codes.ts'
import { issueTarget, type Outgoing, outgoingOf } from './outbox.ts'

const report = reporter(codes)

/** So many are taken up in one turn. */
const most = 500
const day = 86_400_000
/** What did not go out is tried again after so many minutes; the last of them again and again. */
const pauses = [1, 5, 15, 60] as const
/** How long it is remembered what went out. */
const remembered = 30 * day

interface Waiting {
  readonly taken: Taken
  readonly outgoing: Outgoing
}

/** Sends what is due. What can't go out now is tried again later, for a day, and holds up nothing else. */
export async function deliver(world: World, turn: Turn): Promise<number> {
  const outbox = await world.outbox()
  const now = world.clock.now().getTime()
  const channels = openChannels(world, turn)
  let sent = 0
  try {
    for (const group of grouped(await due(world, now))) {
      if (world.stopping()) break
      const [first] = group
      if (first === undefined) continue
      const delivered = await channels.deliver(
        first.outgoing,
        noticeOf(
          world,
          group.map((w) => w.outgoing),
        ),
      )
      for (const { taken, outgoing } of group) {
        if (delivered.ok) outbox.done(taken, now)
        else if (delivered.again && now - outgoing.since < day)
          outbox.later(taken, now + (pauses[Math.min(taken.attempts, pauses.length - 1)] ?? 60) * 60_000)
        else outbox.fail(taken, now)
      }
      if (delivered.ok) sent += 1
      else tellOf(turn, group, delivered, now)
    }
  } finally {
    await channels.close()
  }
  outbox.forget(now - remembered)
  return sent
}

/** What is due, oldest first. What another version wrote is set aside. */
async function due(world: World, now: number): Promise<readonly Waiting[]> {
  const outbox = await world.outbox()
  const found: Waiting[] = []
  const busy = new Set<string>()
  while (found.length < most) {
    const taken = outbox.take(busy, now)
    if (taken === undefined) break
    busy.add(taken.parcel.lane)
    const outgoing = outgoingOf(taken.parcel)
    if (outgoing === undefined) outbox.fail(taken, now)
    else found.push({ taken, outgoing })
  }
  return found
}

function grouped(waiting: readonly Waiting[]): readonly (readonly Waiting[])[] {
  const groups = new Map<string, Waiting[]>()
  for (const one of waiting) {
    const { digest, notice } = one.outgoing
    // What was tried once keeps its company, so that it has the same id again.
    const key = digest === undefined ? notice.id : `${digest} ${one.outgoing.since}`
    groups.set(key, [...(groups.get(key) ?? []), one])
  }
  return [...groups.values()]
}

/** One message as it is; of several, one that holds them all. */
function noticeOf(world: World, group: readonly Outgoing[]): Notice {
  const [first] = group
  if (first === undefined) throw new Error('nothing is no message')
  if (group.length === 1) return first.notice
  const notices = group.map((o) => o.notice).sort((a, b) => compareText(a.at, b.at))
  const records = [...new Set(group.map((o) => o.record))]
  const some =
    records.length > 3 ? `${records.slice(0, 3).join(', ')} and ${records.length - 3} more` : records.join(', ')
  return {
    id: `digest.${world.sha256(notices.map((n) => n.id).join(' ')).slice(0, 32)}`,
    subject: `${notices.length} messages: ${some}`,
    text: notices
      .map((n) => `${n.subject}\n${n.at.slice(0, 16).replace('T', ' ')} UTC\n\n${n.text.trim()}\n`)
      .join('\n---\n\n'),
    at: notices.at(-1)?.at ?? first.notice.at,
    ...(records.length === 1 && { thread: first.record }),
  }
}

function tellOf(
  turn: Turn,
  group: readonly Waiting[],
  delivered: Delivered & { readonly ok: false },
  now: number,
): void {
  for (const { outgoing, taken } of group) {
    const { channel, to, webhook, record } = outgoing
    const where = channel === 'webhook' ? `webhook ${webhook}` : channel === 'mail' ? to : 'the pull request'
    const summary = `${record} was not told to ${where}: ${delivered.because}`
    const over = !delivered.again || now - outgoing.since >= day
    if (over) turn.tell(report('notification-undelivered', { summary, subject: record }))
    // Once is enough.
    else if (taken.attempts === 0) turn.tell(report('notification-delayed', { summary, subject: record }))
  }
}

/** The ways that messages of this turn take, opened when first needed. */
function openChannels(world: World, turn: Turn) {
  const opened = new Map<string, Promise<Notifier | undefined>>()
  const of = (outgoing: Outgoing): Promise<Notifier | undefined> => {
    const key = `${outgoing.channel} ${outgoing.webhook ?? ''}`
    const notifier = opened.get(key) ?? world.notifier(outgoing.channel, outgoing.webhook)
    opened.set(key, notifier)
    return notifier
  }
  return {
    async deliver(outgoing: Outgoing, notice: Notice): Promise<Delivered> {
      try {
        if (outgoing.to === issueTarget) return await mirror(world, turn, outgoing.record)
        const notifier = await of(outgoing)
        if (notifier === undefined) return { ok: false, because: 'this machine is not set up for it', again: true }
        if (outgoing.channel !== 'forge') return await notifier.deliver(outgoing.to, notice)
        return await comment(world, notifier, outgoing.to, notice)
      } catch (error) {
        if (!(error instanceof RepositoryError)) throw error
        return { ok: false, because: error.message, again: true }
      }
    },
    async close(): Promise<void> {
      for (const notifier of opened.values()) await (await notifier.catch(() => undefined))?.close()
    },
  }
}

/** Without a forge there is no issue that could say anything. */
async function mirror(world: World, turn: Turn, id: string): Promise<Delivered> {
  const forge = await world.forge()
  const prefix = parseRecordId(id)?.prefix
  const type = [...turn.types.values()].find((t) => t.spec.prefix === prefix)
  if (forge !== undefined && type !== undefined) await mirrorRecord(world, forge, type, id)
  return { ok: true }
}

/** On each pull request whose newest commit is one that was proposed; where there is none, there is nobody to be told. */
async function comment(world: World, notifier: Notifier, commits: string, notice: Notice): Promise<Delivered> {
  const forge = await world.forge()
  if (forge === undefined) return { ok: false, because: 'there is no forge', again: false }
  const numbers = new Set<number>()
  for (const commit of commits.split(' '))
    for (const request of await forge.requests(commit)) numbers.add(request.number)
  for (const number of numbers) {
    const delivered = await notifier.deliver(String(number), notice)
    if (!delivered.ok) return delivered
  }
  return { ok: true }
}
