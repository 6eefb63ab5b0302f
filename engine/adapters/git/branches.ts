import type { Branch } from '../../ports/repository.ts'
import type { GitContext } from './context.ts'
import { failure } from './git-process.ts'
import { remoteName } from './remote.ts'

/** Branches of this clone, and those of the remote as they were when it was last asked, sorted by their refs. */
export async function listBranches(context: GitContext): Promise<readonly Branch[]> {
  const format = '--format=%(objectname) %(symref) %(refname)'
  const listed = await context.git.run(['for-each-ref', format, 'refs/heads/', `refs/remotes/${remoteName}/`])
  if (listed.code !== 0) throw failure(listed, 'for-each-ref')
  return listed.stdout
    .toString()
    .split('\n')
    .flatMap((line) => {
      // What points at another ref, as origin/HEAD does, is no branch of its own.
      const [commit, symref, ref] = line.split(' ')
      return commit === undefined || ref === undefined || symref !== '' ? [] : [{ ref, commit }]
    })
}
