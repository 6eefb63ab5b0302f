import { type Diagnostic, reporter } from '../../model/diagnostic.ts'
import type { IncomingMail } from '../../ports/mailbox.ts'
import { RepositoryError } from '../../ports/repository.ts'
import { enginesHand } from '../record-types/hand.ts'
import { freshIndex } from '../record-types/record-index.ts'
import { recordTypesOf } from '../record-types/types.ts'
import { refusal } from '../records.ts'
import type { Part } from '../work/part.ts'
import type { World } from '../world.ts'
import { codes } from './codes.ts'
import { largestMail } from './read-mail.ts'
import { type Desk, type MailTaken, takeMail } from './take-mail.ts'

const report = reporter(codes)

/** So many mails are looked after in one turn; the others wait for the next. */
const most = 200

/** Takes the mail that lies in the Maildir of this machine, where it has one. */
export const mailIn: Part = {
  name: 'mail',
  async run(world, turn) {
    const mailbox = await world.mailbox()
    if (mailbox === undefined) return 0
    let taken = 0
    for (const mail of (await mailbox.waiting()).slice(0, most)) {
      if (world.stopping()) break
      const became = await take(world, turn, mail)
      const finding = findingOf(mail, became)
      if (finding !== undefined && finding.severity !== 'info') turn.tell(finding)
      if (became.became === 'opened' || became.became === 'said') taken += 1
    }
    return taken
  },
}

export interface TakenMail {
  readonly name: string
  readonly taken: MailTaken
  readonly finding?: Diagnostic
}

/** Takes a mail in a file, or everything new in a Maildir. */
export async function takeMailAt(world: World, path: string | undefined): Promise<readonly TakenMail[]> {
  const mailbox = await world.mailbox(path)
  if (mailbox === undefined) throw refusal(report('mail-no-box', { summary: 'there is no mailbox' }))
  await (await world.ledger()).latest()
  const hand = await enginesHand(world)
  const types = recordTypesOf(world, hand.estate)
  const desk: Desk = { hand, types, index: () => freshIndex(world, types) }
  const all: TakenMail[] = []
  for (const mail of await mailbox.waiting()) {
    if (world.stopping()) break
    const taken = await take(world, desk, mail)
    const finding = findingOf(mail, taken)
    all.push({ name: mail.name, taken, ...(finding !== undefined && { finding }) })
  }
  return all
}

async function take(world: World, desk: Desk, mail: IncomingMail): Promise<MailTaken> {
  const taken = await tried(world, desk, mail)
  if (taken.became !== 'later') await mail.done()
  return taken
}

async function tried(world: World, desk: Desk, mail: IncomingMail): Promise<MailTaken> {
  if (mail.size > largestMail) return { became: 'unreadable', because: `it has ${mail.size} octets` }
  try {
    return await takeMail(world, desk, await mail.read())
  } catch (error) {
    // What a type of records or its rules refuse is refused the next time as well.
    if (error instanceof RepositoryError && refusedForGood.has(error.code))
      return { became: 'unreadable', because: error.message }
    throw error
  }
}

const refusedForGood: ReadonlySet<string> = new Set([
  'record-refused',
  'record-fields',
  'illegal-transition',
  'record-type-unknown',
])

function findingOf({ name }: IncomingMail, taken: MailTaken): Diagnostic | undefined {
  switch (taken.became) {
    case 'passed-over':
      return report('mail-passed-over', { summary: `${name}: ${taken.because}` })
    case 'unreadable':
      return report('mail-unreadable', { summary: `${name}: ${taken.because}` })
    case 'later':
      return report('mail-flood', { summary: taken.because })
    default:
      return undefined
  }
}
