import type { ArticleSpec, RunbookSpec } from '../../generated/types.ts'
import { type Address, nameOf } from '../../model/address.ts'
import { type Diagnostic, reporter } from '../../model/diagnostic.ts'
import type { LoadedDocument } from '../../model/document.ts'
import type { Graph } from '../../model/graph.ts'
import { specOf } from '../../model/practice.ts'
import { isNamed } from '../../practices/knowledge/texts.ts'
import { nearest } from '../../schema/nearest.ts'
import { loadCommit, loadWork } from '../estate.ts'
import { refusal } from '../records.ts'
import { targetBranch, targetTip } from '../target-branch.ts'
import type { World } from '../world.ts'
import { codes } from './codes.ts'

const report = reporter(codes)

/** A runbook or an article with its document. */
export interface KnownText<Spec = RunbookSpec | ArticleSpec> {
  readonly document: LoadedDocument
  readonly name: string
  readonly spec: Spec
}

/** The target branch as it stands; the working folder where nothing is committed yet, or where that is asked for. */
export async function knowledgeEstate(world: World, unmerged = false) {
  if (unmerged && world.unattended !== true) return loadWork(world)
  const tip = await targetTip(world, await targetBranch(world))
  return tip === undefined ? loadWork(world) : loadCommit(world, tip)
}

export const runbooksIn = (graph: Graph): readonly KnownText<RunbookSpec>[] =>
  graph.ofKind('Runbook').map((document) => ({
    ...{ document, name: nameOf(document.address), spec: specOf<RunbookSpec>(document) },
  }))

/** A runbook by its name, or the path of its file. */
export function expectRunbook(graph: Graph, wanted: string): KnownText<RunbookSpec> {
  const found = textNamed(graph, wanted, ['Runbook'])
  return { ...found, spec: specOf<RunbookSpec>(found.document) }
}

/** A runbook or an article, by its name, address or file. */
export function textNamed(graph: Graph, wanted: string, kinds: readonly string[] = ['Runbook', 'Article']): KnownText {
  const all = kinds.flatMap((kind) => graph.ofKind(kind))
  const document = all.find((d) => isNamed(d, wanted))
  if (document === undefined) throw refusal(unknownText(all, wanted))
  return { document, name: nameOf(document.address), spec: specOf<RunbookSpec>(document) }
}

function unknownText(all: readonly LoadedDocument[], wanted: string): Diagnostic {
  const names = all.map((d) => nameOf(d.address))
  const near = nearest(wanted, names)
  const summary = `there is no runbook or article ${JSON.stringify(wanted.slice(0, 80))}`
  return report('runbook-unknown', { summary, ...(near !== undefined && { hint: `did you mean ${near}?` }) })
}

/** Who answers for a document: `Team/platform`. */
export function ownerOf({ document }: Pick<LoadedDocument, 'document'>): Address | undefined {
  const [kind = '', name] = (document.metadata.owner ?? '').split('/')
  if (name === undefined) return undefined
  return `${kind.toLowerCase() === 'person' ? 'Person' : 'Team'}/${name}`
}
