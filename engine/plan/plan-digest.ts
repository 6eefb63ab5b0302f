import { type Digest, digestOf, type Sha256 } from '../model/canonical.ts'
import type { Action, RecordedAction } from '../model/plan.ts'

/** What the ledger keeps of an action: no values, no evidence. */
export function recordedAction(action: Action): RecordedAction {
  const { id, host, resource, verb, reversibility, before, after } = action
  return { id, host, resource, verb, reversibility, before, after }
}

/** Digest over the merge result's tree, the policies' digest and the ordered actions; no commit ids, clock or evidence. */
export function planDigest(tree: string, policies: Digest, actions: readonly Action[], sha256: Sha256): Digest {
  return digestOf(sha256, { tree, policies, actions: actions.map(recordedAction) })
}
