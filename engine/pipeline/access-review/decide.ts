import type { DeclaredRecord } from '../../model/declared-record.ts'
import { type Diagnostic, reporter } from '../../model/diagnostic.ts'
import type { JsonObject } from '../../model/document.ts'
import { holdingsAt } from '../../practices/access/holdings.ts'
import { personsHand, type RecordHand } from '../record-types/hand.ts'
import { writeRecords } from '../record-types/write.ts'
import { refusal } from '../records.ts'
import type { World } from '../world.ts'
import { codes } from './codes.ts'
import { type DecidedLine, decisionsOf, linesOf } from './standing.ts'
import { expectReview } from './start.ts'

const report = reporter(codes)

/**
 * Writes down what the person at the keyboard decides about a line. Who may is judged by the type of the record, for whoever
 * verifies the ledger as well; what could not be done is refused here.
 */
export async function decideLine(
  world: World,
  id: string,
  wanted: { readonly line: string; readonly decision: 'keep' | 'revoke'; readonly because?: string },
): Promise<DeclaredRecord | { readonly refused: readonly Diagnostic[] }> {
  const hand = await personsHand(world)
  if ('refused' in hand) return hand
  const { line, decision, because } = wanted
  const record = await expectReview(world, id)
  const found = linesOf(record).find((l) => l.line === line)
  if (found === undefined)
    return { refused: [report('review-line', { summary: `${record.id} has no line ${line.slice(0, 20)}` })] }
  const fault = decision === 'revoke' ? membershipFault(world, hand, found) : undefined
  if (fault !== undefined) return { refused: [fault] }
  return writeRecords(world, hand, async (desk) => {
    const now = await desk.find('access-review', record.id)
    if (now === undefined) throw refusal(report('review-line', { summary: `there is no ${record.id}` }))
    const made = { decision, by: hand.who.actor, ...(because !== undefined && { because }) }
    return desk.move('access-review', record.id, {
      name: 'decide',
      fields: { decisions: { ...decisionsOf(now.fields), [line]: made } as unknown as JsonObject },
      text: `${line}: ${decision} ${found.grant} of ${found.who}${because === undefined ? '' : `: ${because}`}`,
    })
  })
}

/** What comes by membership can't be taken from one person in the grant; where they are no member any more it is gone already. */
function membershipFault(
  world: World,
  { estate: { graph, starts } }: RecordHand,
  { grant, who }: DecidedLine,
): Diagnostic | undefined {
  const held = holdingsAt({ graph, now: world.clock.now(), starts })
  const via = held.find((h) => h.by.address === grant && h.who === who)?.via ?? []
  return via.length === 0
    ? undefined
    : report('review-membership', { summary: `${who} has ${grant} as a member of ${via.join(', ')}`, subject: grant })
}
