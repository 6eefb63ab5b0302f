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

/** Kinds that the estate describes itself, in its folder of schemas. */
export async function ownKinds(_world: World, files: Files, folder: string): Promise<OwnKinds> {
  const entries = files.entries.filter((e) => e.path.startsWith(`${folder}/`) && e.path.endsWith('.yaml'))
  if (entries.length === 0) return { kinds: new Map(), validators: new Map(), diagnostics: [] }
  return { kinds: new Map(), validators: new Map(), diagnostics: [] }
}
