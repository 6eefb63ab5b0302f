import type { DeclaredRecord } from '../model/declared-record.ts'
import type { ReportInput } from '../model/practice.ts'
import type { EstateAt } from './estate-at.ts'
import { declaredRecords } from './record-types/read.ts'
import { recordTypesOf } from './record-types/types.ts'
import type { World } from './world.ts'

/** So many records of a type a report looks at: the newest. */
const most = 100_000

/** The records that a report asks for; nothing where it asks for none: the ledger is not read then. */
export async function reportRecords(
  world: World,
  estate: EstateAt,
  wanted: readonly string[] = [],
): Promise<Pick<ReportInput, 'records'>> {
  if (wanted.length === 0) return {}
  const types = recordTypesOf(world, estate)
  const found = new Map<string, readonly DeclaredRecord[]>()
  for (const name of wanted) {
    const type = types.get(name)
    if (type !== undefined) found.set(name, await declaredRecords(world, type, { limit: most }))
  }
  return { records: (type) => found.get(type) ?? [] }
}
