/** An incident as it is compared with others. */
export interface Likeness {
  readonly id: string
  /** Title and description. */
  readonly text: string
  readonly service?: string
  readonly item?: string
  /** What it is blamed on: numbers of changes, addresses. */
  readonly causes: readonly string[]
}

/** Why two incidents are taken for one. */
export interface Similarity {
  readonly id: string
  /** 0 to 1. */
  readonly score: number
  /** In words: `same service Service/shop`, `words: slow, basket (0.71)`. */
  readonly because: readonly string[]
}

/** From here on two of them are alike. */
export const alike = 0.6

const weights = { service: 0.25, item: 0.3, cause: 0.3, words: 0.55 }

/** Words that say nothing of what is wrong. */
const idle = new Set(
  'about after again all also and any are because been before but can cannot could did does done down for from get gets got had has have here how into its just more not now off only other our out over please seems she since some still than that the their them then there these they this too very was were what when where which while who why will with work working works you your'.split(
    ' ',
  ),
)

/** Words of a text that may tell it from others: in small letters, without numbers, each once. */
export function wordsOf(text: string): ReadonlySet<string> {
  const words = text
    .normalize('NFKC')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word.length > 2 && !/^\p{N}+$/u.test(word) && !idle.has(word))
  return new Set(words.slice(0, 500))
}

/** How much each word tells, by how many texts have it (inverse document frequency, smoothed as scikit-learn does). */
export class Vocabulary {
  readonly #texts: number
  readonly #holders = new Map<string, number>()

  constructor(texts: readonly ReadonlySet<string>[]) {
    this.#texts = texts.length
    for (const words of texts) for (const word of words) this.#holders.set(word, (this.#holders.get(word) ?? 0) + 1)
  }

  weight(word: string): number {
    return Math.log((1 + this.#texts) / (1 + (this.#holders.get(word) ?? 0))) + 1
  }

  /** Cosine of two texts by the weights of their words, and the words they share, those that tell most first. */
  compare(
    a: ReadonlySet<string>,
    b: ReadonlySet<string>,
  ): { readonly cosine: number; readonly shared: readonly string[] } {
    const shared = [...a].filter((word) => b.has(word))
    const dot = shared.reduce((sum, word) => sum + this.weight(word) ** 2, 0)
    const length = (words: ReadonlySet<string>): number =>
      Math.sqrt([...words].reduce((sum, word) => sum + this.weight(word) ** 2, 0))
    const lengths = length(a) * length(b)
    const telling = shared.sort((x, y) => this.weight(y) - this.weight(x) || (x < y ? -1 : 1))
    return { cosine: lengths === 0 ? 0 : dot / lengths, shared: telling }
  }
}

/** How alike two incidents are, with what makes them so. The same from either side. */
export function similarity(one: Likeness, other: Likeness, vocabulary: Vocabulary): Similarity {
  const because: string[] = []
  let score = 0
  if (one.service !== undefined && one.service === other.service) {
    score += weights.service
    because.push(`same service ${one.service}`)
  }
  if (one.item !== undefined && one.item === other.item) {
    score += weights.item
    because.push(`same item ${one.item}`)
  }
  const cause = [...one.causes].sort().find((c) => other.causes.includes(c))
  if (cause !== undefined) {
    score += weights.cause
    because.push(`same cause ${cause}`)
  }
  const { cosine, shared } = vocabulary.compare(wordsOf(one.text), wordsOf(other.text))
  if (shared.length > 0) {
    score += weights.words * cosine
    because.push(`words: ${shared.slice(0, 6).join(', ')} (${cosine.toFixed(2)})`)
  }
  return { id: other.id, score: Math.min(1, score), because }
}

/** Those of `others` that are alike, the most alike first. */
export function alikeTo(one: Likeness, others: readonly Likeness[]): readonly Similarity[] {
  const vocabulary = new Vocabulary([one, ...others].map((l) => wordsOf(l.text)))
  return others
    .filter((other) => other.id !== one.id)
    .map((other) => similarity(one, other, vocabulary))
    .filter((s) => s.score >= alike)
    .sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1))
}
