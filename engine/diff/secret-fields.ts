import type { Digest } from '../model/canonical.ts'
import type { Json, JsonObject } from '../model/document.ts'
import type { AppliedHost, AppliedResource } from '../model/record.ts'
import type { FieldChange, Resource, ResourceId } from '../model/resource.ts'
import { holdsSecret } from '../model/secret-ref.ts'

/** What the ledger says was applied on the host: all there is to compare a secret with where its value is not known. */
export interface Known {
  readonly applied: AppliedHost | undefined
  readonly digest: (value: Json) => Digest
}

/** How a resource is judged that holds a secret, or held one when it was last applied. */
export interface SecretJudge {
  /** True where the ledger vouches that what is there is what is wanted. */
  readonly isAsApplied: (have: JsonObject) => boolean
  readonly hide: (fields: readonly FieldChange[]) => readonly FieldChange[]
}

/** Undefined where no secret is in play. */
export function judgeSecrets(resource: Resource, known: Known | undefined): SecretJudge | undefined {
  const last: AppliedResource | undefined = known?.applied?.resources[resource.id as ResourceId]
  if (holdsSecret(resource.spec))
    return {
      isAsApplied: (have) =>
        known !== undefined && last?.spec === known.digest(resource.spec) && last.state === known.digest(have),
      hide: (fields) => hideSecrets(resource.spec, fields),
    }
  if (last?.secret !== true) return undefined
  // What the host has may be the value that was a secret: nothing of it is shown.
  return { isAsApplied: () => false, hide: (fields) => fields.map(({ path }) => ({ path, sensitive: true })) }
}

/** Only what the spec says in clear words stays: what follows from a secret is not known by its name. */
function hideSecrets(spec: JsonObject, fields: readonly FieldChange[]): readonly FieldChange[] {
  return fields.map((field) => {
    const key = /^[^.[]+/.exec(field.path)?.[0] ?? ''
    const plain = spec[key] !== undefined && !holdsSecret(spec[key]) && field.text === undefined
    return plain && !holdsSecret(field.before) && !holdsSecret(field.after)
      ? field
      : { path: field.path, sensitive: true }
  })
}
