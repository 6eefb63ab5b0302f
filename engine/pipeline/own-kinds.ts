import type { Diagnostic } from '../model/diagnostic.ts'
import type { Kinds } from '../model/kind.ts'
import type { Files } from '../ports/files.ts'
import type { Validator } from '../schema/validator.ts'
import type { World } from './world.ts'

export interface OwnKinds {
  readonly kinds: Kinds
  readonly validators: ReadonlyMap<string, Validator>
  readonly diagnostics: readonly Diagnostic[]
}

/** Kinds that the estate describes itself, in its folder of schemas; in `records/` below it are documents of the kind `RecordType`. What compiles schemas is loaded only where there are some. */
export async function ownKinds(world: World, files: Files, folder: string): Promise<OwnKinds> {
  const isSchema = (path: string): boolean => path.startsWith(`${folder}/`) && !path.startsWith(`${folder}/records/`)
  const entries = files.entries.filter((e) => isSchema(e.path) && /\.ya?ml$/.test(e.path))
  if (entries.length === 0) return { kinds: new Map(), validators: new Map(), diagnostics: [] }
  const { readKinds } = await import('../schema/read-kinds.ts')
  const bytes = await files.read(entries.filter((e) => e.mode.startsWith('100')))
  const schemas = [...bytes].map(([path, content]) => ({ path, bytes: content }))
  return readKinds(schemas, world.kinds, world.fragments)
}
