import picomatch from 'picomatch'
import { type CodeOwners, codeOwnersPaths, parseCodeOwners } from '../change/code-owners.ts'
import { checkDocuments } from '../checks/check-documents.ts'
import { goldenSources } from '../compile/golden-texts.ts'
import type { EstateSpec } from '../generated/types.ts'
import { buildGraph } from '../graph/build-graph.ts'
import { noteReads } from '../graph/note-reads.ts'
import { cacheKey, type Loaded, loadDocuments, type SourceFile } from '../load/load-documents.ts'
import { isKnowledge, isMarkdown } from '../load/markdown-file.ts'
import { compareDiagnostics, type Diagnostic, hasErrors, reporter } from '../model/diagnostic.ts'
import type { DocumentCache } from '../model/document-cache.ts'
import type { Graph } from '../model/graph.ts'
import type { Kinds } from '../model/kind.ts'
import { secretsFolder } from '../model/secret-ref.ts'
import type { FileEntry, Files, WorkState } from '../ports/files.ts'
import type { Validator } from '../schema/validator.ts'
import { codes } from './codes.ts'
import { compiled } from './compiled.ts'
import type { EstateAt } from './estate-at.ts'
import { estateFile, usualDocuments } from './estate-file.ts'
import { grantStarts } from './grant-starts.ts'
import { notificationRuleFindings } from './notify/check-rules.ts'
import { ownKinds } from './own-kinds.ts'
import { recordTypeFindings, recordTypesOf } from './record-types/types.ts'
import { refusal } from './records.ts'
import { pinsOf } from './release-pins.ts'
import type { World } from './world.ts'

const report = reporter(codes)

/** Commits whose documents are kept in memory at once: the two sides of a plan, and those before them. */
const estatesKept = 4

/** The working folder: for validate and the like. What is planned and applied comes from commits. */
export async function loadWork(world: World): Promise<EstateAt> {
  // Git looks at the folder while we load what its answer is checked with.
  const [files] = await Promise.all([world.workFiles(), world.quickValidators(), world.documentCache()])
  return load(world, 'work', files, undefined)
}

/**
 * The working folder as git has just seen it. From so many documents on, most of which were looked at before, they note what is
 * read of them as they are judged and hosts are compiled: who looks for the first time may never look again.
 */
export async function loadNoted(world: World, state: WorkState, notedFrom: number): Promise<EstateAt> {
  const [files] = await Promise.all([world.workFiles(state), world.quickValidators(), world.documentCache()])
  return load(world, 'work', files, undefined, 'whole', notedFrom)
}

/** A commit or tree, from the object database. Documents that changed since `base` are judged more strictly. */
export async function loadCommit(
  world: World,
  treeish: string,
  options: { readonly base?: EstateAt } = {},
): Promise<EstateAt> {
  const repository = await world.repository()
  // A tree is no commit, and known by its full id.
  const id = (await repository.resolve(treeish)) ?? (/^[0-9a-f]{40,64}$/.test(treeish) ? treeish : undefined)
  if (id === undefined) throw refusal(report('commit-missing', { summary: `there is no ${treeish}` }))
  // One command judges, plans and applies the same few commits: each is read once.
  const key = `${id} ${options.base?.treeish ?? ''}`
  const known = world.estates.get(key) ?? load(world, id, await world.treeFiles(id), options.base)
  world.estates.delete(key)
  world.estates.set(key, known)
  const others = [...world.estates.keys()].filter((k) => !k.startsWith(ofRelease))
  const [oldest] = others
  if (others.length > estatesKept && oldest !== undefined) world.estates.delete(oldest)
  return known
}

/** The working folder, or a commit where one is meant. */
export const loadMeant = (world: World, commit: string | undefined): Promise<EstateAt> =>
  commit === undefined ? loadWork(world) : loadCommit(world, commit)

/** Releases that are followed are few, and every commit that is looked at needs them. */
const ofRelease = 'release '

/** The documents of a release: of its commit, whatever its environments follow there. */
export async function loadRelease(world: World, commit: string): Promise<EstateAt> {
  const key = `${ofRelease}${commit}`
  const known = world.estates.get(key) ?? load(world, commit, await world.treeFiles(commit), undefined, 'release')
  world.estates.set(key, known)
  return known
}

/** The estate's configuration alone. */
export async function readConfig(world: World, treeish: string): Promise<EstateSpec> {
  const repository = await world.repository()
  const id = await repository.resolve(treeish)
  if (id === undefined) throw refusal(report('commit-missing', { summary: `there is no ${treeish}` }))
  return (await configOf(world, await world.treeFiles(id))).config
}

