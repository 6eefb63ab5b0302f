import { compareVersions } from '../model/version.ts'
import type { LedgerStep } from '../ports/ledger.ts'
import { baselineDigest, releaseFault, releasePath } from './release-record.ts'
import type { LedgerWalk } from './verify-walk.ts'

/** Why an entry about a release is not as it should be; undefined where it is. */
export async function releaseStepFault(
  walk: LedgerWalk,
  id: string,
  step: LedgerStep,
  key: string,
): Promise<string | undefined> {
  const path = releasePath(id)
  if (path === undefined) return `${id} is no number of a release`
  const read = walk.only(step, path, 'release')
  if ('because' in read) return read.because
  const { before, after } = read
  const newest = walk.newestReleases.get(after.pipeline)
  walk.releases.set(id, { id, commit: after.commit })
  if (before === undefined) walk.newestReleases.set(after.pipeline, after.version)
  if (after.id !== id) return `the record calls itself ${after.id}`
  const { name, uuid, actor, at } = after.transition
  const { trailers } = step.commit
  if (trailers['Transition'] !== name || trailers['Transition-Id'] !== uuid || trailers['Actor'] !== actor)
    return 'its message contradicts its record'
  if (trailers['Subject'] !== undefined && trailers['Subject'] !== after.commit) return 'its Subject is another commit'
  if (Math.floor(Date.parse(at) / 1000) !== Date.parse(step.commit.at) / 1000) return 'its date contradicts its record'
  const fault = releaseFault(before, after)
  if (fault !== undefined) return fault
  if (before === undefined) {
    if (after.previous !== newest)
      return `it says that it follows ${after.previous ?? 'nothing'}, and ${newest ?? 'nothing'} was released before`
    if (newest !== undefined && compareVersions(newest, after.version) >= 0)
      return `its number does not come after ${newest}`
    if (baselineDigest(after.catalogues, walk.question.sha256) !== after.baseline)
      return 'its baseline is not the digest of its catalogues'
    if (!(await walk.question.isOnMain(after.commit)))
      return `it names ${after.commit}, which the target branch does not hold`
  }
  return walk.engineFault(key, step.commit.at)
}
