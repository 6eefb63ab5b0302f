import { stringify } from 'yaml'
import { Renderer } from '../../compile/render-template.ts'
import { editYaml, type YamlEdit } from '../../drift/edit-yaml.ts'
import { type Address, nameOf } from '../../model/address.ts'
import type { DeclaredRecord } from '../../model/declared-record.ts'
import { compareText, reporter } from '../../model/diagnostic.ts'
import type { Json, JsonObject } from '../../model/document.ts'
import { code } from '../../pull-request/markdown.ts'
import { fulfilmentProposal } from '../../pull-request/proposal.ts'
import { askersOf, type CatalogItem, type DocumentsToPropose, requesterOf } from '../../records/catalog.ts'
import { filled } from '../../records/fill.ts'
import { codes } from '../codes.ts'
import { loadCommit } from '../estate.ts'
import type { EstateAt } from '../estate-at.ts'
import { handOf } from '../hand.ts'
import { targetBranch, targetTip } from '../target-branch.ts'
import type { World } from '../world.ts'
import { allocateFor } from './allocate-for.ts'
import { type Proposed, proposeBranch, type Refused } from './propose-branch.ts'

const report = reporter(codes)

/** The branch on which what fulfils a request is proposed. */
export const branchFor = (id: string): string => `request/${id}`

/**
 * Writes the documents that fulfil a request on a branch, validated and planned, and opens a pull request of it where there
 * is a forge. Nothing is left where it does not come out. Done twice it is the same: the branch that is there is taken.
 */
export async function proposeFulfilment(
  world: World,
  estate: EstateAt,
  item: CatalogItem,
  record: DeclaredRecord,
): Promise<Proposed | Refused> {
  const wanted = item.spec.fulfilment.pullRequest
  if (wanted === undefined) return refuse('the item is not fulfilled by a pull request')
  const base = await targetTip(world, await targetBranch(world))
  if (base === undefined) return refuse('there is no target branch')
  const branch = branchFor(record.id)
  const files = await filesFor(world, estate, wanted, variablesOf(estate, record, world.clock.now()), base)
  if ('refused' in files) return files
  const asking = askersOf(record, estate.graph)
  const asked = [...new Set([requesterOf(record, estate.graph), ...asking])]
  const given = await allocateFor(world, { base, branch, files: files.files })
  if ('refused' in given) return given
  return proposeBranch(world, {
    ...{ base, branch, files: given.files },
    hand: await handOf(world, base, asking),
    title: `${record.id}: ${record.title}`,
    trailer: `Request: ${record.id}`,
    proposal: (told) =>
      fulfilmentProposal({
        ...{
          id: record.id,
          title: record.title,
          item: item.name,
          files: [...given.files.keys()].sort(compareText),
          told,
        },
        ...(typeof record.fields['reason'] === 'string' && { because: record.fields['reason'] }),
        asked: `${asked.map((who) => code(who, 100)).join(' and ')} asked for it, which makes them its authors`,
      }),
  })
}

const refuse = (summary: string): Refused => ({ refused: [report('fulfilment-failed', { summary })] })

/** What texts of a catalogue item can speak of. */
export function variablesOf({ graph }: EstateAt, record: DeclaredRecord, now: Date): JsonObject {
  const address = requesterOf(record, graph)
  const email = graph.documents.get(address as Address)?.document.spec['email']
  return {
    id: record.id,
    title: record.title,
    reason: typeof record.fields['reason'] === 'string' ? record.fields['reason'] : record.title,
    form: record.fields['form'] ?? {},
    requester: {
      address,
      name: nameOf(address),
      email: typeof email === 'string' ? email : '',
    },
    today: now.toISOString().slice(0, 10),
  }
}

async function filesFor(
  world: World,
  { graph }: EstateAt,
  { documents = [], patches = [] }: DocumentsToPropose,
  variables: JsonObject,
  base: string,
): Promise<{ readonly files: ReadonlyMap<string, Uint8Array> } | Refused> {
  const renderer = new Renderer()
  const fill = (value: Json) => filled(value, variables, (text, all) => renderer.render(text, all))
  const tree = await world.treeFiles(base)
  const there = new Set(tree.entries.map((e) => e.path))
  const files = new Map<string, string>()
  for (const wanted of documents) {
    const [file, document] = [fill(wanted.file), fill(wanted.document)]
    if ('error' in file) return refuse(file.error)
    if ('error' in document) return refuse(document.error)
    const path = String(file.value)
    if (!/^[a-z0-9][a-z0-9._-]*(\/[a-z0-9][a-z0-9._-]*)*\.yaml$/.test(path))
      return refuse(`${JSON.stringify(path)} is no place for a document`)
    if (foldersIn(path) !== foldersIn(wanted.file.replace(/\{\{.*?\}\}|\{%.*?%\}/gs, '')))
      return refuse(`${path} is elsewhere than ${wanted.file}: an answer names no folder`)
    if (there.has(path)) return refuse(`${path} is there already`)
    const text = stringify({ apiVersion: 'plumbline/v1', ...(document.value as JsonObject) }, { lineWidth: 0 })
    files.set(path, files.has(path) ? `${files.get(path)}---\n${text}` : text)
  }
  // What is edited is what stands there: a file may look otherwise than when it was agreed to.
  const current = patches.length === 0 ? { graph } : await loadCommit(world, base)
  for (const patch of patches) {
    const [address, set, add] = [fill(patch.document), fill(patch.set ?? {}), fill(patch.add ?? {})]
    for (const made of [address, set, add]) if ('error' in made) return refuse(made.error)
    const document = current.graph.documents.get(('value' in address ? String(address.value) : '') as Address)
    if (document === undefined)
      return refuse(`there is no ${'value' in address ? String(address.value) : ''} to be changed`)
    const entry = tree.entries.find((e) => e.path === document.file)
    const bytes = entry === undefined ? undefined : (await tree.read([entry])).get(entry.path)
    const before = files.get(document.file) ?? (bytes === undefined ? '' : Buffer.from(bytes).toString('utf8'))
    const sets = Object.entries('value' in set ? (set.value as JsonObject) : {}).map(
      ([path, value]): YamlEdit => ({ path: path.split('.'), set: value }),
    )
    const edits: YamlEdit[] = [...sets]
    for (const [path, value] of Object.entries('value' in add ? (add.value as JsonObject) : {})) {
      const more = addition(document.document as unknown as JsonObject, path.split('.'), value)
      if (more === undefined) return refuse(`${document.address}: ${path} is no list`)
      edits.push(more)
    }
    const edited = editYaml(before, document.index, edits)
    if ('refused' in edited) return refuse(`${document.address}: ${edited.refused}`)
    files.set(document.file, edited.text)
  }
  return { files: new Map([...files].map(([path, text]) => [path, Buffer.from(text)])) }
}

const foldersIn = (path: string): number => path.split('/').length - 1

/** One item more at the end of a list, or several; undefined where something else than a list stands there. */
function addition(document: JsonObject, path: readonly string[], value: Json): YamlEdit | undefined {
  let at: Json | undefined = document
  for (const step of path)
    at = typeof at === 'object' && at !== null && Object.hasOwn(at, step) ? (at as JsonObject)[step] : undefined
  if (at !== undefined && !Array.isArray(at)) return undefined
  const before = (at ?? []) as readonly Json[]
  const more = (Array.isArray(value) ? (value as readonly Json[]) : [value]).filter(
    (item) => !before.some((b) => JSON.stringify(b) === JSON.stringify(item)),
  )
  return { path, set: [...before, ...more] }
}
