import type { PullRequest } from '../model/pull-request.ts'

/**
 * Where people review changes before they are merged. What it says is only as good as the forge and the way its answer took:
 * approvals that come from it are recorded as forge-asserted.
 */
export interface Forge {
  /** Pull requests whose newest commit is this one, or which were merged as this one, by number. Throws `RepositoryError` where what it says can't be relied on. */
  requests(commit: string): Promise<readonly PullRequest[]>
}
