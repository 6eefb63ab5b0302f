import type { ApprovalVerdict } from '../change/judge-approvals.ts'
import { type Adoption, adoption } from '../drift/adoption.ts'
import { editYaml, type YamlEdit } from '../drift/edit-yaml.ts'
import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { JsonObject, LoadedDocument } from '../model/document.ts'
import type { DriftFinding } from '../model/drift.ts'
import type { Plan } from '../model/plan.ts'
import type { Change } from '../model/resource.ts'
import { codes } from './codes.ts'
import { contentOn } from './content-on.ts'
import { type Drifted, findDrift } from './drift.ts'
import { chosenFrom, type DriftChoice } from './drift-revert.ts'
import { type PlannedChange, planChange } from './plan-change.ts'
import { standingOf } from './plan-revision.ts'
import { expectGenesis } from './records.ts'
import { author } from './rollback.ts'
import type { World } from './world.ts'

const report = reporter(codes)
type Refused = { readonly refused: readonly Diagnostic[] }

export interface AdoptOptions extends DriftChoice {
  readonly branch?: string
  /** First line of the commit message. */
  readonly message?: string
  /** A resource that is gone is asked to be absent, instead of no longer being spoken of. */
  readonly absent: boolean
  /** Other hosts that get it from the same place may change. */
  readonly everywhere: boolean
}

export interface Adopted {
  readonly branch: string
  readonly commit: string
  readonly files: readonly string[]
  readonly adopted: readonly { readonly host: string; readonly resource: string }[]
  /** What the branch would do once it is merged: nothing to what was adopted. */
  readonly plan: Plan
  readonly standing: ApprovalVerdict
}

/**
 * Writes what hosts have into the documents, on a branch of its own: the places that declare it are edited, and nothing
 * else. The branch is planned before it is made; where it would not come out, or change hosts nobody spoke of, it is not.
 */
export async function adoptDrift(world: World, options: AdoptOptions): Promise<Adopted | Refused> {
  await expectGenesis(world)
  const found = await findDrift(world, { ...options, withoutClues: true })
  if ('refused' in found) return found
  const picked = chosenFrom(found.findings, options)
  if ('refused' in picked) return picked
  const branch = options.branch ?? branchFor(picked.chosen, world.clock.now())
  const repository = await world.repository()
  if ((await repository.resolve(`refs/heads/${branch}`)) !== undefined)
    return { refused: [report('branch-exists', { summary: `there is a branch ${branch} already` })] }
  const files = await editedFiles(world, found, picked.chosen, options.absent)
  if ('refused' in files) return files
  const { base } = found.plan.subject
  const tree = await repository.writeTree((await repository.commit(base)).tree, files.files)
  const head = await repository.writeCommit({
    tree,
    parents: [base],
    author: await author(world, base),
    message: messageFor(picked.chosen, options.message),
    signer: await world.personSigner(),
  })
  const planned = await planChange(world, { base, head, tree })
  if ('refused' in planned) return planned
  const faults = faultsOf(planned, found.plan, picked.chosen, options.everywhere)
  if (faults.length > 0) return { refused: faults }
  await repository.moveBranch(branch, null, head)
  return {
    branch,
    commit: head,
    files: [...files.files.keys()].sort(),
    adopted: picked.chosen.map(({ host, resource }) => ({ host, resource })),
    plan: planned.plan,
    standing: await standingOf(world, planned),
  }
}

type Files = { readonly files: ReadonlyMap<string, Uint8Array> }

