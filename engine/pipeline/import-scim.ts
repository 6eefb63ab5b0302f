import { stringify } from 'yaml'
import { editYaml } from '../drift/edit-yaml.ts'
import { codes } from '../import/codes.ts'
import { readScim } from '../import/read-scim.ts'
import { scimDocuments } from '../import/scim-documents.ts'
import { type Address, kindOf, nameOf } from '../model/address.ts'
import { type Diagnostic, hasErrors, reporter } from '../model/diagnostic.ts'
import type { Json } from '../model/document.ts'
import { loadWork } from './estate.ts'
import type { World } from './world.ts'

const report = reporter(codes)

export interface ImportedScim {
  readonly created: readonly Address[]
  readonly changed: readonly Address[]
  readonly same: readonly Address[]
  /** Path → text of what was written, or would be. */
  readonly files: ReadonlyMap<string, string>
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * Writes people and groups of a directory into the working folder: new ones into files of their own, others where they stand, with
 * nothing but what the directory answers for touched. A second import of the same changes nothing.
 *
 * @param from files with what a directory answered, or the address of one
 */
export async function importScim(
  world: World,
  { from, dryRun }: { readonly from: readonly string[]; readonly dryRun: boolean },
): Promise<ImportedScim | { readonly refused: readonly Diagnostic[] }> {
  const answers = await answersOf(world, from)
  if ('refused' in answers) return answers
  const estate = await loadWork(world)
  const [fault] = estate.diagnostics.filter((d) => d.severity === 'error')
  if (fault !== undefined)
    return { refused: [report('import-estate', { summary: `the estate has errors: ${fault.summary}` })] }
  const drawn = scimDocuments(estate.graph, readScim(answers.answers))
  const { created, changed, same } = drawn
  const diagnostics = [...drawn.diagnostics]
  const files = new Map<string, string>()
  for (const { address, spec, note } of created) files.set(pathOf(address), textOf(address, spec, note))
  for (const { document, edits } of changed) {
    const text = files.get(document.file) ?? (await world.folder.read(document.file)) ?? ''
    const edited = editYaml(text, document.index, edits)
    if ('text' in edited) files.set(document.file, edited.text)
    else
      diagnostics.push(
        report('scim-unreadable', { summary: `${document.address}: ${edited.refused}`, subject: document.address }),
      )
  }
  const taken = await Promise.all(
    created.map(async (c) => ((await world.folder.exists(pathOf(c.address))) ? pathOf(c.address) : '')),
  )
  const occupied = taken.filter((path) => path !== '')
  if (occupied.length > 0)
    return { refused: [report('import-exists', { summary: `${occupied.join(', ')} would be written over` })] }
  if (!dryRun && !hasErrors(diagnostics)) await world.folder.replace(files)
  return {
    created: created.map((c) => c.address),
    changed: changed.map((c) => c.document.address),
    same,
    files,
    diagnostics,
  }
}

async function answersOf(
  world: World,
  from: readonly string[],
): Promise<{ readonly answers: readonly unknown[] } | { readonly refused: readonly Diagnostic[] }> {
  const answers: unknown[] = []
  const refused: Diagnostic[] = []
  const unreadable = (summary: string) => refused.push(report('scim-unreadable', { summary }))
  for (const said of from) {
    if (/^https?:/i.test(said)) {
      const fetched = await world.directory(said)
      if ('failure' in fetched) unreadable(`${said.slice(0, 200)}: ${fetched.failure}`)
      else answers.push(...fetched.answers)
      continue
    }
    const text = await world.readIfThere(said)
    try {
      if (text === undefined) unreadable(`there is no file ${said}`)
      else answers.push(JSON.parse(text))
    } catch {
      unreadable(`${said} is no JSON`)
    }
  }
  return refused.length > 0 ? { refused } : { answers }
}

const pathOf = (address: Address): string =>
  `inventory/organisation/${kindOf(address) === 'Person' ? 'people' : 'groups'}/${nameOf(address)}.yaml`

function textOf(address: Address, spec: Json, note: string | undefined): string {
  const metadata = { name: nameOf(address), ...(note !== undefined && { annotations: { 'scim-id': note } }) }
  return stringify({ apiVersion: 'plumbline/v1', kind: kindOf(address), metadata, spec }, { lineWidth: 0 })
}
