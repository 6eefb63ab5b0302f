import { reporter } from '../../model/diagnostic.ts'
import { RepositoryError } from '../../ports/repository.ts'
import { reviewReminders } from '../access-review/reminders.ts'
import { codes } from '../codes.ts'
import { events } from '../events/events.ts'
import { fulfilledBy, fulfilment } from '../fulfilment/fulfilment.ts'
import { escalation } from '../incidents/escalate.ts'
import { fixedBy } from '../incidents/fixed-by.ts'
import { problems } from '../incidents/problems.ts'
import { tellSuspects } from '../incidents/tell-suspects.ts'
import { runbookFulfilment } from '../knowledge/fulfil-by-runbook.ts'
import { mailIn } from '../mail/mail-in.ts'
import { listening, notifications } from '../notify/notifications.ts'
import { enginesHand } from '../record-types/hand.ts'
import { freshIndex } from '../record-types/record-index.ts'
import { recordTypesOf } from '../record-types/types.ts'
import type { World } from '../world.ts'
import type { Part } from './part.ts'
import { reactions } from './reactions.ts'

const report = reporter(codes)

/** In the order in which they are looked after: what comes in, what follows from it, who is told. */
const parts: readonly Part[] = [
  listening,
  mailIn,
  events,
  fulfilledBy,
  fixedBy,
  reactions,
  fulfilment,
  runbookFulfilment,
  tellSuspects,
  escalation,
  problems,
  reviewReminders,
  notifications,
]

/** What one turn did, by the names of its parts. */
export type Worked = Readonly<Record<string, number>>

/**
 * One turn: looks after everything that follows from what the ledger holds since the last one, and from the time that went by.
 * A part that fails is told of and tried again at the next turn; the others are done.
 */
export async function workOnce(world: World): Promise<Worked> {
  await (await world.ledger()).latest()
  const hand = await enginesHand(world)
  const types = recordTypesOf(world, hand.estate)
  const done: Record<string, number> = {}
  for (const part of parts) {
    if (world.stopping()) break
    try {
      done[part.name] = await part.run(world, {
        hand,
        types,
        index: () => freshIndex(world, types),
        tell: (diagnostic) => world.emit({ type: 'diagnostic', diagnostic }),
      })
    } catch (error) {
      if (!(error instanceof RepositoryError)) throw error
      const diagnostic = report('work-failed', { summary: `${part.name}: ${error.message}` })
      world.emit({ type: 'diagnostic', diagnostic })
    }
  }
  return done
}
