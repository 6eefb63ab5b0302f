import type { Call } from './api.ts'
import { type CheckRun, readCheckRun } from './read-request.ts'
import { appOf, type Self } from './who-we-are.ts'

/** Our own check runs of a name on a commit, oldest first; undefined where we are a person, who can have none. */
export async function ownRuns(
  call: Call,
  commit: string,
  name: string,
  self: Self,
): Promise<readonly CheckRun[] | undefined> {
  const app = appOf(await self())
  return app === undefined ? undefined : (await runsOf(call, commit, name)).filter((run) => run.app === app)
}

/** Check runs of a name on a commit, whoever made them, oldest first. */
export async function runsOf(call: Call, commit: string, name: string): Promise<readonly CheckRun[]> {
  const runs = await call.list(
    `reading the checks ${name} of ${commit.slice(0, 12)}`,
    (rest, at) =>
      rest.checks.listForRef.endpoint({ ...at, ref: commit, check_name: name, filter: 'all', per_page: 100 }),
    'check_runs',
  )
  return runs
    .map((run) => readCheckRun(run, call.place))
    .filter((run) => run.name === name && run.commit === commit)
    .sort((a, b) => a.id - b.id)
}
