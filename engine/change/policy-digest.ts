import { type Digest, digestOf, type Sha256 } from '../model/canonical.ts'
import type { JsonObject } from '../model/document.ts'
import type { Graph } from '../model/graph.ts'

/**
 * Digest over everything of the base commit that decides who may agree to what: each `Policy` and `ChangePolicy`, the
 * members of each `Team`, the keys, e-mail address and standing of each `Person`, and the estate's id and rule. Names of people, contacts
 * and descriptions are not part of it: changing them voids no approval.
 */
export function policyDigest(base: Graph, sha256: Sha256): Digest {
  const specs = (kind: string, pick: (spec: JsonObject) => unknown) =>
    base.ofKind(kind).map((d) => [d.address, pick(d.document.spec)])
  return digestOf(sha256, [
    specs('Policy', (spec) => spec),
    specs('ChangePolicy', (spec) => spec),
    specs('Team', ({ members }) => members),
    specs('Person', ({ email, active, bot, sshKeys }) => ({
      email,
      active: active ?? true,
      bot: bot ?? false,
      sshKeys: sshKeys ?? [],
    })),
    specs('Estate', ({ id, rule }) => ({ id, rule: rule ?? 'one-independent' })),
  ])
}
