import { canonicalJson } from '../model/canonical.ts'
import type { AppliedHost } from '../model/record.ts'
import type {
  Catalogue,
  Change,
  FieldChange,
  Observation,
  Resource,
  ResourceId,
  ResourceType,
} from '../model/resource.ts'
import { type HostDiff, restarts } from './diff-host.ts'
import { judgeSecrets } from './secret-fields.ts'
import { removalOf } from './wanted.ts'

/** What documents alone change on a host, and what they let go of without removing it. */
export interface DocumentsDiff extends HostDiff {
  readonly released: readonly ResourceId[]
  /** What is wanted, removals included. */
  readonly wanted: readonly Resource[]
}

/**
 * Compares what two sets of documents want of a host, as if it stood exactly as the first wants it. Nothing is known of what is there:
 * no change says what it has, and what no document of the base declares is taken for new.
 *
 * @param base undefined where the base knows no such host
 * @param applied what is known to have been there before us is released, not removed
 */
export function diffDocuments(
  desired: Catalogue,
  base: Catalogue | undefined,
  types: ReadonlyMap<string, ResourceType>,
  applied?: AppliedHost,
): DocumentsDiff {
  const before = new Map(base?.resources.map((r) => [r.id, r]) ?? [])
  const after = new Set(desired.resources.map((r) => r.id))
  const typeOf = (name: string): ResourceType => {
    const type = types.get(name)
    if (type === undefined) throw new Error(`no resource type ${name}`)
    return type
  }
  const released: ResourceId[] = []
  const removed = [...before.values()].flatMap((resource): readonly Resource[] => {
    if (after.has(resource.id) || typeOf(resource.type).isAbsent(resource.spec)) return []
    const removal = applied?.resources[resource.id]?.created === false ? undefined : removalOf(resource.id, types)
    if (removal !== undefined) return [removal]
    released.push(resource.id)
    return []
  })
  const wanted = [...desired.resources, ...removed]
  const changes: Change[] = []
  const unchanged: ResourceId[] = []
  for (const resource of wanted) {
    const change = changeOf(resource, before.get(resource.id), typeOf(resource.type), applied)
    if (change === undefined) unchanged.push(resource.id)
    else changes.push(change)
  }
  const restarting = restarts(wanted, changes, running(before)).map((r) => ({ ...r, have: null }))
  return {
    host: desired.host,
    changes: [...changes, ...restarting],
    unknowns: [],
    unchanged,
    released: released.sort(),
    wanted,
  }
}

function changeOf(
  resource: Resource,
  before: Resource | undefined,
  type: ResourceType,
  applied: AppliedHost | undefined,
): Change | undefined {
  if (before !== undefined && canonicalJson(before.spec) === canonicalJson(resource.spec)) return undefined
  const was = before !== undefined && !type.isAbsent(before.spec)
  const digest = (): never => {
    throw new Error('nothing was seen that could be compared with what was applied')
  }
  const hide = (fields: readonly FieldChange[]) =>
    [resource, ...(before === undefined ? [] : [before])].reduce(
      (left, r) => judgeSecrets(r, { applied, digest })?.hide(left) ?? left,
      fields,
    )
  if (type.isAbsent(resource.spec)) {
    if (before !== undefined && !was) return undefined
    return { verb: 'delete', resource, have: null, fields: [] }
  }
  if (before === undefined || !was)
    return { verb: 'create', resource, have: null, fields: hide(type.diff(resource.spec, null, undefined)) }
  return { verb: 'update', resource, have: null, fields: hide(between(before, resource, type)) }
}

/** What differs between two wishes, in the words of their type: each says what it would make of nothing. */
function between(before: Resource, after: Resource, type: ResourceType): readonly FieldChange[] {
  const [old, wanted] = [before, after].map((r) => new Map(type.diff(r.spec, null, undefined).map((f) => [f.path, f])))
  if (old === undefined || wanted === undefined) return []
  const fields = [...new Set([...wanted.keys(), ...old.keys()])].flatMap((path): readonly FieldChange[] => {
    const [a, b] = [old.get(path), wanted.get(path)]
    if (a?.sensitive === true || b?.sensitive === true) {
      const same = path in after.spec && canonicalJson(before.spec[path]) === canonicalJson(after.spec[path])
      return same && a?.sensitive === b?.sensitive ? [] : [{ path, sensitive: true }]
    }
    const text = { before: a?.text?.after ?? '', after: b?.text?.after ?? '' }
    if (canonicalJson(a?.after ?? null) === canonicalJson(b?.after ?? null) && text.before === text.after) return []
    return [
      {
        path,
        ...(a?.after !== undefined && { before: a.after }),
        ...(b?.after !== undefined && { after: b.after }),
        ...((a?.text !== undefined || b?.text !== undefined) && { text }),
      },
    ]
  })
  // What makes no difference to something new may make one to what is there. Its values are for its type to show, and stay unsaid.
  return fields.length > 0 ? fields : wordsBetween(before, after)
}

const wordsBetween = ({ spec: before }: Resource, { spec: after }: Resource): readonly FieldChange[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((key) => canonicalJson(before[key] ?? null) !== canonicalJson(after[key] ?? null))
    .map((path) => ({ path, sensitive: true }))

/** Everything that the base wants to be there, taken to run where it does not say otherwise. */
const running = (before: ReadonlyMap<ResourceId, Resource>): ReadonlyMap<ResourceId, Observation> =>
  new Map(
    [...before].map(([id, { spec }]) => [
      id,
      { status: 'present', state: { running: spec['running'] !== false && spec['ensure'] !== 'absent' } },
    ]),
  )
