import { type Adoption, adoption } from '../drift/adoption.ts'
import { editYaml, type YamlEdit } from '../drift/edit-yaml.ts'
import { secretIn } from '../import/secret-in.ts'
import { findSecrets } from '../load/find-secret.ts'
import { canonicalJson } from '../model/canonical.ts'
import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { JsonObject, LoadedDocument } from '../model/document.ts'
import type { DriftFinding } from '../model/drift.ts'
import type { Change } from '../model/resource.ts'
import { codes } from './codes.ts'
import { contentOn } from './content-on.ts'
import type { Drifted } from './drift.ts'
import type { PlannedChange } from './plan-change.ts'
import type { World } from './world.ts'

const report = reporter(codes)

type Files = { readonly files: ReadonlyMap<string, Uint8Array> }
type Refused = { readonly refused: readonly Diagnostic[] }

/** The files of the estate as they have to be, each with everything that is adopted in it. */
export async function adoptedFiles(
  world: World,
  drifted: Drifted,
  chosen: readonly DriftFinding[],
  absent: boolean,
): Promise<Files | Refused> {
  const edits = new Edits()
  const refused: Diagnostic[] = []
  for (const finding of chosen) {
    const faults = await adoptOne(world, drifted, finding, absent, edits)
    const { host, resource } = finding
    refused.push(
      ...faults.map((because) =>
        report('adopt-impossible', { summary: `${resource} can not be adopted: ${because}`, host }),
      ),
    )
  }
  return refused.length > 0 ? { refused } : rewritten(world, drifted.plan.subject.base, edits)
}

/** What is to be changed where, collected over all hosts. */
class Edits {
  /** Content of files that documents take the content of others from. */
  readonly sources = new Map<string, Uint8Array>()
  readonly documents = new Map<string, { readonly document: LoadedDocument; readonly items: Map<number, YamlEdit> }>()

  /** False where another host asked for something else there. */
  addSource(path: string, content: Uint8Array): boolean {
    const known = this.sources.get(path)
    this.sources.set(path, content)
    return known === undefined || Buffer.from(known).equals(content)
  }

  /** False where another host asked for something else there. */
  addItem({ document, index }: PlaceInProfile, edit: YamlEdit): boolean {
    const known = this.documents.get(document.address) ?? { document, items: new Map<number, YamlEdit>() }
    const before = known.items.get(index)
    known.items.set(index, edit)
    this.documents.set(document.address, known)
    return before === undefined || canonicalJson(before) === canonicalJson(edit)
  }
}

/** Adds the edits for one resource of one host; says why where that can't be. */
async function adoptOne(
  world: World,
  drifted: Drifted,
  finding: DriftFinding,
  absent: boolean,
  edits: Edits,
): Promise<readonly string[]> {
  const change = changeOf(drifted, finding)
  const places = change === undefined ? [] : placesOf(drifted.planned, change)
  if (change === undefined || places.length === 0) return ['no profile of the estate declares it']
  if (places.length !== change.resource.declaredBy.length) return ['something else than a profile asks for it, too']
  const { resource, have, fields } = change
  const type = world.types.get(resource.type)
  if (type === undefined) throw new Error(`no resource type ${resource.type}`)
  const content = await contentOn(world, drifted.planned, finding.host, change)
  const seen = drifted.planned.hosts.observations.get(finding.host)?.observations.get(resource.id)
  const excerpt = seen?.status === 'present' ? seen.excerpt : undefined
  const there = { ...(excerpt !== undefined && { excerpt }), ...(content !== undefined && { content }) }
  return places.flatMap((place): string[] => {
    const { name, spec: want } = resource
    const done = adoption({ type, name, said: place.said, want, have, fields, absent, ...there })
    if ('refused' in done) return [done.refused]
    const because = objection(drifted, done, want)
    if (because !== undefined) return [because]
    const alike =
      edits.addItem(place, editOf(place, resource.type, done)) &&
      (!('source' in done) || edits.addSource(done.source, done.content))
    return alike ? [] : ['hosts that get it from the same place differ; name one with --host']
  })
}

/** Why what a host has must not get into the estate by itself: what it says there is taken for what people said. */
function objection({ planned }: Drifted, done: Adoption, want: JsonObject): string | undefined {
  if (!('said' in done)) return undefined
  if ('source' in done) {
    const { source } = done
    const documents = [...planned.desired.graph.documents.values()]
    if (documents.some((d) => d.file === source) || /^(?:\.|plumbline\.yaml$|secrets\/)/.test(source))
      return `its content comes from ${source}, which means more to the estate than the content of a file`
  }
  const content = 'source' in done ? { content: new TextDecoder().decode(done.content) } : {}
  const known = (text: string): string | undefined => findSecrets(text)[0]?.what
  const told = secretIn({ ...done.said, ...content }, known)
  // What the repository holds anyway is no news.
  return told === undefined || secretIn(want, known) !== undefined ? undefined : told
}

const changeOf = ({ planned }: Drifted, { host, resource }: DriftFinding): Change | undefined =>
  planned.hosts.work.find(
    ({ action }) => action.host === host && action.resource === resource && action.verb !== 'restart',
  )?.change

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

function editOf({ index }: PlaceInProfile, type: string, done: Exclude<Adoption, { refused: string }>): YamlEdit {
  const path = ['spec', 'resources', index]
  return 'remove' in done ? { path, remove: true } : { path: [...path, type], set: done.said }
}

async function rewritten(world: World, base: string, { sources, documents }: Edits): Promise<Files | Refused> {
  const files = new Map(sources)
  const tree = await world.treeFiles(base)
  for (const { document, items } of documents.values()) {
    const { file, index, line } = document
    const entry = tree.entries.find((e) => e.path === file)
    if (entry === undefined) throw new Error(`${file} is not in the tree it was read from`)
    const bytes = files.get(file) ?? (await tree.read([entry])).get(file) ?? new Uint8Array()
    // From the last one, so that what is taken out moves nothing that comes after.
    const order = [...items].sort(([a], [b]) => b - a).map(([, edit]) => edit)
    const before = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
    const done = editYaml(before, index, order)
    if ('refused' in done)
      return { refused: [report('adopt-impossible', { summary: `${file}: ${done.refused}`, file, line })] }
    if (done.text !== before) files.set(file, new TextEncoder().encode(done.text))
  }
  return { files }
}
