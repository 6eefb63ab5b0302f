import { RepositoryError } from '../../ports/repository.ts'
import { codes } from './codes.ts'

interface Circumstances {
  /** The status that GitHub answered with. */
  readonly status?: number
  /** It may have been done all the same. */
  readonly maybeDone?: boolean
  readonly hint?: string
}

/** What went wrong with GitHub. Holds words only: nothing of the request, its headers or the answer hangs on it. */
export class GithubError extends RepositoryError {
  readonly status: number | undefined
  readonly maybeDone: boolean
  constructor(code: keyof typeof codes, message: string, { status, maybeDone = false, hint }: Circumstances = {}) {
    super(code, message, hint ?? codes[code].fix)
    this.status = status
    this.maybeDone = maybeDone
  }
}

/** GitHub does not show it, or has no such thing. */
export const isHidden = (error: unknown): boolean =>
  error instanceof GithubError && (error.code === 'github-missing' || error.code === 'github-refused')

export const isMissing = (error: unknown): boolean => error instanceof GithubError && error.code === 'github-missing'

export const maybeDone = (error: unknown): boolean => error instanceof GithubError && error.maybeDone
