import { execFileSync } from 'node:child_process'
import type { FileEntry, Files } from '../../ports/files.ts'
import type { Repository } from '../../ports/repository.ts'

/** The files of a commit or tree, from git's object database. */
export async function treeFiles(repository: Repository, treeish: string): Promise<Files> {
  const tree = await repository.tree(treeish)
  return {
    entries: tree.map((e) => ({ path: e.path, mode: e.mode, size: e.size, blob: e.id })),
    readNow: (entry) =>
      execFileSync('git', ['-C', repository.root, 'cat-file', 'blob', entry.blob ?? ''], { maxBuffer: 1 << 30 }),
    async read(entries: readonly FileEntry[]) {
      const ids = entries.flatMap((e) => e.blob ?? [])
      const blobs = await repository.blobs(ids)
      return new Map(
        entries.flatMap((e) => {
          const bytes = e.blob === undefined ? undefined : blobs.get(e.blob)
          return bytes === undefined ? [] : [[e.path, bytes] as const]
        }),
      )
    },
  }
}
