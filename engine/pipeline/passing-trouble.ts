import { RepositoryError } from '../ports/repository.ts'

/** What may be otherwise in a minute, without anybody having done anything. */
const passing: ReadonlySet<string> = new Set([
  'github-unreachable',
  'github-rate-limit',
  'github-answer',
  'github-uncertain',
  'remote-unreachable',
])

/** True where it is worth to try again. */
export const isPassing = (error: unknown): boolean => error instanceof RepositoryError && passing.has(error.code)
