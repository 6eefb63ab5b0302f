import type { Address } from '../model/address.ts'
import type { JsonObject } from '../model/document.ts'
import type { IgnoredDifference } from '../model/plan.ts'
import type { Change, FieldChange, ResourceId, ResourceType } from '../model/resource.ts'
import type { HostDiff } from './diff-host.ts'

/** An exception in force on a host: differences that somebody answers for until a day. */
export interface Exception {
  readonly address: Address
  readonly owner: string
  readonly reason: string
  readonly until: string
  /** Fields that are left; where there are none, the whole resource is. */
  readonly fields: readonly string[]
  covers(resource: ResourceId): boolean
}

export interface LeaveOut {
  readonly exceptions: readonly Exception[]
  /** Only these; everything that differs where not given. */
  readonly only?: ReadonlySet<ResourceId>
}

/**
 * Takes out of what differs what is not to be planned: fields and resources under an exception, and, where only some are
 * asked for, the others. A change with no field left is none. A restart goes with its last cause.
 */
export function leaveOut(
  diff: HostDiff,
  { exceptions, only }: LeaveOut,
): HostDiff & { readonly ignored: readonly IgnoredDifference[] } {
  if (exceptions.length === 0 && only === undefined) return { ...diff, ignored: [] }
  const ignored: IgnoredDifference[] = []
  const kept = diff.changes.flatMap((change): Change[] => {
    if (change.verb === 'restart') return [change]
    if (only?.has(change.resource.id) === false) return []
    const judged = judge(change, diff.host, exceptions)
    ignored.push(...judged.ignored)
    return judged.change === undefined ? [] : [judged.change]
  })
  const before = changedIn(diff.changes)
  const after = changedIn(kept)
  const changes = kept.filter(
    ({ verb, resource }) =>
      verb !== 'restart' ||
      resource.restartOn.some((id) => after.has(id)) ||
      !resource.restartOn.some((id) => before.has(id)),
  )
  const asked = (id: ResourceId): boolean => only === undefined || only.has(id)
  return {
    ...diff,
    changes,
    unknowns: diff.unknowns.filter((u) => asked(u.resource)),
    unchanged: diff.unchanged.filter(asked),
    ignored,
  }
}

const changedIn = (changes: readonly Change[]): ReadonlySet<ResourceId> =>
  new Set(changes.filter((c) => c.verb !== 'restart').map((c) => c.resource.id))

function judge(
  change: Change,
  host: string,
  exceptions: readonly Exception[],
): { readonly change?: Change; readonly ignored: readonly IgnoredDifference[] } {
  const { id } = change.resource
  const ignored: IgnoredDifference[] = []
  let fields: readonly FieldChange[] = change.fields
  for (const exception of exceptions) {
    if (!exception.covers(id)) continue
    const { address, owner, reason, until } = exception
    const about = { host, resource: id, exception: address, owner, reason, until }
    if (exception.fields.length === 0) return { ignored: [...ignored, { ...about, fields: [] }] }
    // Whether something is there at all is no field of it.
    if (change.verb !== 'update') continue
    const left = fields.filter((field) => isNamed(field, exception.fields))
    if (left.length === 0) continue
    ignored.push({ ...about, fields: left.map((field) => field.path) })
    fields = fields.filter((field) => !left.includes(field))
  }
  if (ignored.length === 0) return { change, ignored }
  return fields.length === 0 ? { ignored } : { change: { ...change, fields }, ignored }
}

/** `ports` names `ports` and everything in it. */
const isNamed = ({ path }: FieldChange, names: readonly string[]): boolean =>
  names.some((name) => path === name || path.startsWith(`${name}.`) || path.startsWith(`${name}[`))

/**
 * The change as it is carried out: what is left stays as the host has it, also where its type sets all fields at once. Only
 * the step sees this; what is compared and recorded is what the documents say.
 */
export function asCarriedOut(
  change: Change,
  ignored: readonly IgnoredDifference[],
  types: ReadonlyMap<string, ResourceType>,
): Change {
  const names = ignored.filter((i) => i.resource === change.resource.id).flatMap((i) => i.fields)
  const { type, name, spec } = change.resource
  const there = names.length === 0 ? undefined : types.get(type)?.restore(name, change.have)
  if (there === undefined || there === null) return change
  const kept = Object.fromEntries(Object.entries(there).filter(([key]) => names.includes(key)))
  return { ...change, resource: { ...change.resource, spec: { ...spec, ...kept } as JsonObject } }
}
