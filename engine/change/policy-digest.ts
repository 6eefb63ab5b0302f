import { type Digest, digestOf, type Sha256 } from '../model/canonical.ts'
import type { JsonObject } from '../model/document.ts'
import type { Graph } from '../model/graph.ts'
import type { CodeOwners } from './code-owners.ts'

/**
 * Digest over everything of the base commit that decides who may agree to what: each `Policy` and `ChangePolicy`, the
 * members of each `Team`, the keys, accounts, e-mail address and standing of each `Person`, the lines of CODEOWNERS, and the estate's id, rule and settings of change
 * control. Names of people, contacts, descriptions and a policy's own examples are not part of it: changing them voids no approval.
 */
export function policyDigest(base: Graph, sha256: Sha256, codeOwners?: CodeOwners): Digest {
  const specs = (kind: string, pick: (spec: JsonObject) => unknown) =>
    base.ofKind(kind).map((d) => [d.address, pick(d.document.spec)])
  return digestOf(sha256, [
    specs('Policy', (spec) => spec),
    specs('ChangePolicy', ({ tests: _, ...spec }) => spec),
    specs('Team', ({ members }) => members),
    specs('Person', ({ email, active, bot, sshKeys, accounts }) => ({
      email,
      active: active ?? true,
      bot: bot ?? false,
      sshKeys: sshKeys ?? [],
      ...(accounts !== undefined && { accounts }),
    })),
    specs('Estate', ({ id, rule, changes }) => ({
      id,
      rule: rule ?? 'one-independent',
      ...(changes !== undefined && { changes }),
    })),
    ...(codeOwners === undefined ? [] : [codeOwners.rules.map(({ pattern, owners }) => [pattern, owners])]),
  ])
}
