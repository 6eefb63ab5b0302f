import { declaredAt, declaredIds, declaredPath, declaredTypes, formerTypes } from '../../ledger/declared-record.ts'
import { parseRecord } from '../../ledger/record-text.ts'
import { digestOf } from '../../model/canonical.ts'
import type { RecordType } from '../../model/declared-record.ts'
import type { Json } from '../../model/document.ts'
import type { LedgerView } from '../../ports/ledger.ts'
import type { IndexedRecord, RecordIndex } from '../../ports/record-index.ts'
import { indexedRecord } from '../../records/index-record.ts'
import type { World } from '../world.ts'

/** Records that are read at once, and that are written at once. */
const together = 512
const batch = 8_192

/** What the index needs of the world. */
export type IndexWorld = Pick<
  World,
  'recordIndex' | 'ledger' | 'repository' | 'sha256' | 'emit' | 'uuid' | 'wait' | 'stopping'
>

type Types = ReadonlyMap<string, RecordType>

/**
 * The index of records, up to the tip of the ledger as this clone has it. What came since the last time is taken up; made anew
 * where the ledger does not go on from there, or where types say something else than they did. One makes it anew at a time,
 * and the others wait for that.
 *
 * @param anew make it anew whatever it says
 */
export async function freshIndex(world: IndexWorld, declared: Types, anew = false): Promise<RecordIndex> {
  const index = await world.recordIndex()
  const view = await (await world.ledger()).view()
  if (view.tip === undefined) return index
  const types = new Map(declared)
  for (const type of await formerTypes(view, declared)) types.set(type.name, type)
  const meaning = digestOf(
    world.sha256,
    [...types.values()].map(({ name, spec }) => ({ name, spec })) as unknown as Json,
  )
  for (let force = anew; ; force = false) {
    const known = (await index.cursor('types')) === meaning ? await index.tip() : undefined
    if (!force) {
      if (known === view.tip) return index
      if (known !== undefined && (await goesOn(world, known, view.tip))) {
        await takeUp(world, index, types, known, view.tip)
        return index
      }
      // Another command of this clone took up what is newer than what this one sees.
      if (known !== undefined && (await goesOn(world, view.tip, known))) return index
    }
    if (await makeAnew(world, index, types, view, view.tip, meaning)) return index
    await world.wait(250)
    if (world.stopping()) return index
  }
}

const goesOn = async (world: IndexWorld, from: string, to: string): Promise<boolean> =>
  (await world.repository()).isAncestor(from, to).catch(() => false)

async function takeUp(world: IndexWorld, index: RecordIndex, types: Types, known: string, tip: string): Promise<void> {
  const moved = new Map<string, string>()
  for await (const { changes } of (await world.ledger()).steps(known))
    for (const { path, after } of changes)
      if (after !== undefined && declaredAt(path) !== undefined) moved.set(path, after)
  await index.put(
    [...moved].flatMap(([path, text]) => indexed(world, types, path, text)),
    tip,
  )
}

/** False where another is at it, or took it over. */
async function makeAnew(
  world: IndexWorld,
  index: RecordIndex,
  types: Types,
  view: LedgerView,
  tip: string,
  meaning: string,
): Promise<boolean> {
  const builder = world.uuid()
  if (!(await index.rebuild(builder))) return false
  // Set at the end again: what was broken off in the middle is begun anew.
  await index.setCursor('types', '')
  let count = 0
  let read: IndexedRecord[] = []
  const put = async (): Promise<boolean> => {
    count += read.length
    const done = await index.put(read, tip, builder)
    read = []
    return done
  }
  for await (const files of recordFiles(view)) {
    read.push(...files.flatMap(({ path, text }) => indexed(world, types, path, text)))
    if (read.length < batch) continue
    if (!(await put())) return false
    world.emit({ type: 'indexing', records: count })
  }
  if (!(await put())) return false
  await index.setCursor('types', meaning)
  await index.built(builder)
  world.emit({ type: 'indexing', records: count, done: true })
  return true
}

interface RecordFile {
  readonly path: string
  readonly text: string
}

/** Files of records, some hundreds at a time: the next ones are read while those before are worked with. */
async function* recordFiles(view: LedgerView): AsyncGenerator<readonly RecordFile[]> {
  let next: Promise<readonly RecordFile[]> | undefined
  let paths: string[] = []
  const readAll = (wanted: readonly string[]): Promise<readonly RecordFile[]> => {
    const files = Promise.all(
      wanted.map(async (path) => {
        const text = await view.file(path)
        return text === undefined ? [] : [{ path, text }]
      }),
    ).then((found) => found.flat())
    // Whoever waits for it comes later.
    files.catch(() => undefined)
    return files
  }
  for (const type of await declaredTypes(view))
    for await (const id of declaredIds(view, type)) {
      paths.push(declaredPath(type, id) ?? '')
      if (paths.length < together) continue
      const before = next
      next = readAll(paths)
      paths = []
      if (before !== undefined) yield await before
    }
  if (next !== undefined) yield await next
  yield await readAll(paths)
}

/** What can't be read is told of and left out, to `audit verify`: it holds up nobody's queue. */
function indexed({ emit }: IndexWorld, types: Types, path: string, text: string): readonly IndexedRecord[] {
  const found = parseRecord('declared', text, path)
  if ('refused' in found) {
    emit({ type: 'diagnostic', diagnostic: found.refused })
    return []
  }
  const type = types.get(found.record.type)
  return type === undefined ? [] : [indexedRecord(type, found.record)]
}
