import MiniSearch from 'minisearch'
import { nameOf } from '../../model/address.ts'
import { catalogOf } from '../../records/catalog.ts'
import type { DeskHere } from './desk-here.ts'

/** Something that may help before anybody has to be asked. */
export interface Suggestion {
  /** `article`, `runbook`, `known error`, `catalogue`, `record`. */
  readonly sort: string
  /** Its name or number. */
  readonly name: string
  readonly title: string
  /** What it says in short: a workaround, what one gets. */
  readonly about?: string
  /** The command that goes on with it. */
  readonly command: string
}

/** Finds what fits words, best first. */
type SuggestionSource = (
  desk: DeskHere,
  words: string,
  limit: number,
  asking: boolean,
) => Promise<readonly Suggestion[]>

/** In the order in which they are shown: what helps at once comes before what has to wait for somebody. */
const sources: readonly SuggestionSource[] = [articles, knownErrors, catalogueItems, sameAgain]

/**
 * What is known about these words: at most so many of each sort.
 *
 * @param asking somebody needs help with something: what is written for a team alone would not help them
 */
export async function suggestions(
  desk: DeskHere,
  words: string,
  limit: number,
  asking = false,
): Promise<readonly Suggestion[]> {
  const found: Suggestion[] = []
  for (const source of sources) found.push(...(await source(desk, words, limit, asking)))
  return found
}

/** Runbooks and articles. */
async function articles({ estate }: DeskHere, words: string, limit: number, asking: boolean) {
  const { suggestionsIn } = await import('../knowledge/search-knowledge.ts')
  const found = suggestionsIn(estate.graph, words, { limit, ...(asking && { teams: [] }) })
  return found.map(
    ({ address, title, excerpt, runs }): Suggestion => ({
      ...{ sort: runs ? 'runbook' : 'article', name: nameOf(address), title, about: excerpt },
      command: `plumbline runbook show ${nameOf(address)}`,
    }),
  )
}

/** Problems with a workaround, until a change makes them go away. */
async function knownErrors({ index }: DeskHere, words: string, limit: number) {
  const query = { types: ['problem'], states: ['known-error'], text: words, order: 'newest', limit } as const
  return (await index.find(query)).map(({ record }): Suggestion => {
    const { workaround } = record.fields
    return {
      sort: 'known error',
      name: record.id,
      title: record.title,
      ...(typeof workaround === 'string' && { about: workaround }),
      command: `plumbline problem show ${record.id}`,
    }
  })
}

async function catalogueItems({ estate }: DeskHere, words: string, limit: number) {
  const items = new Map(catalogOf(estate.graph).map((item) => [item.name, item.spec]))
  const search = new MiniSearch({
    fields: ['title', 'words', 'about', 'name'],
    searchOptions: {
      boost: { title: 4, words: 4, name: 2 },
      prefix: true,
      fuzzy: (term) => (term.length > 5 ? 0.2 : 0),
    },
  })
  search.addAll(
    [...items].map(([name, { title, about, words: others }]) => ({
      ...{ id: name, name: name.replaceAll('-', ' '), title },
      ...{ words: others?.join(' ') ?? '', about: about ?? '' },
    })),
  )
  return search
    .search(words)
    .slice(0, limit)
    .flatMap(({ id }): readonly Suggestion[] => {
      const spec = items.get(String(id))
      if (spec === undefined) return []
      const { title, about } = spec
      return [
        {
          sort: 'catalogue',
          name: String(id),
          title,
          ...(about !== undefined && { about }),
          command: `plumbline request new ${id}`,
        },
      ]
    })
}

/** Incidents and problems that are open: whoever tells of the same again adds to them. */
async function sameAgain({ index }: DeskHere, words: string, limit: number) {
  const query = { types: ['incident'], open: true, text: words, order: 'newest', limit } as const
  return (await index.find(query)).map(
    ({ record }): Suggestion => ({
      ...{ sort: 'record', name: record.id, title: record.title },
      command: `plumbline ${record.type} comment ${record.id} "…"`,
    }),
  )
}
