import type { RecordType } from '../../model/declared-record.ts'
import type { RecordIndex } from '../../ports/record-index.ts'
import { rulesFor } from '../agreed-rules.ts'
import { loadCommit, loadWork } from '../estate.ts'
import type { EstateAt } from '../estate-at.ts'
import { freshIndex } from '../record-types/record-index.ts'
import { recordTypesOf } from '../record-types/types.ts'
import { targetBranch, targetTip } from '../target-branch.ts'
import type { World } from '../world.ts'

/** What lists of records are made of. */
export interface DeskHere {
  /** The target branch as far as it was agreed to, as those who write records see it. */
  readonly estate: EstateAt
  readonly types: ReadonlyMap<string, RecordType>
  readonly index: RecordIndex
}

/** The documents by which records are judged and routed. */
export async function deskEstate(world: World): Promise<EstateAt> {
  const branch = await targetBranch(world)
  const [tip, { tip: begun }] = await Promise.all([targetTip(world, branch), (await world.ledger()).view()])
  if (tip === undefined) return loadWork(world)
  return begun === undefined ? loadCommit(world, tip) : rulesFor(world, tip)
}

/** @param anew have the index made anew from the ledger */
export async function deskHere(world: World, anew = false): Promise<DeskHere> {
  const estate = await deskEstate(world)
  const types = recordTypesOf(world, estate)
  return { estate, types, index: await freshIndex(world, types, anew) }
}
