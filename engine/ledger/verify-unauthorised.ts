import { canonicalJson } from '../model/canonical.ts'
import type { LedgerStep } from '../ports/ledger.ts'
import { openAfter, openUnauthorisedPath, unauthorisedFault, unauthorisedPath } from './unauthorised.ts'
import type { LedgerWalk } from './verify-walk.ts'

/** Why an entry about an unauthorised change is not as it should be; undefined where it is. */
export function unauthorisedStepFault(walk: LedgerWalk, id: string, step: LedgerStep, key: string): string | undefined {
  const path = unauthorisedPath(id) ?? ''
  const stray = step.changes.find((c) => c.path !== path && c.path !== openUnauthorisedPath)
  if (stray !== undefined) return `it writes ${stray.path}, which is not its record`
  const read = walk.read(step, path, 'unauthorised')
  if ('because' in read) return read.because
  const { before, after } = read
  const { state, host, resource } = after
  if (state === 'open') walk.unauthorised.set(id, { id, host, resource })
  else walk.unauthorised.delete(id)
  const list = walk.read(step, openUnauthorisedPath, 'openUnauthorised')
  if ('because' in list) return list.because
  if (after.id !== id) return `the record calls itself ${after.id}`
  if (canonicalJson(list.after.open) !== canonicalJson(openAfter(list.before?.open ?? [], after)))
    return 'the list of open ones is not what this makes of it'
  return contradiction(step, after) ?? unauthorisedFault(before, after) ?? walk.engineFault(key, step.commit.at)
}

function contradiction(
  { commit }: LedgerStep,
  {
    transition,
    found,
  }: { readonly transition: { name: string; uuid: string; actor: string; at: string }; readonly found: string },
): string | undefined {
  const { trailers } = commit
  const { name, uuid, actor, at } = transition
  if (trailers['Transition'] !== name || trailers['Transition-Id'] !== uuid || trailers['Actor'] !== actor)
    return 'its message contradicts its record'
  if (trailers['Subject'] !== undefined && trailers['Subject'] !== found) return 'its Subject is another state'
  return Math.floor(Date.parse(at) / 1000) === Date.parse(commit.at) / 1000
    ? undefined
    : 'its date contradicts its record'
}
