import type { EstateSpec } from '../../generated/types.ts'
import type { Reads } from '../../graph/note-reads.ts'
import type { LoadedDocument } from '../../model/document.ts'
import type { RawDocument } from '../../model/document-cache.ts'
import type { WorkState } from '../../ports/files.ts'
import type { Validation } from '../validation.ts'
import type { World } from '../world.ts'

/** What `validate` found in a working folder, and everything by which the next run sees whether it is still so. */
export interface KeptVerdict {
  readonly validation: Validation
  /** When that was: ISO 8601. */
  readonly at: string
  readonly commit: string
  /** What was read of documents where others are judged. */
  readonly reads: Reads
  readonly policies: readonly LoadedDocument[]
  readonly config: EstateSpec
  /** Files that documents take content from. */
  readonly sources: ReadonlySet<string>
  /** Files that were not as the commit has them. */
  readonly changed: ReadonlyMap<string, ChangedFile>
}

/** What a file held. */
export interface Content {
  /** SHA-256 of the bytes. */
  readonly digest: string
  /** Where it holds documents and nothing is wrong with it as YAML. */
  readonly documents?: readonly RawDocument[]
}

export interface ChangedFile {
  /** The object that the commit has there. */
  readonly committed?: string
  /** Absent where no file was there. */
  readonly content?: Content
}

/** So many files that are not committed are looked at one by one. */
export const mostChanged = 200

interface Written extends Omit<KeptVerdict, 'reads' | 'sources' | 'changed'> {
  readonly reads: readonly (readonly [string, readonly string[]])[]
  readonly sources: readonly string[]
  readonly changed: readonly (readonly [string, ChangedFile])[]
}

/** The verdict that was kept last; undefined where none was, or nothing can be made of it. */
export async function readVerdict(world: World): Promise<KeptVerdict | undefined> {
  const text = (await world.verdict()).read()
  if (text === undefined) return undefined
  try {
    const { reads, sources, changed, ...rest } = JSON.parse(text) as Written
    return {
      ...rest,
      reads: new Map(reads.map(([kind, fields]) => [kind, new Set(fields)])),
      sources: new Set(sources),
      changed: new Map(changed),
    }
  } catch {
    return undefined
  }
}

export async function writeVerdict(world: World, { reads, sources, changed, ...rest }: KeptVerdict): Promise<void> {
  const written: Written = {
    ...rest,
    reads: [...reads].map(([kind, fields]) => [kind, [...fields]]),
    sources: [...sources],
    changed: [...changed],
  }
  ;(await world.verdict()).write(JSON.stringify(written))
}

/** Files of the folder that are not as the commit has them, as far as they matter. */
export function changedFiles(
  state: WorkState,
  matters: (path: string) => boolean,
  contentOf: (path: string, bytes: Uint8Array) => Content,
): ReadonlyMap<string, ChangedFile> {
  const found = new Map<string, ChangedFile>()
  for (const [path, committed] of state.changed) {
    if (!matters(path)) continue
    const bytes = state.read(path)
    found.set(path, {
      ...(committed !== undefined && { committed }),
      ...(bytes !== undefined && { content: contentOf(path, bytes) }),
    })
  }
  return found
}
