import picomatch from 'picomatch'
import { formerTypes } from '../../ledger/declared-record.ts'
import { loadDocuments } from '../../load/load-documents.ts'
import { nameOf } from '../../model/address.ts'
import type { RecordType, RecordTypeSpec } from '../../model/declared-record.ts'
import { specOf } from '../../model/practice.ts'
import type { World } from '../world.ts'

/** Where types of records are looked for when there is a command to be made of them; as documents they may stand anywhere. */
const places = picomatch(['schemas/records/*.yaml', '**/record-types/*.yaml'])

/** The types that commands are made of: those of the working folder go before those that come with the engine. */
export async function commandTypes(
  world: Pick<World, 'workFiles' | 'recordTypes' | 'kinds' | 'validators'>,
): Promise<ReadonlyMap<string, RecordType>> {
  const types = new Map<string, RecordType>()
  for (const [name, { spec }] of world.recordTypes) types.set(name, { name, spec })
  const files = await world.workFiles()
  const entries = files.entries.filter((e) => e.mode.startsWith('100') && places(e.path))
  if (entries.length === 0) return types
  const bytes = await files.read(entries)
  const sources = [...bytes].map(([path, content]) => ({ path, bytes: content, mode: '100644' }))
  const { documents } = loadDocuments(sources, { kinds: world.kinds })
  const isType = (await world.validators()).get('RecordType')
  for (const document of documents)
    if (document.document.kind === 'RecordType' && isType?.(document.document) === true)
      types.set(nameOf(document.address), { name: nameOf(document.address), spec: specOf<RecordTypeSpec>(document) })
  return types
}

/** A type that nobody declares any more and that the ledger has records of; undefined where there is none of that name. */
export async function formerType(
  world: Pick<World, 'ledger'>,
  known: ReadonlyMap<string, RecordType>,
  name: string,
): Promise<RecordType | undefined> {
  const view = await (await world.ledger()).view()
  return (await formerTypes(view, known)).find((type) => type.name === name)
}
