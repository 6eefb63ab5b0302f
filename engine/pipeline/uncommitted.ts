import picomatch from 'picomatch'
import type { EstateSpec } from '../generated/types.ts'
import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import { codes } from './codes.ts'
import { estateFile, usualDocuments } from './estate-file.ts'
import type { World } from './world.ts'

const report = reporter(codes)

/**
 * Says which files of the estate are changed in the working folder and stand in no commit: a plan is made of commits, and who wrote
 * them a minute ago would look for them in it. Files beside the estate's folders are none of its business.
 */
export async function uncommittedChanges(
  world: World,
  config: EstateSpec,
  head: string,
): Promise<readonly Diagnostic[]> {
  const [work, tree] = await Promise.all([world.workFiles(), world.treeFiles(head)])
  const committed = new Map(tree.entries.map((e) => [e.path, e.blob]))
  // Without git's index nobody can tell cheaply what is changed.
  if (!work.entries.some((e) => e.blob !== undefined)) return []
  const present = new Set(work.entries.map((e) => e.path))
  const changed = [
    ...work.entries.filter((e) => e.blob === undefined || e.blob !== committed.get(e.path)).map((e) => e.path),
    ...[...committed.keys()].filter((path) => !present.has(path)),
  ]
  const folders = foldersOf(config)
  const ours = changed.filter((p) => p === estateFile || folders.some((f) => f === '' || p.startsWith(`${f}/`))).sort()
  if (ours.length === 0) return []
  const named = `${ours.slice(0, 3).join(', ')}${ours.length > 3 ? ` and ${ours.length - 3} more` : ''}`
  return [report('uncommitted-changes', { summary: `not in this plan, for they are not committed: ${named}` })]
}

/** Folders that hold documents, what documents are made of, and schemas. */
function foldersOf(config: EstateSpec): readonly string[] {
  const globs = config.documents ?? usualDocuments
  return [...globs.map((glob) => picomatch.scan(glob).base), config.schemas ?? 'schemas']
}
