import { nameOf } from '../../model/address.ts'
import type { DeclaredRecord } from '../../model/declared-record.ts'
import type { RecordHand } from '../record-types/hand.ts'
import { writeRecords } from '../record-types/write.ts'
import type { World } from '../world.ts'
import { ownerOf, textNamed } from './find-runbook.ts'

export interface Feedback {
  /** Name, address or file of a runbook or an article. */
  readonly about: string
  readonly verdict: string
  readonly text?: string
}

/** Writes down what somebody thinks of a text, for whoever answers for it. */
export async function giveFeedback(
  world: World,
  hand: RecordHand,
  { about, verdict, text }: Feedback,
): Promise<DeclaredRecord> {
  const { document, spec } = textNamed(hand.estate.graph, about)
  const owner = ownerOf(document)
  return writeRecords(world, hand, (desk) =>
    desk.open('feedback', {
      title: `${verdict}: ${spec.title}`,
      fields: {
        ...{ about: document.address, verdict },
        ...(owner?.startsWith('Team/') === true && { team: nameOf(owner) }),
      },
      links: [{ relation: 'about', to: document.address }],
      ...(text !== undefined && { text }),
    }),
  )
}
