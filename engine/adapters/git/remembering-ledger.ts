import type { Ledger } from '../../ports/ledger.ts'
import { type GitContext, openContext } from './context.ts'
import { type GitLedger, openGitLedger } from './git-ledger.ts'

/**
 * A ledger that asks the remote once, when it is opened, and after that reads what this clone knows: appending brings what is
 * newer by itself, and so does whoever asks for the latest. With `ask: false` the remote is not asked at all, and nothing can be appended.
 */
export async function openRememberingLedger(
  dir: string,
  branch: string,
  options: { readonly ask: boolean; readonly context?: GitContext },
): Promise<Ledger & { close(): void }> {
  const context = options.context ?? (await openContext(dir))
  const known = await openGitLedger(dir, { branch, offline: true, context })
  let online: GitLedger | undefined
  if (options.ask) {
    online = await openGitLedger(dir, { branch, context })
    await online.view()
  }
  return {
    view: (at) => known.view(at),
    latest: () => (online ?? known).latest(),
    history: (path) => known.history(path),
    steps: (after) => known.steps(after),
    append: (prepare) => (online ?? known).append(prepare),
    close: () => {
      known.close()
      online?.close()
    },
  }
}
