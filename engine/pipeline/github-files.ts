import { githubTemplates } from '../generated/github-files.ts'
import { lineDiff } from '../model/change-text.ts'
import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import { commentsFile } from './ci/comments-answered.ts'
import { codes } from './codes.ts'
import type { World } from './world.ts'

const report = reporter(codes)

export interface GithubOptions {
  /** Comments on pull requests are answered by a workflow. */
  readonly comments: boolean
}

/** What became of the files for GitHub. */
export interface GithubWritten {
  readonly branch: string
  readonly written: readonly string[]
  readonly same: readonly string[]
  /** Left as they are, for somebody edited them: with the lines by which ours differ, `-` theirs and `+` ours. */
  readonly kept: readonly { readonly path: string; readonly lines: readonly string[] }[]
  /** Nobody is said to own the workflows: no CODEOWNERS names their folder. */
  readonly ownerless: boolean
}

/** Names that mean themselves in YAML, in a pattern of branches and in a shell. */
const plainBranch = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,199}$/

/** The files by their paths in the estate, for its branch. */
export function githubFiles(
  branch: string,
  { comments }: GithubOptions,
): ReadonlyMap<string, string> | { readonly refused: readonly Diagnostic[] } {
  if (!plainBranch.test(branch))
    return {
      refused: [report('branch-unfit', { summary: `the branch ${branch.slice(0, 100)} can't stand in a workflow` })],
    }
  return new Map(
    [...githubTemplates]
      .filter(([path]) => comments || path !== commentsFile)
      .map(([path, text]) => [path, text.replaceAll('__BRANCH__', branch)]),
  )
}

/** Writes those that are not there yet. What somebody edited stays as it is. */
export async function writeGithubFiles(
  { folder }: Pick<World, 'folder'>,
  branch: string,
  files: ReadonlyMap<string, string>,
): Promise<GithubWritten> {
  const missing = new Map<string, string>()
  const same: string[] = []
  const kept: { path: string; lines: readonly string[] }[] = []
  for (const [path, text] of files) {
    const there = await folder.read(path)
    if (there === undefined) missing.set(path, text)
    else if (there.replaceAll('\r\n', '\n') === text) same.push(path)
    else kept.push({ path, lines: lineDiff({ before: there, after: text }) })
  }
  await folder.replace(missing)
  return { branch, written: [...missing.keys()], same, kept, ownerless: await isOwnerless(folder) }
}

async function isOwnerless(folder: World['folder']): Promise<boolean> {
  for (const path of ['.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS']) {
    const text = await folder.read(path)
    if (text !== undefined) return !/^\s*(?:\*|\/?\.github\b)/m.test(text)
  }
  return true
}
