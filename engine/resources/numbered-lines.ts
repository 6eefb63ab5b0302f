import { splitFirst, taggedLines } from './observed.ts'

/** A probe's output in lines `tag NUMBER rest`, the number being that of a resource, with `end` as its last line. */
export interface NumberedLines {
  /** False where the output was cut off, or is something else: then nothing may be concluded from what is missing. */
  readonly whole: boolean
  /** Tools that the host lacks: `missing TOOL`. */
  readonly missing: ReadonlySet<string>
  /** What follows a tag of a resource, first line first; empty where there is none. */
  all(index: number, tag: string): readonly string[]
  /** The first of them. */
  first(index: number, tag: string): string | undefined
}

/** Reads such output. Lines that have another form are left out. */
export function numberedLines(stdout: string): NumberedLines {
  const lines = taggedLines(stdout)
  const found = new Map<string, string[]>()
  for (const { tag, rest } of lines) {
    const [number, value] = splitFirst(rest)
    if (!/^\d{1,6}$/.test(number)) continue
    const key = `${tag} ${Number(number)}`
    found.set(key, [...(found.get(key) ?? []), value])
  }
  const all = (index: number, tag: string): readonly string[] => found.get(`${tag} ${index}`) ?? []
  return {
    whole: /(^|\n)end\n$/.test(stdout),
    missing: new Set(lines.flatMap(({ tag, rest }) => (tag === 'missing' ? [rest] : []))),
    all,
    first: (index, tag) => all(index, tag)[0],
  }
}
