import type { DeclaredRecord } from '../../model/declared-record.ts'
import { type Diagnostic, reporter } from '../../model/diagnostic.ts'
import { proposeRollback } from '../proposals/propose-rollback.ts'
import { personsHand } from '../record-types/hand.ts'
import { declaredRecord } from '../record-types/read.ts'
import { recordTypesOf } from '../record-types/types.ts'
import { unknownRecord, writeRecords } from '../record-types/write.ts'
import { type RolledBack, rollback } from '../rollback.ts'
import type { World } from '../world.ts'
import { codes } from './codes.ts'
import { suspectsOf } from './recent-changes.ts'

const report = reporter(codes)

type Refused = { readonly refused: readonly Diagnostic[] }

export interface ProposedRepair {
  readonly change: string
  /** Why that one, where nobody named it. */
  readonly because?: readonly string[]
  readonly branch: string
  /** The pull request, where there is a forge. */
  readonly url?: string
  /** Absent where a pull request of it was open before. */
  readonly done?: RolledBack
  readonly record: DeclaredRecord
}

/**
 * Proposes to take back the change that an incident is blamed on: the one named, else the one it is linked to, else the
 * likeliest. The incident is linked to it, and to what is proposed; it is resolved by itself once that is in place.
 */
export async function proposeRepair(
  world: World,
  id: string,
  options: { readonly change?: string; readonly open: boolean },
): Promise<ProposedRepair | Refused> {
  const hand = await personsHand(world)
  if ('refused' in hand) return hand
  const [type, shown] = [recordTypesOf(world, hand.estate).get('incident'), await declaredRecord(world, 'incident', id)]
  if (type === undefined || shown === undefined) return { refused: [unknownRecord('incident', id)] }
  const { record } = shown
  const suspect =
    options.change === undefined && blamed(record) === undefined
      ? (await suspectsOf(world, type, record, hand.estate)).find((s) => s.what === 'change')
      : undefined
  const change = options.change?.toUpperCase() ?? blamed(record) ?? suspect?.id
  if (change === undefined)
    return { refused: [report('suspect-missing', { summary: `nothing is known to be to blame for ${record.id}` })] }
  const made = await propose(world, record, change, options.open)
  if ('refused' in made) return made
  const commit = await headOf(world, made.branch)
  const links = [
    { relation: 'caused-by', to: change },
    ...(commit === undefined ? [] : [{ relation: 'proposed-as', to: commit }]),
  ]
  const linked = await writeRecords(world, hand, async (desk) => {
    let now = await desk.find('incident', record.id)
    for (const link of links)
      if (now?.links.some((l) => l.relation === link.relation && l.to === link.to) === false)
        now = await desk.link('incident', record.id, link)
    return now ?? record
  })
  return { change, ...(suspect !== undefined && { because: suspect.because }), ...made, record: linked }
}

const blamed = ({ links }: DeclaredRecord): string | undefined =>
  links.findLast((l) => l.relation === 'caused-by' && l.to.startsWith('CHG-'))?.to

async function propose(
  world: World,
  { id, title }: DeclaredRecord,
  change: string,
  open: boolean,
): Promise<Refused | Pick<ProposedRepair, 'branch' | 'url' | 'done'>> {
  if (!open) {
    const done = await rollback(world, { changes: [change], dryRun: false })
    return 'refused' in done ? done : { branch: done.branch, done }
  }
  const proposed = await proposeRollback(world, { changes: [change] }, { because: `${id}: ${title}` })
  if ('refused' in proposed) return proposed
  const { request, done } = proposed
  return { branch: request.branch, url: request.url, ...(done !== undefined && { done }) }
}

async function headOf(world: World, branch: string): Promise<string | undefined> {
  const repository = await world.repository()
  return (await repository.resolve(`refs/heads/${branch}`)) ?? repository.resolve(`refs/remotes/origin/${branch}`)
}
