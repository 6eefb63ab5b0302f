import type { DeclaredRecord, RecordType } from '../../model/declared-record.ts'
import type { JsonObject } from '../../model/document.ts'
import { indexedRecord } from '../../records/index-record.ts'
import type { FollowedMove } from '../record-types/follow.ts'

/** A move as those who are told of it see it. Addresses stand in full. */
export interface Happening {
  readonly id: string
  /** Name of a type of record, or `change`. */
  readonly type: string
  /** What one of the type is called: `Incident`. */
  readonly kind: string
  readonly state: string
  readonly stateTitle: string
  /** What happens next, as the type says it. */
  readonly next?: string
  /** Nothing more happens to it. */
  readonly final: boolean
  readonly title: string
  readonly fields: JsonObject
  readonly links: readonly { readonly relation: string; readonly to: string }[]
  readonly priority?: string
  readonly service?: string
  readonly team?: string
  readonly assignee?: string
  readonly requester?: string
  /** Everybody who said or did something about it. */
  readonly watchers: readonly string[]
  /** Who was called with this move. */
  readonly paged: readonly string[]
  /** The state before; empty where it is new. */
  readonly before: string
  readonly move: {
    readonly name: string
    /** The transition of the ledger. */
    readonly uuid: string
    /** ISO 8601, UTC. */
    readonly at: string
    /** Who made it, or for whom an engine made it. */
    readonly by: string
    readonly text?: string
    readonly via?: string
  }
}

/** Undefined where nobody knows the type of the record any more. */
export function happeningOf(move: FollowedMove, types: ReadonlyMap<string, RecordType>): Happening | undefined {
  const { uuid, at, actor } = move
  if (move.type === 'change') {
    const { id, state, title, openedBy } = move.record
    return {
      ...{ id, type: 'change', kind: 'Change', state, stateTitle: state, title, before: '' },
      ...{ fields: {}, links: [], paged: [], watchers: [openedBy], requester: openedBy, final: false },
      move: { name: move.move, uuid, at, by: actor },
    }
  }
  const { record, before } = move
  const type = types.get(record.type)
  if (type === undefined) return undefined
  const { priority, service, team, assignee, requester } = indexedRecord(type, record)
  const state = Object.hasOwn(type.spec.states, record.state) ? type.spec.states[record.state] : undefined
  const line = record.log.at(-1)
  return {
    ...{ id: record.id, type: record.type, kind: type.spec.title, state: record.state, title: record.title },
    stateTitle: state?.title ?? record.state,
    ...(state?.next !== undefined && { next: state.next }),
    final: state?.final === true,
    fields: record.fields,
    links: record.links,
    ...(priority !== undefined && { priority }),
    ...(service !== undefined && { service }),
    ...(team !== undefined && { team }),
    ...(assignee !== undefined && { assignee }),
    ...(requester !== undefined && { requester }),
    watchers: [...new Set(record.log.map((l) => l.for ?? l.by))].filter((who) => who !== 'engine'),
    paged: move.move === 'page' ? pagedIn(record) : [],
    before: before?.state ?? '',
    move: {
      ...{ name: move.move, uuid, at, by: line?.for ?? actor },
      ...(line?.text !== undefined && { text: line.text }),
      ...(line?.via !== undefined && { via: line.via }),
    },
  }
}

function pagedIn({ fields }: DeclaredRecord): readonly string[] {
  const { paged } = fields
  return Array.isArray(paged) ? paged.filter((person) => typeof person === 'string') : []
}