/** The files of the estate as they have to be, each with everything that is adopted in it. */
async function editedFiles(
  world: World,
  found: Drifted,
  chosen: readonly DriftFinding[],
  absent: boolean,
): Promise<Files | Refused> {
  const refused: Diagnostic[] = []
  const edits = new Map<string, { document: LoadedDocument; edits: Map<string, YamlEdit> }>()
  const files = new Map<string, Uint8Array>()
  for (const finding of chosen) {
    const { host, resource: subject } = finding
    const impossible = (because: string) =>
      refused.push(report('adopt-impossible', { summary: `${subject} can not be adopted: ${because}`, host }))
    const change = changeOf(found, finding)
    const places = change === undefined ? [] : placesOf(found.planned, change)
    if (change === undefined || places.length === 0) {
      impossible('no profile of the estate declares it')
      continue
    }
    if (places.length !== change.resource.declaredBy.length) {
      impossible('a grant asks for it, too')
      continue
    }
    const content = await contentOn(world, found.planned, host, change)
    const excerpt = excerptOf(found, host, change)
    for (const { document, index, said } of places) {
      const type = world.types.get(change.resource.type)
      if (type === undefined) throw new Error(`no resource type ${change.resource.type}`)
      const { name, spec: want } = change.resource
      const { have, fields } = change
      const more = { ...(excerpt !== undefined && { excerpt }), ...(content !== undefined && { content }) }
      const done = adoption({ type, name, said, want, have, fields, absent, ...more })
      if ('refused' in done) {
        impossible(done.refused)
        continue
      }
      if ('source' in done && !put(files, done.source, done.content)) impossible(`hosts differ in ${done.source}`)
      const edit = editOf(['spec', 'resources', index], change.resource.type, done)
      const known = edits.get(document.address) ?? { document, edits: new Map<string, YamlEdit>() }
      const same = known.edits.get(String(index))
      if (same !== undefined && JSON.stringify(same) !== JSON.stringify(edit))
        impossible('hosts that get it from the same place differ; name one with --host')
      known.edits.set(String(index), edit)
      edits.set(document.address, known)
    }
  }
  if (refused.length > 0) return { refused }
  return rewritten(world, found, edits, files)
}

const changeOf = ({ planned }: Drifted, { host, resource }: DriftFinding): Change | undefined =>
  planned.hosts.work.find(
    (w) => w.action.host === host && w.action.resource === resource && w.action.verb !== 'restart',
  )?.change

function excerptOf({ planned }: Drifted, host: string, change: Change): string | undefined {
  const seen = planned.hosts.observations.get(host)?.observations.get(change.resource.id)
  return seen?.status === 'present' ? seen.excerpt : undefined
}

interface PlaceInProfile {
  readonly document: LoadedDocument
  readonly index: number
  readonly said: JsonObject
}

/** Where profiles declare it. */
function placesOf({ desired }: PlannedChange, { resource }: Change): readonly PlaceInProfile[] {
  return resource.declaredBy.flatMap(({ address, place }): PlaceInProfile[] => {
    const document = desired.graph.documents.get(address)
    const items = document?.document.kind === 'Profile' ? document.document.spec['resources'] : undefined
    if (document === undefined || !Array.isArray(items)) return []
    return items.flatMap((item: JsonObject, index: number): PlaceInProfile[] => {
      const said = item[resource.type] as JsonObject | undefined
      if (said === undefined) return []
      const at = desired.locate(document, ['spec', 'resources', index, resource.type], 'key')
      return at.line === place.line && at.column === place.column ? [{ document, index, said }] : []
    })
  })
}

function put(files: Map<string, Uint8Array>, path: string, content: Uint8Array): boolean {
  const known = files.get(path)
  files.set(path, content)
  return known === undefined || Buffer.from(known).equals(content)
}

function editOf(
  path: readonly (string | number)[],
  type: string,
  done: Exclude<Adoption, { refused: string }>,
): YamlEdit {
  return 'remove' in done ? { path, remove: true } : { path: [...path, type], set: done.said }
}

