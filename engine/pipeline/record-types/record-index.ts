import { declaredAt, declaredIds, declaredPath, declaredTypes } from '../../ledger/declared-record.ts'
import { parseRecord } from '../../ledger/record-text.ts'
import { digestOf } from '../../model/canonical.ts'
import type { DeclaredRecord, RecordType } from '../../model/declared-record.ts'
import type { Json } from '../../model/document.ts'
import type { LedgerView } from '../../ports/ledger.ts'
import type { RecordIndex } from '../../ports/record-index.ts'
import { indexedRecord } from '../../records/index-record.ts'
import { refusal } from '../records.ts'
import type { World } from '../world.ts'

/** Records that are read at once, and that are written at once. */
const together = 64
const batch = 2_000

/**
 * The index of records, up to the tip of the ledger as this clone has it. What came since the last time is taken up; made anew
 * where the ledger does not go on from there, or where types say something else than they did.
 */
export async function freshIndex(world: World, types: ReadonlyMap<string, RecordType>): Promise<RecordIndex> {
  const index = await world.recordIndex()
  const ledger = await world.ledger()
  const view = await ledger.view()
  if (view.tip === undefined) return index
  const meaning = digestOf(
    world.sha256,
    [...types.values()].map(({ name, spec }) => ({ name, spec })) as unknown as Json,
  )
  const known = (await index.cursor('types')) === meaning ? await index.tip() : undefined
  if (known === view.tip) return index
  const goesOn = known !== undefined && (await (await world.repository()).isAncestor(known, view.tip))
  if (goesOn) await takeUp(world, index, types, known, view.tip)
  else {
    // Set at the end again: what was broken off in the middle is begun anew.
    await index.setCursor('types', '')
    await index.clear()
    await makeAnew(world, index, types, view, view.tip)
    await index.setCursor('types', meaning)
  }
  return index
}

async function takeUp(
  world: World,
  index: RecordIndex,
  types: ReadonlyMap<string, RecordType>,
  known: string,
  tip: string,
): Promise<void> {
  const moved = new Map<string, string>()
  for await (const { changes } of (await world.ledger()).steps(known))
    for (const { path, after } of changes)
      if (after !== undefined && declaredAt(path) !== undefined) moved.set(path, after)
  await index.put(
    [...moved].flatMap(([path, text]) => indexed(types, path, text)),
    tip,
  )
}

async function makeAnew(
  world: World,
  index: RecordIndex,
  types: ReadonlyMap<string, RecordType>,
  view: LedgerView,
  tip: string,
): Promise<void> {
  let waiting: string[] = []
  const read = async (): Promise<void> => {
    const records = []
    for (let i = 0; i < waiting.length; i += together) {
      const some = waiting.slice(i, i + together)
      const texts = await Promise.all(some.map((path) => view.file(path)))
      records.push(...texts.flatMap((text, n) => (text === undefined ? [] : indexed(types, some[n] ?? '', text))))
    }
    await index.put(records, tip)
    waiting = []
  }
  let count = 0
  for (const type of await declaredTypes(view))
    for await (const id of declaredIds(view, type)) {
      waiting.push(declaredPath(type, id) ?? '')
      count += 1
      if (waiting.length >= batch) {
        await read()
        world.emit({ type: 'indexing', records: count })
      }
    }
  await read()
  world.emit({ type: 'indexing', records: count, done: true })
}

function indexed(types: ReadonlyMap<string, RecordType>, path: string, text: string) {
  const found = parseRecord('declared', text, path)
  if ('refused' in found) throw refusal(found.refused)
  const record: DeclaredRecord = found.record
  const type = types.get(record.type)
  return type === undefined ? [] : [indexedRecord(type, record)]
}
