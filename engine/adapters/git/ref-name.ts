import { repositoryError } from './codes.ts'

const objectId = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/

export function isObjectId(text: string): boolean {
  return objectId.test(text)
}

/**
 * Lets through what names a commit: an id, a branch, a tag, `HEAD~2`, `v1^`. Everything that git would take for an option, a
 * range, a search, a path or the log of a ref is refused before git sees it. Throws `RepositoryError` with `invalid-ref`.
 */
export function checkRef(ref: string): string {
  const name = ref.replace(/(?:~\d{0,6}|\^\d{0,3})*$/, '')
  if (!isName(name))
    throw repositoryError('invalid-ref', `${printable(ref)} is not the name of a commit, branch or tag`)
  return ref
}

/** A branch name without `refs/heads/`. */
export function checkBranch(branch: string): string {
  if (!isName(branch) || branch === 'HEAD' || branch === '@')
    throw repositoryError('invalid-ref', `${printable(branch)} can not be the name of a branch`)
  return branch
}

/** The rules of git-check-ref-format, and no leading dash. */
function isName(name: string): boolean {
  return (
    name.length > 0 &&
    name.length <= 255 &&
    !/[\x00-\x20\x7f~^:?*[\\]|\.\.|@\{|\/\//.test(name) &&
    !/^[-/]|[/.]$/.test(name) &&
    name.split('/').every((part) => !part.startsWith('.') && !part.endsWith('.lock')) &&
    // Bidirectional controls, zero-width characters: what is printed would not be what is meant.
    !/[\u0080-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/.test(name)
  )
}

function printable(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text)
}
