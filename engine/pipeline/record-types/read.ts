import { declaredIds, declaredPath, findDeclared } from '../../ledger/declared-record.ts'
import type { DeclaredRecord, RecordType } from '../../model/declared-record.ts'
import { type RecordStep, recordHistory, trusted } from '../records.ts'
import type { World } from '../world.ts'

export interface RecordFilter {
  readonly limit: number
  readonly state?: string
  /** Only what is not over. */
  readonly open?: boolean
}

/** Records of a type, newest first. */
export async function declaredRecords(
  world: World,
  type: RecordType,
  { limit, state, open }: RecordFilter,
): Promise<readonly DeclaredRecord[]> {
  const view = await (await world.ledger()).view()
  const found: DeclaredRecord[] = []
  for await (const id of declaredIds(view, type.name)) {
    if (found.length >= limit) break
    const record = trusted(await findDeclared(view, type.name, id))
    if (record === undefined || (state !== undefined && record.state !== state)) continue
    if (open === true && type.spec.states[record.state]?.final === true) continue
    found.push(record)
  }
  return found
}

export interface ShownRecord {
  readonly record: DeclaredRecord
  readonly history: readonly RecordStep[]
}

/** One record with the commits of the ledger about it; undefined where there is none. */
export async function declaredRecord(world: World, type: string, id: string): Promise<ShownRecord | undefined> {
  const view = await (await world.ledger()).view()
  const record = trusted(await findDeclared(view, type, id.toUpperCase()))
  if (record === undefined) return undefined
  return { record, history: await recordHistory(world, declaredPath(type, record.id)) }
}
