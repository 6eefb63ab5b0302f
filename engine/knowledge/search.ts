import MiniSearch from 'minisearch'

/** A text as it is searched for. */
export interface Searchable {
  /** `Runbook/restart-checkout`. */
  readonly address: string
  readonly title: string
  /** Tags, symptoms, services. */
  readonly words: readonly string[]
  readonly text: string
}

export interface Found {
  readonly address: string
  /** Higher is better; what it is worth in itself depends on the other texts. */
  readonly score: number
  /** The part of the text that has most of the words. */
  readonly excerpt: string
}

/** Letters beyond which a word is not looked at, and words of a query. */
const mostLetters = 60
const mostWords = 40

/**
 * The texts that words find, best first, ranked by BM25+: titles count most, then tags, symptoms and services. A text is found by
 * any of the words, by their beginnings and by words that are almost the same.
 */
export function searchTexts(texts: readonly Searchable[], query: string, limit: number): readonly Found[] {
  const index = new MiniSearch<{ id: number; title: string; words: string; text: string }>({
    fields: ['title', 'words', 'text'],
    processTerm: (term) => (common.has(term.toLowerCase()) ? null : term.toLowerCase().slice(0, mostLetters)),
  })
  index.addAll(texts.map(({ title, words, text }, id) => ({ id, title, words: words.join(' '), text })))
  const asked = query.split(/\s+/).slice(0, mostWords).join(' ')
  const found = index.search(asked, {
    boost: { title: 4, words: 3 },
    prefix: (term) => term.length > 3,
    fuzzy: (term) => (term.length > 4 ? 0.2 : false),
  })
  return found.slice(0, limit).flatMap(({ id, score, terms }) => {
    const text = texts[Number(id)]
    return text === undefined
      ? []
      : [{ address: text.address, score: Math.round(score * 100) / 100, excerpt: excerptOf(text.text, terms) }]
  })
}

/** Words that say nothing of what somebody looks for. */
const common = new Set(
  'a an and are as at be but by can do does for from has have how i if in is it its my not of on or our so that the there they this to was we what when which who why will with you your'.split(
    ' ',
  ),
)

const excerptLength = 200

/** The line with most of the words; the first one where none has any. */
function excerptOf(text: string, terms: readonly string[]): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  let best = lines[0] ?? ''
  let most = 0
  for (const line of lines) {
    const lower = line.toLowerCase()
    const count = terms.filter((term) => lower.includes(term)).length
    if (count > most) [best, most] = [line, count]
  }
  return best.length > excerptLength ? `${best.slice(0, excerptLength)}…` : best
}
