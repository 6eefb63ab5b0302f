import type { RequestPage } from '../../model/pull-request.ts'
import type { ForgeComment } from '../../ports/forge.ts'

/** Hexadecimal digits of which nobody can make two commits, or two plans, that begin with the same. */
const certain = 32

/**
 * Whether a comment that names a commit or a plan by its first digits means the one that stands there now. Of a few digits whoever pushes can have
 * two that begin alike, one to be read and one to be pushed after the comment: then nothing may have been pushed since.
 *
 * @param digits of a commit, or of the digest of a plan
 */
export function couldBeRead(
  { head, pushes }: Pick<RequestPage, 'head' | 'pushes'>,
  { at }: Pick<ForgeComment, 'at'>,
  digits: string,
): boolean {
  if (digits.length >= certain) return true
  // Of a fork the forge may not tell who pushed when.
  const last = pushes.at(-1)
  return last?.after === head && Date.parse(last.at) <= Date.parse(at)
}
