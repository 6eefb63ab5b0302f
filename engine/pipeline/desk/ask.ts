import { type Address, nameOf } from '../../model/address.ts'
import type { DeclaredRecord } from '../../model/declared-record.ts'
import type { JsonObject } from '../../model/document.ts'
import { defaultsOf } from '../../model/form.ts'
import { routeOf } from '../../records/routing.ts'
import { submitRequest } from '../fulfilment/submit.ts'
import type { RecordHand } from '../record-types/hand.ts'
import { recordTypesOf } from '../record-types/types.ts'
import { writeRecords } from '../record-types/write.ts'
import type { World } from '../world.ts'

/** A need, as somebody tells it. */
export interface Need {
  /** The type of record it becomes. */
  readonly as: string
  readonly words: string
  readonly about?: string
  /** Further fields: service, team, impact, urgency, requester. */
  readonly fields?: JsonObject
  /** An item of the catalogue, with the answers to its questions; of a request only. */
  readonly item?: string
  readonly form?: JsonObject
}

/** What became of it, for whoever asked. */
export interface Opened {
  readonly record: DeclaredRecord
  /** Whose work it is, and why they. */
  readonly team?: string
  readonly because?: string
}

/** Opens a record for a need: of the type that was chosen, and with the team that answers for what it is about. */
export async function openNeed(world: World, hand: RecordHand, need: Need): Promise<Opened> {
  const type = recordTypesOf(world, hand.estate).get(need.as)
  const record = await (need.as === 'request' ? asRequest(world, hand, need) : asRecord(world, hand, need))
  if (type === undefined) return { record }
  const field = type.spec.roles?.team
  const team = field === undefined ? undefined : record.fields[field]
  if (typeof team !== 'string') return { record }
  const route = routeOf(type, record, hand.estate.graph)
  const address: Address = `Team/${nameOf(team)}`
  return { record, team: address, ...(route?.team === address && { because: route.because }) }
}

function asRequest(world: World, hand: RecordHand, { words, about, fields = {}, item, form }: Need) {
  const said = Object.fromEntries(Object.entries(fields).filter(([, value]) => typeof value === 'string'))
  return submitRequest(world, hand, {
    ...said,
    title: words,
    ...(about !== undefined && { reason: about }),
    ...(item !== undefined && { item }),
    ...(form !== undefined && { form }),
  })
}

async function asRecord(world: World, hand: RecordHand, { as, words, about, fields = {} }: Need) {
  return writeRecords(world, hand, (desk) => {
    const type = desk.type(as)
    const described = about !== undefined && type.spec.fields.properties['description'] !== undefined
    const given = { ...defaultsOf(type), ...fields, ...(described && { description: about }) }
    return desk.open(as, {
      title: words,
      fields: given,
      ...(about !== undefined && !described && { text: about }),
    })
  })
}
