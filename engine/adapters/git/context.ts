import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { repositoryError } from './codes.ts'
import { failure, GitProcess } from './git-process.ts'
import { ObjectReader } from './object-reader.ts'
import type { ObjectFormat } from './object-writer.ts'

/** One repository, opened: what the adapters of git share. */
export interface GitContext {
  readonly git: GitProcess
  readonly reader: ObjectReader
  /** Folder of the work tree; git's own folder where there is none. */
  readonly root: string
  readonly commonDir: string
  readonly bare: boolean
  readonly format: ObjectFormat
}

/** Finds the repository that `dir` lies in. Throws `repository-missing` and its like. */
export async function openContext(dir: string): Promise<GitContext> {
  if (!existsSync(dir)) throw repositoryError('repository-missing', `there is no folder ${dir}`)
  const found = new GitProcess(resolve(dir))
  const questions = ['--show-object-format', '--is-bare-repository', '--git-common-dir', '--absolute-git-dir']
  const result = await found.run(['rev-parse', ...questions])
  if (result.code !== 0) throw openFailure(result.stderr, dir) ?? failure(result, 'rev-parse')
  const [format = 'sha1', bare = 'false', common = '', gitDir = ''] = result.stdout.toString().split('\n')
  // Inside .git of an ordinary repository there is no work tree to be seen either.
  const top = bare === 'true' ? undefined : (await found.run(['rev-parse', '--show-toplevel'])).stdout.toString().trim()
  const root = top || gitDir
  const git = new GitProcess(root)
  return {
    git,
    reader: new ObjectReader(git),
    root,
    commonDir: resolve(dir, common),
    bare: top === undefined || top === '',
    format: format === 'sha256' ? 'sha256' : 'sha1',
  }
}

function openFailure(stderr: string, dir: string): Error | undefined {
  if (/not a git repository/.test(stderr))
    return repositoryError('repository-missing', `${dir} is not inside a git repository`)
  return undefined
}
