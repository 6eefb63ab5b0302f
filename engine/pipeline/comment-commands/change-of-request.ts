import { listChanges } from '../../ledger/find-records.ts'
import type { RequestPage } from '../../model/pull-request.ts'
import type { ChangeRecord } from '../../model/record.ts'
import { openRecords } from '../records.ts'
import type { World } from '../world.ts'

/** So many of the newest changes are looked through for one that is not open any more. */
const looked = 1000

/** The record of what a pull request brought, or is to bring: that of its merge, else the newest one about its newest commit. */
export async function changeOfRequest(
  world: World,
  { head, merged }: Pick<RequestPage, 'head' | 'merged'>,
): Promise<ChangeRecord | undefined> {
  const { changes } = await listChanges(await (await world.ledger()).view(), { limit: looked })
  const known = [...(await openRecords(world)), ...changes]
  const mergedAs = known.find((r) => merged !== undefined && r.merge?.commit === merged)
  const about = known.filter((r) => r.subject.head === head && r.subject.base !== r.subject.head)
  return mergedAs ?? about.find((r) => r.merge !== undefined) ?? about.sort((a, b) => (a.id < b.id ? 1 : -1))[0]
}