async function rewritten(
  world: World,
  { plan }: Drifted,
  edits: ReadonlyMap<string, { readonly document: LoadedDocument; readonly edits: ReadonlyMap<string, YamlEdit> }>,
  sources: ReadonlyMap<string, Uint8Array>,
): Promise<Files | Refused> {
  const files = new Map(sources)
  const tree = await world.treeFiles(plan.subject.base)
  for (const { document, edits: mine } of edits.values()) {
    const { file, index } = document
    const entry = tree.entries.find((e) => e.path === file)
    if (entry === undefined) throw new Error(`${file} is not in the tree it was read from`)
    const bytes = files.get(file) ?? (await tree.read([entry])).get(file) ?? new Uint8Array()
    // From the last one, so that what is taken out moves nothing that comes after.
    const order = [...mine].sort(([a], [b]) => Number(b) - Number(a)).map(([, edit]) => edit)
    const done = editYaml(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes), index, order)
    if ('refused' in done)
      return {
        refused: [report('adopt-impossible', { summary: `${file}: ${done.refused}`, file, line: document.line })],
      }
    files.set(file, new TextEncoder().encode(done.text))
  }
  return { files }
}

/** Why the branch is not made: it would still touch what was adopted, or change hosts that nobody spoke of. */
function faultsOf(
  { plan }: PlannedChange,
  before: Plan,
  chosen: readonly DriftFinding[],
  everywhere: boolean,
): readonly Diagnostic[] {
  const errors = plan.diagnostics.filter((d) => d.severity === 'error' && d.code !== 'all-unknown')
  if (errors.length > 0) return errors
  const adopted = new Set(chosen.map(placeOf))
  const still = plan.actions.filter((a) => a.verb !== 'restart' && adopted.has(placeOf(a)))
  if (still.length > 0)
    return still.map((a) =>
      report('adopt-impossible', {
        summary: `${a.resource} would still be changed in ${a.fields.map((f) => f.path).join(', ') || a.verb}`,
        host: a.host,
      }),
    )
  if (everywhere) return []
  const known = new Set(before.released.map(placeOf))
  const names = new Set([
    ...plan.actions.filter((a) => a.verb !== 'restart' && a.origin.cause !== 'drift').map((a) => a.host),
    ...plan.released.filter((r) => !known.has(placeOf(r)) && !adopted.has(placeOf(r))).map((r) => r.host),
    ...plan.unknowns
      .filter((u) => u.resource === undefined || chosen.some((c) => c.resource === u.resource))
      .map((u) => u.host),
  ])
  if (names.size === 0) return []
  const resources = [...new Set(chosen.map((c) => c.resource))].join(', ')
  const hosts = [...names].sort()
  const shown = `${hosts.slice(0, 10).join(', ')}${hosts.length > 10 ? ` and ${hosts.length - 10} more` : ''}`
  return [report('adopt-reaches-others', { summary: `${resources} would change on ${shown}, too` })]
}

const placeOf = ({ host, resource }: { readonly host: string; readonly resource: string }): string =>
  `${host} ${resource}`

/** `adopt/web-01-file-etc-motd-2026-11-22` */
function branchFor(chosen: readonly DriftFinding[], now: Date): string {
  const hosts = [...new Set(chosen.map((c) => c.host))]
  const ids = [...new Set(chosen.map((c) => c.resource))]
  const what = ids.length === 1 ? (ids[0] ?? '') : `${ids.length}-resources`
  const where = hosts.length === 1 ? (hosts[0] ?? '') : `${hosts.length}-hosts`
  const slug = `${where}-${what}`
    .replaceAll(/[^A-Za-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 80)
  return `adopt/${slug.toLowerCase()}-${now.toISOString().slice(0, 10)}`
}

function messageFor(chosen: readonly DriftFinding[], said: string | undefined): string {
  const [first, ...rest] = chosen
  const what = `${first?.resource ?? ''} as found on ${first?.host ?? ''}${rest.length === 0 ? '' : ` and ${rest.length} more`}`
  const lines = chosen.map(({ host, resource }) => `Adopts: ${host} ${resource}`.replaceAll(/[\x00-\x1f\x7f]/g, '?'))
  return `${(said ?? `Adopt ${what}`).replaceAll(/[\x00-\x1f\x7f]/g, ' ')}\n\n${lines.join('\n')}\n`
}
