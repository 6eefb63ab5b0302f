import { reporter } from '../../model/diagnostic.ts'
import type { Channel } from '../../ports/notifier.ts'
import { RepositoryError } from '../../ports/repository.ts'
import type { FollowedMove } from '../record-types/follow.ts'
import { followLedger } from '../record-types/follow.ts'
import type { Turn } from '../work/part.ts'
import type { World } from '../world.ts'
import { codes } from './codes.ts'
import { dueAt } from './due.ts'
import { type Happening, happeningOf } from './happening.ts'
import { onCallFor } from './on-call.ts'
import { issueTarget, type Outgoing, parcelOf } from './outbox.ts'
import { isAnswer, mailRecipients } from './recipients.ts'
import { isAbout, type NotificationRule, rulesOf, usualPage } from './rules.ts'
import { textOf } from './text.ts'

const report = reporter(codes)

const cursor = 'notifications'

/** Who begins to work now tells of what happens from now on, the pages of this first turn among it. */
export async function begin(world: World): Promise<void> {
  const [index, ledger] = await Promise.all([world.recordIndex(), world.ledger()])
  const { tip } = await ledger.view()
  if (tip !== undefined && (await index.cursor(cursor)) === undefined) await index.setCursor(cursor, tip)
}

/** Puts what is to be told of each move since the last time into the outbox. Done again after a crash, nothing is in it twice. */
export async function collect(world: World, turn: Turn): Promise<number> {
  const rules = rulesOf(turn.hand.estate.graph)
  const outbox = await world.outbox()
  let put = 0
  await followLedger(world, cursor, 'now', async (move) => {
    const happening = happeningOf(move, turn.types)
    if (happening === undefined) return
    const about = rules.filter((rule) => isAbout(rule, happening))
    const isPaged = isAbout(usualPage, happening) && !about.some((rule) => rule.spec.to?.roles?.includes('paged'))
    const wanted = [...about, ...(isPaged ? [usualPage] : [])]
      .flatMap((rule) => outgoingFor(world, turn, rule, happening, move))
      .concat(issueOutgoing(happening))
    // Whoever is told at once need not be told again with what is collected.
    for (const { due, ...outgoing } of wanted.sort((a, b) => a.due - b.due)) {
      const now = world.clock.now().getTime()
      const became = outbox.put(parcelOf({ ...outgoing, since: Math.max(now, due) }), now, due)
      if (became === 'full')
        throw new RepositoryError(
          'notification-delayed',
          'too many messages wait to be sent',
          codes['notification-delayed'].fix,
        )
      if (became === 'accepted') put += 1
    }
  })
  return put
}

type Due = Omit<Outgoing, 'since'> & { readonly due: number }

/** Of the issue that a record came of: it says how the record stands, whatever rules say. */
function issueOutgoing({ id, title, links, move: { uuid, at } }: Happening): readonly Due[] {
  if (!links.some((l) => l.relation === 'told-by' && /#\d+$/.test(l.to))) return []
  const notice = { id: `issue.${id}.${uuid}`, thread: id, subject: title, text: '', at }
  return [{ channel: 'forge', to: issueTarget, record: id, rule: '', due: 0, notice }]
}

function outgoingFor(
  world: World,
  turn: Turn,
  rule: NotificationRule,
  happening: Happening,
  move: FollowedMove,
): readonly Due[] {
  const { graph, config } = turn.hand.estate
  const { spec, name } = rule
  const { id, move: made, links, priority, requester } = happening
  const { fault, ...said } = textOf(spec, happening, config.id)
  if (fault !== undefined)
    turn.tell(
      report('notification-rule', {
        summary: `its template failed for ${id}: ${fault}`,
        subject: `NotificationRule/${name}`,
      }),
    )
  const happened = Date.parse(made.at)
  const told = dueAt(spec, { at: happened, priority }, graph, config.changes?.timeZone)
  // Clocks of machines differ: what need not wait goes out, whatever time it is here.
  const due = told > happened ? told : 0
  const after = links
    .flatMap((l) => (l.to.startsWith('mid:') ? [decodeURIComponent(l.to.slice('mid:'.length))] : []))
    .slice(-20)
  const to = (channel: Channel, address: string, key = address): Due => ({
    ...{ channel, to: address, record: id, rule: name, due },
    notice: {
      id: `${id}.${made.uuid}.${world.sha256(`${channel} ${key}`).slice(0, 12)}`,
      ...{ thread: id, after, ...said, at: made.at },
      ...(requester !== undefined && isAnswer(happening, requester) && { reply: true }),
    },
    ...(spec.digest !== undefined && due > 0 && { digest: `${name} ${channel} ${key}` }),
  })
  const people =
    spec.by.mail === true && spec.to !== undefined ? mailRecipients(spec.to, happening, graph, onCallFor) : []
  if (spec.by.mail === true && people.length === 0 && spec.to?.roles?.includes('on-call') === true)
    turn.tell(
      report('notification-nobody', { summary: `nobody could be told of ${id}`, subject: `NotificationRule/${name}` }),
    )
  const commits =
    move.type === 'change'
      ? [move.record.subject.head]
      : links.flatMap((l) => (l.relation === 'proposed-as' ? [l.to] : []))
  return [
    ...people.map((address) => to('mail', address)),
    ...(spec.by.webhook === undefined ? [] : [{ ...to('webhook', '', spec.by.webhook), webhook: spec.by.webhook }]),
    ...(spec.by.forge === true && commits.length > 0 ? [to('forge', commits.join(' '))] : []),
  ]
}
