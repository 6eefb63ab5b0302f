import { splitFirst } from './observed.ts'

/** One of the small files below a folder `x.d` that are read one after the other. */
export interface LayeredFile {
  /** What it sorts by. */
  readonly name: string
  readonly path: string
  /** Without comments and empty lines. */
  readonly lines: readonly string[]
  /** Whether a line was too long to be read out. */
  readonly cut: boolean
}

/** Earlier folders hide files of the same name in later ones. */
const order = ['/etc/', '/run/', '/usr/local/lib/', '/usr/lib/', '/lib/']

/**
 * Files in the order in which they are read, of a probe's lines `TAG I NAME PATH`, `line I TEXT` and `long I`. Of files
 * with the same name only the one in the first folder counts.
 */
export function layeredFiles(
  lines: readonly { readonly tag: string; readonly rest: string }[],
  tag: string,
): readonly LayeredFile[] {
  const byName = new Map<string, { readonly number: string; readonly path: string }>()
  const texts = new Map<string, string[]>()
  const cut = new Set<string>()
  for (const line of lines) {
    const [number, text] = splitFirst(line.rest)
    if (line.tag === 'line') texts.set(number, [...(texts.get(number) ?? []), text])
    else if (line.tag === 'long') cut.add(number)
    else if (line.tag === tag) {
      const [name, path] = splitFirst(text)
      const other = byName.get(name)
      if (other === undefined || place(path) < place(other.path)) byName.set(name, { number, path })
    }
  }
  return [...byName]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { number, path }]) => ({ name, path, lines: texts.get(number) ?? [], cut: cut.has(number) }))
}

function place(path: string): number {
  const found = order.findIndex((folder) => path.startsWith(folder))
  return found < 0 ? 0 : found
}
