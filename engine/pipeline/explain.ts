import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { JsonObject } from '../model/document.ts'
import type { Kinds } from '../model/kind.ts'
import { editorSchemas } from '../schema/editor-schemas.ts'
import { explainKind, explanationText } from '../schema/explain-kind.ts'
import { codes } from './codes.ts'
import { loadWork } from './estate.ts'
import { estateFile, usualDocuments } from './estate-file.ts'
import type { World } from './world.ts'

const report = reporter(codes)

const settingsFile = '.vscode/settings.json'

/** Explains a kind or a field. Kinds of the estate's own are among them where there is an estate. */
export async function explain(
  world: World,
  what: string,
): Promise<{ readonly text: string; readonly json: unknown } | { readonly refused: readonly Diagnostic[] }> {
  const kinds = await kindsHere(world)
  const explained = explainKind(kinds, what)
  if ('explanation' in explained) return { text: explanationText(explained.explanation), json: explained.explanation }
  const { unknown, didYouMean } = explained
  return {
    refused: [
      report(unknown.startsWith('there is no kind') ? 'kind-unknown' : 'field-unknown', {
        summary: unknown,
        ...(didYouMean !== undefined && { hint: `did you mean ${didYouMean}?` }),
      }),
    ],
  }
}

/** Every kind with one sentence, by domain. */
export async function listKinds(
  world: World,
): Promise<readonly { readonly kind: string; readonly domain: string; readonly description: string }[]> {
  return [...(await kindsHere(world)).values()]
    .map(({ name, domain, schema }) => ({ kind: name, domain, description: String(schema['description'] ?? '') }))
    .sort((a, b) => (a.domain + a.kind < b.domain + b.kind ? -1 : 1))
}

async function kindsHere(world: World): Promise<Kinds> {
  return (await world.folder.exists(estateFile)) ? (await loadWork(world)).kinds : world.kinds
}

export interface WrittenSchemas {
  readonly files: readonly string[]
  /** One schema for every document, complete in itself. */
  readonly all: unknown
  /** Why settings of the editor were left as they are. */
  readonly diagnostics: readonly Diagnostic[]
}

/** Writes what an editor needs to complete and check documents; settings that are there already are kept. */
export async function writeSchemas(
  world: World,
  options: { readonly out: string; readonly vscode: boolean; readonly dry: boolean },
): Promise<WrittenSchemas> {
  const { kinds, config } = await loadWork(world)
  const folder = options.out.replace(/\/+$/, '')
  const made = editorSchemas(kinds, world.fragments, config.documents ?? usualDocuments, folder)
  const schemas = new Map(made.filter((f) => f.path !== settingsFile).map((f) => [f.path, f.text]))
  const all = inOne(schemas, folder)
  if (options.dry) return { files: [], all, diagnostics: [] }
  const ours = made.find((f) => f.path === settingsFile)?.text
  const merged =
    options.vscode && ours !== undefined ? withSettings(await world.folder.read(settingsFile), ours) : undefined
  const files = new Map(schemas)
  if (merged !== undefined) files.set(settingsFile, merged)
  await world.folder.replace(files)
  const left = options.vscode && merged === undefined
  const summary = `${settingsFile} has a form that can't be merged into, such as comments; it was left as it is`
  return { files: [...files.keys()], all, diagnostics: left ? [report('settings-left', { summary })] : [] }
}

/** The schemas in one document: each keeps its name, by which the others refer to it. */
function inOne(schemas: ReadonlyMap<string, string>, folder: string): JsonObject {
  const named = [...schemas].map(
    ([path, text]) => [path.slice(folder.length + 1), JSON.parse(text, withoutUrn)] as const,
  )
  const root = named.find(([name]) => name === 'document.json')?.[1] as JsonObject
  const rest = named.filter(([name]) => name !== 'document.json')
  return { ...root, $defs: Object.fromEntries(rest.map(([name, schema]) => [name, { $id: name, ...schema }])) }
}

/** What schemas share is written into each of them, so its name stands there more than once. */
const withoutUrn = (key: string, value: unknown): unknown =>
  key === '$id' && typeof value === 'string' && value.startsWith('urn:') ? undefined : value

/** Settings of the editor with ours in them; undefined where those that are there can't be read as JSON. */
function withSettings(before: string | undefined, ours: string): string | undefined {
  if (before === undefined) return ours
  try {
    const there = JSON.parse(before) as Record<string, unknown>
    const wanted = JSON.parse(ours) as Record<string, unknown>
    const schemas = { ...(there['yaml.schemas'] as object | undefined), ...(wanted['yaml.schemas'] as object) }
    return `${JSON.stringify({ ...wanted, ...there, 'yaml.schemas': schemas }, null, 2)}\n`
  } catch {
    return undefined
  }
}
