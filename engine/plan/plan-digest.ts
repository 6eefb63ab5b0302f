import { type Digest, digestOf, type Sha256 } from '../model/canonical.ts'
import type { Action, RecordedAction, ResourceOnHost } from '../model/plan.ts'

/** What the ledger keeps of an action: no values, no evidence. */
export function recordedAction(action: Action | RecordedAction): RecordedAction {
  const { id, host, resource, verb, reversibility, before, after } = action
  return { id, host, resource, verb, reversibility, before, after }
}

/**
 * Digest over the merge result's tree, the policies' digest, the ordered actions, the resources it was narrowed to and whether
 * hosts were looked at; no commit ids, clock or evidence.
 */
export function planDigest(
  plan: {
    readonly tree: string
    readonly policies: Digest
    readonly actions: readonly (Action | RecordedAction)[]
    readonly only?: readonly ResourceOnHost[] | undefined
    readonly desiredOnly?: true | undefined
  },
  sha256: Sha256,
): Digest {
  const { tree, policies, actions, only, desiredOnly } = plan
  return digestOf(sha256, { tree, policies, actions: actions.map(recordedAction), only, desiredOnly })
}
