import { peopleOf, referenced } from '../../change/people.ts'
import { findDeclared, parseRecordId } from '../../ledger/declared-record.ts'
import type { Address } from '../../model/address.ts'
import type { DeclaredRecord, RecordType } from '../../model/declared-record.ts'
import type { Graph } from '../../model/graph.ts'
import type { RecordIndex } from '../../ports/record-index.ts'
import { indexedRecord } from '../../records/index-record.ts'
import { trusted } from '../records.ts'
import type { World } from '../world.ts'
import type { ReadMail } from './read-mail.ts'

/** How a record says by which message it, or a word about it, came in. */
export const toldBy = 'told-by'

/** `mid:…` (RFC 2392). */
export const midOf = (id: string): string => `mid:${encodeURIComponent(id)}`

/** The record that a mail is about, as far as it says so itself; whether its sender may is another matter. */
export async function recordMeant(
  world: World,
  mail: ReadMail,
  types: ReadonlyMap<string, RecordType>,
  index: RecordIndex,
): Promise<DeclaredRecord | undefined> {
  const view = await (await world.ledger()).view()
  const byNumber = async (id: string): Promise<DeclaredRecord | undefined> => {
    const prefix = parseRecordId(id)?.prefix
    const type = [...types.values()].find((t) => t.spec.prefix === prefix)
    return type === undefined ? undefined : trusted(await findDeclared(view, type.name, id))
  }
  const { own } = world.mailRules
  const domain = own?.slice(own.lastIndexOf('@') + 1)
  for (const answered of mail.answers) {
    const [, id, at] = /^plumbline\.([A-Z]{2,5}-\d{4}-\d{5,9})(?:\.[^@]*)?@(.+)$/.exec(answered) ?? []
    const found =
      id !== undefined && at === domain
        ? await byNumber(id)
        : (await index.find({ linkedTo: { to: midOf(answered), relation: toldBy }, order: 'newest', limit: 1 }))[0]
            ?.record
    if (found !== undefined) return found
  }
  const [, id] = /\[([A-Z]{2,5}-\d{4}-\d{5,9})\]/.exec(mail.subject) ?? []
  return id === undefined ? undefined : byNumber(id)
}

/** Whether an address belongs to somebody who has to do with a record: who asked, works on it, is of its team, or said something. */
export function takesPart(address: string, record: DeclaredRecord, type: RecordType, graph: Graph): boolean {
  const { requester, assignee, team } = indexedRecord(type, record)
  const who = [requester, assignee, record.openedBy, ...record.log.map((line) => line.for ?? line.by)]
  const people = peopleOf(graph)
  const members = team === undefined ? [] : [...(people.members.get(referenced(team, 'Team')) ?? [])]
  const contact =
    team === undefined ? undefined : graph.documents.get(referenced(team, 'Team'))?.document.spec['contact']
  if (typeof contact === 'string' && contact.toLowerCase() === address) return true
  return [...who, ...members].some(
    (name) => name === `mail:${address}` || people.byAddress.get(name as Address)?.email.toLowerCase() === address,
  )
}
