import type { RecordedAction } from '../model/plan.ts'
import type { ChangeRecord } from '../model/record.ts'
import type { LedgerWalk } from './verify-walk.ts'

/** Keeps what failed, until it is gone on with or taken back. */
export function rememberFailure(walk: LedgerWalk, { id, state, merge, deployment }: ChangeRecord): void {
  if (state !== 'failed' || merge === undefined || deployment === undefined) {
    walk.failures.delete(id)
    return
  }
  const idle = new Set(deployment.results.filter((r) => r.outcome === 'not-started').map((r) => r.id))
  const touched = new Set(deployment.intents.filter((i) => !idle.has(i.action.id)).map((i) => placeOf(i.action)))
  const rules = merge.rules === undefined ? {} : { rules: merge.rules }
  walk.failures.set(id, { base: merge.base, environments: deployment.environments, touched, ...rules })
}

/**
 * Why an engine may not have taken a change back by itself; undefined where it may. Nobody approves that, so it is held to this: the
 * change has failed, the documents before it say that what fails is taken back, and nothing is done but on what it touched.
 */
export async function takingBackFault(walk: LedgerWalk, record: ChangeRecord): Promise<string | undefined> {
  const { rollbackOf = [], subject, merge, actions } = record
  const [id, other] = rollbackOf
  const failed = id === undefined || other !== undefined ? undefined : walk.failures.get(id)
  if (failed === undefined) return `it takes back ${rollbackOf.join(', ')}, which did not fail`
  if (failed.rules !== undefined) return `it goes back to where ${id} began, and nobody agreed to what stood there`
  const places = [subject.base, subject.head, merge?.commit, merge?.base]
  if (places.some((commit) => commit !== failed.base)) return `it does not go back to where ${id} began`
  const stray = actions.find((a) => a.verb !== 'restart' && !failed.touched.has(placeOf(a)))
  if (stray !== undefined) return `it changes ${stray.resource} on ${stray.host}, which ${id} did not touch`
  return (await walk.question.takesBack(failed.base, failed.environments))
    ? undefined
    : `nobody approved it, and no rollout in ${failed.base} says that what fails is taken back`
}

const placeOf = ({ host, resource }: RecordedAction): string => `${host} ${resource}`
