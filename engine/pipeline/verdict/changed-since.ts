import type { WorkState } from '../../ports/files.ts'
import type { TreeChange } from '../../ports/repository.ts'
import type { World } from '../world.ts'
import type { Content, KeptVerdict } from './kept-verdict.ts'

/** A file that does not hold what it held. */
export interface Changed {
  readonly path: string
  /** Undefined where there was no file. */
  readonly before: Content | undefined
  readonly after: Content | undefined
}

/** So many files are compared one by one; for more it is quicker to look at everything. */
const most = 1_000

/**
 * The files that hold something else than at a verdict, of those that matter; undefined where they are too many. The commits tell
 * what they have, and only what is not as committed is read from the folder.
 */
export async function changedSince(
  world: World,
  kept: Pick<KeptVerdict, 'commit' | 'changed'>,
  state: WorkState,
  matters: (path: string) => boolean,
  contentOf: (path: string, bytes: Uint8Array) => Content,
): Promise<readonly Changed[] | undefined> {
  const repository = await world.repository()
  const between = kept.commit === state.commit ? [] : await repository.changes(kept.commit, state.commit)
  const committed = new Map(between.map((change) => [change.path, change]))
  const paths = [...new Set([...committed.keys(), ...kept.changed.keys(), ...state.changed.keys()])].filter(matters)
  if (paths.length > most) return undefined
  // What both commits have alike is known from what was or is not as committed.
  const objects = paths.map((path) => {
    const change = committed.get(path)
    const alike = state.changed.get(path) ?? kept.changed.get(path)?.committed
    const [before, after] = change === undefined ? [alike, alike] : [ordinary(change.before), ordinary(change.after)]
    return {
      path,
      before: kept.changed.has(path) ? undefined : before,
      after: state.changed.has(path) ? undefined : after,
    }
  })
  const blobs = await repository.blobs(objects.flatMap(({ before, after }) => [before ?? [], after ?? []].flat()))
  const committedContent = (path: string, id: string | undefined): Content | undefined => {
    const bytes = id === undefined ? undefined : blobs.get(id)
    return bytes === undefined ? undefined : contentOf(path, bytes)
  }
  const read = (path: string): Content | undefined => {
    const bytes = state.read(path)
    return bytes === undefined ? undefined : contentOf(path, bytes)
  }
  return objects.flatMap(({ path, before, after }) => {
    const was = kept.changed.get(path)
    const [then, now] = [
      was === undefined ? committedContent(path, before) : was.content,
      state.changed.has(path) ? read(path) : committedContent(path, after),
    ]
    return then?.digest === now?.digest ? [] : [{ path, before: then, after: now }]
  })
}

/** The object of an ordinary file: links and submodules are none, whatever they hold. */
const ordinary = (entry: TreeChange['before']): string | undefined =>
  entry?.mode.startsWith('100') === true ? entry.id : undefined
