import { addressOf, nameOf } from '../../model/address.ts'
import type { DeclaredRecord, RecordLink } from '../../model/declared-record.ts'
import { reporter } from '../../model/diagnostic.ts'
import type { Json, JsonObject } from '../../model/document.ts'
import { type CatalogItem, catalogItem, catalogOf, eligibilityFault, personNamed } from '../../records/catalog.ts'
import { fieldFaults } from '../../records/judge-fields.ts'
import { codes } from '../codes.ts'
import { moveActor, type RecordHand } from '../record-types/hand.ts'
import { writeRecords } from '../record-types/write.ts'
import { refusal } from '../records.ts'
import type { World } from '../world.ts'

const report = reporter(codes)

export interface Submission {
  /** Name of a CatalogItem; without one it is a wish in words, for which there has to be a title. */
  readonly item?: string
  readonly title?: string
  readonly form?: JsonObject
  readonly reason?: string
  readonly urgency?: string
  readonly service?: string
  readonly team?: string
  /** For whom it is asked, where that is not who asks. */
  readonly requester?: string
  readonly links?: readonly RecordLink[]
}

/** Opens a request: the form is checked, and so is whether they may ask for it. What the catalogue says of it goes with it. */
export async function submitRequest(
  world: World,
  hand: RecordHand,
  { item: name, form = {}, ...said }: Submission,
): Promise<DeclaredRecord> {
  const { graph } = hand.estate
  const item = name === undefined ? undefined : expectItem(hand, name)
  const asking = moveActor(hand.who, graph)
  const meant = said.requester === undefined ? undefined : expectRequester(hand, said.requester)
  // Whoever asks for somebody else, in whose name it is carried out.
  const other = meant === undefined || meant === asking.name ? undefined : moveActor({ ...hand.who, for: meant }, graph)
  const answers = item === undefined ? form : withDefaults(item, form)
  if (item !== undefined) {
    const type = { name: item.name, spec: { fields: item.spec.form } }
    const [fault] = await fieldFaults(type, { id: item.name, fields: answers }, graph)
    const objection =
      fault ?? eligibilityFault(item, asking, answers) ?? (other && eligibilityFault(item, other, answers))
    if (objection !== undefined) throw refusal(objection)
  }
  const team = said.team ?? item?.spec.team
  const service = said.service ?? item?.spec.service
  const requester = meant ?? (asking.name === 'engine' ? undefined : asking.name)
  return writeRecords(world, hand, (desk) =>
    desk.open('request', {
      title: said.title ?? item?.spec.title ?? '',
      fields: {
        ...(item !== undefined && { item: item.name }),
        form: answers,
        impact: item?.spec.impact ?? 'low',
        urgency: said.urgency ?? item?.spec.urgency ?? 'medium',
        ...(team !== undefined && { team: nameOf(team) }),
        ...(service !== undefined && { service: nameOf(service) }),
        ...(requester !== undefined && { requester }),
        ...(said.reason !== undefined && { reason: said.reason }),
      },
      ...(said.links !== undefined && { links: said.links }),
      ...(said.reason !== undefined && { text: said.reason }),
    }),
  )
}

/** A person by their address, or somebody outside by theirs: under another spelling they could agree to what they ask themselves. */
function expectRequester({ estate }: RecordHand, said: string): string {
  const person = personNamed(said, estate.graph)
  if (person !== undefined) return person
  if (/^[^\s@/]+@[^\s@/]+$/.test(said)) return said
  throw refusal(report('person-unknown', { summary: `there is no person ${said} on the target branch` }))
}

function expectItem({ estate }: RecordHand, name: string): CatalogItem {
  const item = catalogItem(estate.graph, nameOf(name))
  if (item !== undefined) return item
  const names = catalogOf(estate.graph).map((i) => i.name)
  throw refusal(
    report('catalog-item-unknown', {
      summary: `there is no ${addressOf('CatalogItem', name)} on the target branch`,
      ...(names.length > 0 && { hint: `there are ${names.slice(0, 20).join(', ')}` }),
    }),
  )
}

function withDefaults({ spec }: CatalogItem, form: JsonObject): JsonObject {
  const usual: Record<string, Json> = {}
  for (const [name, schema] of Object.entries(spec.form.properties)) {
    const value = (schema as { readonly default?: Json } | null)?.default
    if (value !== undefined) usual[name] = value
  }
  return { ...usual, ...form }
}