/** The configuration as it lies in the working folder. */
export async function readWorkConfig(world: World): Promise<EstateSpec> {
  return (await configOf(world, await world.workFiles())).config
}

async function load(
  world: World,
  treeish: string,
  files: Files,
  base: EstateAt | undefined,
  how: 'whole' | 'release' | 'documents' = 'whole',
  notedFrom = Number.POSITIVE_INFINITY,
): Promise<EstateAt> {
  const configured = await configOf(world, files)
  const own = await ownKinds(world, files, configured.config.schemas ?? 'schemas')
  const kinds: Kinds = new Map([...world.kinds, ...own.kinds])
  const wanted = picomatch([...(configured.config.documents ?? usualDocuments)], { dot: false })
  const knowledge = files.entries.filter((e) => isMarkdown(e.path) && isKnowledge(e.path))
  const yaml = files.entries.filter((e) => e.path === estateFile || (wanted(e.path) && !isMarkdown(e.path)))
  const cache = await world.documentCache()
  const isSeenBefore = 2 * yaml.filter((e) => e.blob !== undefined && cache.has(e.blob)).length > yaml.length
  await files.parseAhead?.(yaml, { ...configured.config.limits })
  const loaded = loadDocuments(await sources(world, files, [...yaml, ...knowledge]), {
    kinds,
    ...(configured.config.limits !== undefined && { limits: configured.config.limits }),
    cache,
    ...(knowledge.some((e) => !isCached(cache, e)) && {
      markdown: (await import('../knowledge/read-markdown.ts')).readMarkdown,
    }),
  })
  const { graph: plain, diagnostics } = buildGraph(loaded.documents, kinds, loaded.locate)
  const noted = isSeenBefore && plain.documents.size >= notedFrom ? noteReads(plain) : undefined
  const graph = noted?.graph ?? plain
  const starts =
    how !== 'whole'
      ? new Map()
      : await grantStarts(world, {
          graph,
          ...(base === undefined ? await commitAlone(world, treeish) : { base }),
          graphAt: (commit) => graphAt(world, commit),
        })
  const checked = checkDocuments({
    graph,
    plain,
    kinds,
    validators: new Map([...(await neededValidators(world, plain)), ...own.validators]),
    locate: loaded.locate,
    now: world.clock.now(),
    starts,
    ...(base !== undefined && { base: base.graph }),
    types: world.types,
    practices: world.practices,
  })
  // Of a commit that stands alone its pins are what was agreed to; those of the working folder are somebody's wish.
  const before = base?.graph ?? (treeish === 'work' ? undefined : 'same')
  const pins =
    how === 'whole'
      ? await pinsOf(world, { graph, locate: loaded.locate, before, load: (commit) => loadRelease(world, commit) })
      : { byHost: new Map(), diagnostics: [] }
  const owners = await codeOwnersOf(files)
  const sourcesNamed = namedSources(graph)
  const refused = new Set(checked.flatMap((d) => (d.code === 'schema' && d.subject !== undefined ? [d.subject] : [])))
  const records = await recordTypeFindings(world, graph, loaded.locate, refused)
  const rules = await notificationRuleFindings(graph, loaded.locate, recordTypesOf(world, { graph }), refused)
  const found = [...checked, ...pins.diagnostics, ...records, ...rules]
  const all = [...own.diagnostics, ...withoutEchoes(loaded, diagnostics), ...found].sort(compareDiagnostics)
  return {
    treeish,
    config: configured.config,
    kinds,
    graph,
    locate: loaded.locate,
    ...(owners !== undefined && { codeOwners: owners }),
    compile: compiled(world, {
      graph,
      sources: await contentOf(files, sourcesNamed),
      secretFiles: await secretFiles(files),
      locate: loaded.locate,
      starts,
      pins: pins.byHost,
    }),
    starts,
    diagnostics: all,
    ...(noted !== undefined && {
      noted: { reads: noted.reads, policies: plain.ofKind('Policy'), sources: sourcesNamed },
    }),
  }
}

/** Validators of built-in kinds of which a document is wrong. Where none is, what could say why is not even loaded. */
async function neededValidators(world: World, graph: Graph): Promise<ReadonlyMap<string, Validator>> {
  const quick = await world.quickValidators()
  const wrong = new Set<string>()
  for (const { document } of graph.documents.values())
    if (quick.get(document.kind)?.(document) === false) wrong.add(document.kind)
  return wrong.size === 0 ? new Map() : new Map([...(await world.validators())].filter(([kind]) => wrong.has(kind)))
}

/** A commit; nothing for the result of a merge that nobody made yet, and the working folder. */
async function commitAlone(world: World, treeish: string): Promise<{ readonly commit?: string }> {
  const commit = treeish === 'work' ? undefined : await (await world.repository()).resolve(treeish)
  return commit === undefined ? {} : { commit }
}

