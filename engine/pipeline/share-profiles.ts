import { editYaml, type YamlEdit } from '../drift/edit-yaml.ts'
import type { Chosen } from '../import/choose-resources.ts'
import { codes as importCodes } from '../import/codes.ts'
import { profileText } from '../import/document-text.ts'
import { dropHeadings } from '../import/drop-headings.ts'
import { profilePathOf } from '../import/imported-host.ts'
import { placeOf } from '../import/sections.ts'
import { type Group, sharedName, sharedResources } from '../import/shared-resources.ts'
import { canonicalJson } from '../model/canonical.ts'
import { compareText, type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { JsonObject, LoadedDocument } from '../model/document.ts'
import { loadWork } from './estate.ts'
import type { EstateAt } from './estate-at.ts'
import type { World } from './world.ts'

const report = reporter(importCodes)
type Refused = { readonly refused: readonly Diagnostic[] }

export interface Label {
  readonly key: string
  readonly value: string
}

/** A profile that several hosts share now. */
export interface Shared {
  readonly profile: string
  readonly path: string
  readonly hosts: readonly string[]
  readonly resources: number
}

export interface ShareOptions {
  readonly hosts?: readonly string[]
  /** Select by this label instead of by names; the hosts get it where they lack it. */
  readonly label?: Label
  readonly least?: number
  /** Who shall answer for the shared profiles. */
  readonly owner?: string
}

/** A profile of one host alone. */
interface Own {
  readonly host: string
  readonly document: LoadedDocument
  readonly items: readonly { readonly type: string; readonly spec: JsonObject; readonly key: string | undefined }[]
}

/** What is written at the end, all at once: a refusal in the middle leaves everything as it was. */
interface Edits {
  readonly files: Map<string, string | Uint8Array>
  readonly gone: Set<string>
}

/** Moves what the profiles of several hosts have in common into profiles of their own. Files are edited in place. */
export async function shareProfiles(
  world: World,
  options: ShareOptions,
): Promise<{ readonly shared: readonly Shared[]; readonly hosts: readonly string[] } | Refused> {
  const estate = await loadWork(world)
  const own = ownProfiles(world, estate, options.hosts)
  const refused = objections(estate, own, options)
  if (refused.length > 0) return { refused }
  const keys = new Map(own.map(({ host, items }) => [host, items.flatMap(({ key }) => key ?? [])]))
  const groups = sharedResources(keys, options.least ?? 3).filter(
    ({ hosts }) => options.label === undefined || hosts.length === own.length,
  )
  const edits: Edits = { files: new Map(), gone: new Set() }
  const shared = groups.map((group, i) => moveTogether(estate, own, group, edits, options, groups.slice(0, i)))
  const failed = [
    ...(await takeOut(world, own, groups, edits)),
    ...(await addLabel(world, estate, own, options, edits)),
  ]
  if (failed.length > 0) return { refused: failed }
  if (groups.length > 0) {
    await world.folder.replace(edits.files)
    await world.folder.remove([...edits.gone].filter((path) => !edits.files.has(path)))
  }
  return { shared, hosts: own.map(({ host }) => host) }
}

/** Profiles that select one host by its name and nothing else. */
function ownProfiles(world: World, estate: EstateAt, wanted: readonly string[] | undefined): readonly Own[] {
  return estate.graph.ofKind('Profile').flatMap((document): Own[] => {
    const { selector, resources } = document.document.spec as { selector?: JsonObject; resources?: unknown }
    const hosts = selector?.['hosts']
    if (!Array.isArray(hosts) || hosts.length !== 1 || Object.keys(selector ?? {}).length !== 1) return []
    const host = String(hosts[0]).replace(/^host\//i, '')
    if (wanted !== undefined && !wanted.includes(host)) return []
    const items = (Array.isArray(resources) ? (resources as JsonObject[]) : []).map((item) => {
      const [type = '', spec = {}] = Object.entries(item)[0] ?? []
      return { type, spec: spec as JsonObject, key: keyOf(world, estate, type, spec as JsonObject) }
    })
    return [{ host, document, items }]
  })
}

/** Equal for resources that are the same in every respect; undefined for those that a host may fill in by itself. */
function keyOf(world: World, estate: EstateAt, type: string, spec: JsonObject): string | undefined {
  if (spec['template'] !== undefined) return undefined
  const { source } = spec
  if (typeof source !== 'string') return canonicalJson([type, spec])
  const bytes = estate.compile.sources(source)
  return bytes === undefined ? undefined : canonicalJson([type, { ...spec, source: world.sha256(bytes) }])
}

function objections(estate: EstateAt, own: readonly Own[], { hosts, label }: ShareOptions): readonly Diagnostic[] {
  const missing = (hosts ?? []).filter((host) => !own.some((o) => o.host === host))
  if (missing.length > 0)
    return [report('import-shared', { summary: `there is no profile of ${missing.join(', ')} alone` })]
  if (own.length < 2) return [report('import-shared', { summary: 'it takes the profiles of two hosts at least' })]
  if (label === undefined) return []
  const strangers = estate.graph
    .ofKind('Host')
    .filter(({ document }) => document.metadata.labels?.[label.key] === label.value)
    .map(({ document }) => document.metadata.name)
    .filter((host) => !own.some((o) => o.host === host))
  if (strangers.length === 0) return []
  const said = `${label.key}=${label.value}`
  return [
    report('import-shared', {
      summary: `${strangers.join(', ')} carry ${said}, too, and would get what the others share`,
    }),
  ]
}

/** The text of a shared profile, with the contents that it refers to moved along. */
function moveTogether(
  estate: EstateAt,
  own: readonly Own[],
  { hosts, keys }: Group,
  edits: Edits,
  { label, owner }: ShareOptions,
  before: readonly Group[],
): Shared {
  const taken = (name: string): boolean =>
    estate.graph.documents.has(`Profile/${name}`) || edits.files.has(profilePathOf(name))
  const profile = sharedName(hosts, taken)
  const wanted = new Set(keys)
  const [first] = own.filter(({ host }) => hosts.includes(host))
  const resources = (first?.items ?? [])
    .filter(({ key }) => key !== undefined && wanted.has(key))
    .map(({ type, spec }): Chosen => {
      const { source } = spec
      if (typeof source !== 'string') return { type, name: '', spec }
      const path = source.replace(/^files\/[^/]+\//, `files/${profile}/`)
      const bytes = estate.compile.sources(source)
      if (bytes !== undefined) edits.files.set(path, bytes)
      return { type, name: '', spec: { ...spec, source: path } }
    })
    // Stable: inside a type, the order of the first host stays.
    .sort((a, b) => placeOf(a.type) - placeOf(b.type) || compareText(a.type, b.type))
  for (const { host, items } of own)
    for (const { key, spec } of items)
      if (hosts.includes(host) && key !== undefined && wanted.has(key) && typeof spec['source'] === 'string')
        edits.gone.add(spec['source'])
  const selector = label === undefined ? { hosts } : { labels: { [label.key]: label.value } }
  const about = [
    `What ${hosts.join(', ')} have in common${before.length > 0 && hosts.length < own.length ? ', and no other host' : ''}.`,
  ]
  const path = profilePathOf(profile)
  edits.files.set(
    path,
    profileText({ name: profile, ...(owner !== undefined && { owner }), about, selector, resources }),
  )
  return { profile, path, hosts, resources: resources.length }
}

/** Takes what is shared now out of the profiles of the hosts; one that holds nothing else goes with its file. */
async function takeOut(
  world: World,
  own: readonly Own[],
  groups: readonly Group[],
  edits: Edits,
): Promise<readonly Diagnostic[]> {
  const failed: Diagnostic[] = []
  for (const { host, document, items } of own) {
    const moved = new Set(groups.filter(({ hosts }) => hosts.includes(host)).flatMap(({ keys }) => keys))
    const indexes = items.flatMap(({ key }, i) => (key !== undefined && moved.has(key) ? [i] : []))
    if (indexes.length === 0) continue
    const text = await textOf(world, document.file, edits)
    if (text === undefined) continue
    if (indexes.length === items.length && !/^---/m.test(text)) {
      edits.gone.add(document.file)
      continue
    }
    // From the back, so that indexes before stay true.
    const removals = indexes.reverse().map((i): YamlEdit => ({ path: ['spec', 'resources', i], remove: true }))
    const edited = editYaml(text, document.index, removals)
    if ('refused' in edited)
      failed.push(report('import-shared', { summary: `${document.file}: ${edited.refused}`, file: document.file }))
    else edits.files.set(document.file, dropHeadings(edited.text))
  }
  return failed
}

async function addLabel(
  world: World,
  estate: EstateAt,
  own: readonly Own[],
  { label }: ShareOptions,
  edits: Edits,
): Promise<readonly Diagnostic[]> {
  if (label === undefined) return []
  const failed: Diagnostic[] = []
  for (const { host } of own) {
    const loaded = estate.graph.documents.get(`Host/${host}`)
    const labels = loaded?.document.metadata.labels
    if (loaded === undefined || labels?.[label.key] === label.value) continue
    const text = await textOf(world, loaded.file, edits)
    const edit: YamlEdit =
      labels === undefined
        ? { path: ['metadata', 'labels'], set: { [label.key]: label.value } }
        : { path: ['metadata', 'labels', label.key], set: label.value }
    const edited = text === undefined ? { refused: 'it has gone' } : editYaml(text, loaded.index, [edit])
    if ('refused' in edited)
      failed.push(report('import-shared', { summary: `${loaded.file}: ${edited.refused}`, file: loaded.file }))
    else edits.files.set(loaded.file, edited.text)
  }
  return failed
}

/** As it will be: several documents of one file may change. */
async function textOf(world: World, path: string, edits: Edits): Promise<string | undefined> {
  const edited = edits.files.get(path)
  return typeof edited === 'string' ? edited : world.folder.read(path)
}
