import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { repositoryError } from './codes.ts'
import { failure, GitProcess } from './git-process.ts'
import { ObjectReader } from './object-reader.ts'
import type { ObjectFormat } from './object-writer.ts'
import { hasRemote } from './remote.ts'

/** One repository, opened: what the adapters of git share. */
export interface GitContext {
  readonly git: GitProcess
  readonly reader: ObjectReader
  /** Folder of the work tree; git's own folder where there is none. */
  readonly root: string
  readonly commonDir: string
  readonly bare: boolean
  readonly shallow: boolean
  readonly format: ObjectFormat
  /**
   * Whether a remote decides what is true, for whoever reads: that there is none is asked once. Before anything moves it is
   * asked anew, and so it is before an address is used.
   */
  readonly hasRemote: () => Promise<boolean>
}

/** Finds the repository that `dir` lies in. Throws `repository-missing` and its like. */
export async function openContext(dir: string): Promise<GitContext> {
  if (!existsSync(dir)) throw repositoryError('repository-missing', `there is no folder ${dir}`)
  const found = new GitProcess(resolve(dir))
  // One question, for each costs a process. The last has no answer in a bare repository, nor inside .git of an ordinary one.
  const questions = ['--show-object-format', '--is-bare-repository', '--is-shallow-repository', '--git-common-dir']
  const result = await found.run(['rev-parse', ...questions, '--absolute-git-dir', '--show-toplevel'])
  const answers = result.stdout.toString().trimEnd().split('\n')
  if (result.code !== 0 && answers.length < 5) throw openFailure(result.stderr, dir) ?? failure(result, 'rev-parse')
  const [format = 'sha1', bare = 'false', shallow = 'false', common = '', gitDir = '', seen = ''] = answers
  const top = bare === 'true' ? undefined : seen
  const root = top || gitDir
  const git = new GitProcess(root)
  return {
    git,
    reader: new ObjectReader(git),
    root,
    commonDir: resolve(dir, common),
    bare: top === undefined || top === '',
    shallow: shallow === 'true',
    format: format === 'sha256' ? 'sha256' : 'sha1',
    hasRemote: remembersNone(git),
  }
}

function remembersNone(git: GitProcess): () => Promise<boolean> {
  let none = false
  return async () => {
    if (!none) none = !(await hasRemote(git))
    return !none
  }
}

function openFailure(stderr: string, dir: string): Error | undefined {
  if (/not a git repository/.test(stderr))
    return repositoryError('repository-missing', `${dir} is not inside a git repository`)
  return undefined
}
