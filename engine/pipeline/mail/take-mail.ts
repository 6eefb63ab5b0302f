import { peopleOf } from '../../change/people.ts'
import type { DeclaredRecord, RecordType } from '../../model/declared-record.ts'
import type { RecordIndex } from '../../ports/record-index.ts'
import { enginesHand, type RecordHand } from '../record-types/hand.ts'
import { writeRecords } from '../record-types/write.ts'
import type { World } from '../world.ts'
import { largestMail, type ReadMail, readMail } from './read-mail.ts'
import { routeOf } from './route.ts'
import { midOf, recordMeant, takesPart, toldBy } from './thread.ts'

/** So many records one address may open in an hour. */
const mostAnHour = 20
const hour = 3_600_000

/** What became of a mail. */
export type MailTaken =
  | { readonly became: 'opened' | 'said'; readonly record: DeclaredRecord; readonly who: string }
  | { readonly became: 'passed-over' | 'unreadable' | 'later'; readonly because: string }

export interface Desk {
  readonly types: ReadonlyMap<string, RecordType>
  readonly index: () => Promise<RecordIndex>
  readonly hand: RecordHand
}

/**
 * Has a mail open a record or add to one, once, however often it comes. Somebody of the estate is taken for themselves only where a
 * server that we trust vouches for the domain they write from; else it is an address that somebody wrote down, and nothing more.
 */
export async function takeMail(world: World, desk: Desk, bytes: Uint8Array): Promise<MailTaken> {
  if (bytes.length > largestMail) return { became: 'unreadable', because: `it has ${bytes.length} octets` }
  const mail = await readMail(world, bytes, world.mailRules.authServer)
  if ('unreadable' in mail) return { became: 'unreadable', because: mail.unreadable }
  if (mail.automatic !== undefined) return { became: 'passed-over', because: mail.automatic }
  if (mail.from === undefined) return { became: 'passed-over', because: 'it is not from one address' }
  if (mail.from === world.mailRules.own) return { became: 'passed-over', because: 'we sent it' }
  const index = await desk.index()
  const link = { relation: toldBy, to: midOf(mail.id) }
  if ((await index.count({ linkedTo: link })) > 0) return { became: 'passed-over', because: 'it was taken before' }
  const { graph } = desk.hand.estate
  const [person, another] = mail.vouched ? peopleOf(graph).byEmail(mail.from) : []
  const known = person?.active === true && another === undefined ? person.address : undefined
  const who = known ?? `mail:${mail.from}`
  const hand = await enginesHand(world, { for: who, via: 'mail' })
  const meant = await recordMeant(world, mail, desk.types, index)
  const type = meant && desk.types.get(meant.type)
  if (meant !== undefined && type !== undefined && (known !== undefined || takesPart(mail.from, meant, type, graph))) {
    const record = await writeRecords(world, hand, async (records) => {
      await records.link(type.name, meant.id, link)
      return records.comment(type.name, meant.id, saidIn(mail))
    })
    return { became: 'said', record, who }
  }
  if (await isFlooding(world, index, who)) return { became: 'later', because: `${who} sends many` }
  return { became: 'opened', record: await open(world, hand, mail, who, link), who }
}

function open(
  world: World,
  hand: RecordHand,
  mail: ReadMail,
  who: string,
  link: { readonly relation: string; readonly to: string },
): Promise<DeclaredRecord> {
  const { type, title, ...route } = routeOf(mail, hand.estate.graph)
  const said = saidIn(mail)
  const fields =
    type === 'incident'
      ? { ...route, requester: who, impact: 'medium', urgency: 'medium', description: said.slice(0, 9_000) }
      : { ...route, requester: who, impact: 'low', urgency: 'medium', form: {}, reason: said.slice(0, 1_900) }
  return writeRecords(world, hand, (records) => records.open(type, { title, fields, links: [link], text: said }))
}

/** What was written, and what was attached to it. */
function saidIn({ text, attachments }: ReadMail): string {
  const attached = attachments.map((line) => `Attached: ${line}`)
  const said = [...(text === '' ? [] : [text]), ...attached].join('\n')
  return said === '' ? 'A mail without words' : said
}

async function isFlooding(world: World, index: RecordIndex, who: string): Promise<boolean> {
  const newest = await index.find({ requester: who, order: 'newest', limit: mostAnHour })
  const last = newest[mostAnHour - 1]
  return last !== undefined && Date.parse(last.record.openedAt) > world.clock.now().getTime() - hour
}
