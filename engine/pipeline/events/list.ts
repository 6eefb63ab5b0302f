import { eventRules } from '../../events/rules.ts'
import { silenceText } from '../../events/silences.ts'
import type { Address } from '../../model/address.ts'
import { enginesHand } from '../record-types/hand.ts'
import { freshIndex } from '../record-types/record-index.ts'
import { recordTypesOf } from '../record-types/types.ts'
import type { World } from '../world.ts'
import { judgedSignals } from './events.ts'

/** A condition as people see it. */
export interface JudgedEvent {
  readonly fingerprint: string
  readonly source: string
  readonly kind: string
  readonly title: string
  readonly labels: Readonly<Record<string, string>>
  readonly documents: readonly Address[]
  readonly state: 'clear' | 'pending' | 'firing' | 'flapping'
  /** It was not told to be over. */
  readonly up: boolean
  /** ISO 8601, UTC. */
  readonly since?: string
  /** Name of the EventRule that fits. */
  readonly rule?: string
  /** Name of the silence it falls into, and why that is there. */
  readonly silence?: string
  /** Number of the newest incident that it raised. */
  readonly incident?: string
}

/** Everything that was heard of on this machine, with what rules and silences make of it now. Nothing is written. */
export async function listEvents(world: World): Promise<readonly JudgedEvent[]> {
  const { estate } = await enginesHand(world)
  const { graph } = estate
  const index = await freshIndex(world, recordTypesOf(world, estate))
  const signals = await judgedSignals(world, graph, eventRules(graph), await world.eventStore())
  const found: JudgedEvent[] = []
  for (const { signal, documents, rule, standing, silence } of signals) {
    const { fingerprint, source, kind, title, labels, began, ended } = signal
    const linkedTo = { to: `event:${fingerprint}`, relation: 'raised-by' }
    const [raised] = await index.find({ types: ['incident'], linkedTo, order: 'newest', limit: 1 })
    const since = 'since' in standing ? standing.since : began[0]
    found.push({
      ...{ fingerprint, source, kind, title, labels, documents },
      state: standing.state,
      up: (began[0] ?? 0) > (ended[0] ?? 0) || standing.state === 'flapping',
      ...(since !== undefined && { since: new Date(since).toISOString() }),
      ...(rule !== undefined && { rule: rule.name }),
      ...(silence !== undefined && { silence: silenceText(graph, silence) }),
      ...(raised !== undefined && { incident: raised.record.id }),
    })
  }
  return found
}