/** Documents alone, without what the ledger says of them. */
async function graphAt(world: World, commit: string): Promise<Graph> {
  return (await load(world, commit, await world.treeFiles(commit), undefined, 'documents')).graph
}

/** What refers to a document of a file that can't be read is no mistake of its own. */
function withoutEchoes(loaded: Loaded, graph: readonly Diagnostic[]): readonly Diagnostic[] {
  const missing = loaded.unreadable.length > 0 || hasErrors(loaded.diagnostics)
  const kept = missing ? graph.filter((d) => d.code !== 'dangling-reference') : graph
  return [...loaded.diagnostics, ...kept]
}

function isCached(cache: DocumentCache, entry: FileEntry): boolean {
  const key = cacheKey({ path: entry.path, ...(entry.blob !== undefined && { blob: entry.blob }) })
  return key !== undefined && cache.get(key) !== undefined
}

/** The bytes of what was not parsed before; those of the others are read only where a finding asks for a place in them. */
async function sources(world: World, files: Files, entries: readonly FileEntry[]): Promise<SourceFile[]> {
  const cache = await world.documentCache()
  const known = (entry: FileEntry): boolean => isCached(cache, entry)
  const isFile = (entry: FileEntry): boolean => entry.mode.startsWith('100')
  const ahead = files.oneByOne === true ? [] : entries.filter((e) => isFile(e) && !known(e))
  const bytes = await files.read(ahead)
  return entries.map((entry) => ({
    path: entry.path,
    mode: entry.mode,
    ...(entry.blob !== undefined && { blob: entry.blob }),
    bytes: () => bytes.get(entry.path) ?? (isFile(entry) ? files.readNow(entry) : new Uint8Array()),
  }))
}

/** Files of the estate that profiles and network devices take content from. */
function namedSources(graph: Graph): ReadonlySet<string> {
  const named = new Set<string>(goldenSources(graph))
  for (const profile of graph.ofKind('Profile')) {
    const { resources } = profile.document.spec as { resources?: unknown }
    for (const item of Array.isArray(resources) ? (resources as Record<string, { source?: unknown } | null>[]) : [])
      for (const spec of Object.values(item ?? {})) if (typeof spec?.source === 'string') named.add(spec.source)
  }
  return named
}

/** Files of the estate, read in one go. */
async function contentOf(files: Files, named: ReadonlySet<string>): Promise<(path: string) => Uint8Array | undefined> {
  const entries = files.entries.filter((e) => named.has(e.path) && e.mode.startsWith('100'))
  const bytes = entries.length === 0 ? new Map<string, Uint8Array>() : await files.read(entries)
  return (path) => bytes.get(path)
}

/** Encrypted values; what is larger than a secret ever is stays unread, and so is missing. */
async function secretFiles(files: Files): Promise<ReadonlyMap<string, Uint8Array>> {
  const inside = (e: FileEntry): boolean => e.path.startsWith(`${secretsFolder}/`) && e.mode.startsWith('100')
  const entries = files.entries.filter((e) => inside(e) && e.size <= 1_048_576)
  return entries.length === 0 ? new Map() : files.read(entries)
}

/** Who owns which files, as the forge reads it. */
async function codeOwnersOf(files: Files): Promise<CodeOwners | undefined> {
  const found = codeOwnersPaths.flatMap((path) => files.entries.find((e) => e.path === path) ?? [])
  const entry = found.find((e) => e.mode.startsWith('100'))
  const bytes = entry === undefined ? undefined : (await files.read([entry])).get(entry.path)
  return entry === undefined || bytes === undefined
    ? undefined
    : parseCodeOwners(entry.path, new TextDecoder().decode(bytes))
}

/** Reads plumbline.yaml. An estate whose configuration can't be read is none. */
async function configOf(world: World, files: Files): Promise<{ readonly config: EstateSpec }> {
  const entry = files.entries.find((e) => e.path === estateFile)
  if (entry === undefined) throw refusal(report('no-estate', { summary: `there is no ${estateFile}` }))
  const loaded = loadDocuments(await sources(world, files, [entry]), {
    kinds: world.kinds,
    cache: await world.documentCache(),
  })
  const [document] = loaded.documents.filter((d) => d.document.kind === 'Estate')
  const [fault] = loaded.diagnostics.filter((d) => d.severity === 'error')
  if (document === undefined || fault !== undefined)
    throw refusal(
      report('no-estate', { summary: `${estateFile} holds no Estate: ${fault?.summary ?? 'the kind is another'}` }),
    )
  return { config: document.document.spec as unknown as EstateSpec }
}
