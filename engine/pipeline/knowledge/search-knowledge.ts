import { searchTexts } from '../../knowledge/search.ts'
import { type Address, addressOf, nameOf } from '../../model/address.ts'
import type { DeclaredRecord } from '../../model/declared-record.ts'
import { reporter } from '../../model/diagnostic.ts'
import type { Graph } from '../../model/graph.ts'
import { declaredRecord } from '../record-types/read.ts'
import { unknownRecord } from '../record-types/write.ts'
import { refusal } from '../records.ts'
import type { World } from '../world.ts'
import { codes } from './codes.ts'
import { type KnownText, knowledgeEstate, ownerOf, textNamed } from './find-runbook.ts'

const report = reporter(codes)

/** A runbook or an article that may help. */
export interface Suggestion {
  readonly address: Address
  readonly title: string
  /** Where it is read. */
  readonly file: string
  readonly owner?: Address
  /** It has steps that `plumbline runbook run` runs. */
  readonly runs: boolean
  readonly services: readonly string[]
  readonly score: number
  readonly excerpt: string
}

export interface SuggestOptions {
  readonly limit?: number
  /** It counts for more where a text is about this service. */
  readonly service?: string
  /** Whether what is for the owning team alone is found as well: these are the teams of whoever asks. All, where none are given. */
  readonly teams?: readonly string[]
}

/** Runbooks and articles of the target branch that words find, best first. */
export async function suggestions(
  world: World,
  words: string,
  options: SuggestOptions = {},
): Promise<readonly Suggestion[]> {
  const { graph } = await knowledgeEstate(world)
  return suggestionsIn(graph, words, options)
}

/** The same, of documents that were read. */
export function suggestionsIn(
  graph: Graph,
  words: string,
  { limit = 10, service, teams }: SuggestOptions = {},
): readonly Suggestion[] {
  const texts = new Map(readable(graph, teams).map((t) => [t.document.address, t]))
  const meant = service === undefined ? undefined : nameOf(service)
  const searchable = [...texts.values()].map(({ document, spec }) => ({
    address: document.address,
    title: spec.title,
    words: [...(spec.tags ?? []), ...(spec.symptoms ?? []).flatMap((s) => s.split('-')), ...(spec.services ?? [])],
    text: spec.text ?? '',
  }))
  const found = searchTexts(searchable, words, meant === undefined ? limit : searchable.length)
  return found
    .flatMap(({ address, score, excerpt }) => {
      const text = texts.get(address as Address)
      if (text === undefined) return []
      const about = meant !== undefined && (text.spec.services ?? []).some((s) => nameOf(s) === meant)
      return [suggestionOf(text, about ? score * 1.5 : score, excerpt)]
    })
    .sort((a, b) => b.score - a.score)
    .slice(0, limit)
}

/** Current runbooks of a service, those first that can be run: for whoever looks at an incident of it. */
export function runbooksOf(graph: Graph, service: string): readonly Suggestion[] {
  const address = addressOf('Service', nameOf(service))
  const documents = graph
    .incoming(address)
    .flatMap((edge) => (edge.from.startsWith('Runbook/') && edge.label === 'spec.services' ? [edge.from] : []))
  const known = new Set(documents)
  return readable(graph)
    .filter(({ document }) => known.has(document.address))
    .map((text) => suggestionOf(text, 0, ''))
    .sort((a, b) => Number(b.runs) - Number(a.runs))
}

/** Runbooks of the target branch for what a record is about; none where it names no service. */
export async function runbooksFor(world: World, { fields }: DeclaredRecord): Promise<readonly Suggestion[]> {
  const { service } = fields
  return typeof service === 'string' ? runbooksOf((await knowledgeEstate(world)).graph, service) : []
}

/** The service that a record is about; refused where there is no such record, or it names none. */
export async function serviceOf(world: World, type: string, id: string): Promise<string> {
  const found = await declaredRecord(world, type, id)
  if (found === undefined) throw refusal(unknownRecord(type, id))
  const { service } = found.record.fields
  if (typeof service === 'string') return service
  throw refusal(
    report('runbook-unknown', {
      summary: `${found.record.id} is about no service`,
      hint: 'plumbline runbook list shows all runbooks',
    }),
  )
}

function readable(graph: Graph, teams?: readonly string[]): readonly KnownText[] {
  return [...graph.ofKind('Runbook'), ...graph.ofKind('Article')]
    .map(({ address }) => textNamed(graph, address))
    .filter(({ spec, document }) => {
      if (spec.status === 'retired' || spec.status === 'draft') return false
      if (teams === undefined || spec.audience !== 'team') return true
      const owner = ownerOf(document)
      return owner !== undefined && teams.includes(owner)
    })
}

function suggestionOf({ document, spec }: KnownText, score: number, excerpt: string): Suggestion {
  const owner = ownerOf(document)
  return {
    ...{ address: document.address, title: spec.title, file: document.file },
    ...(owner !== undefined && { owner }),
    runs: 'steps' in spec && (spec.steps?.length ?? 0) > 0,
    services: (spec.services ?? []).map((s) => nameOf(addressOf('Service', nameOf(s)))),
    ...{ score, excerpt },
  }
}
