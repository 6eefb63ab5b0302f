import type { CodeBook } from '../../engine/model/diagnostic.ts'

/** Text of `docs/reference/codes.md`: every code of a finding, what it means and what to do. */
export function codesPage(books: ReadonlyMap<string, CodeBook>): string {
  const entries = new Map([...books.values()].flatMap((book) => Object.entries(book)))
  const codes = [...entries.keys()].sort()
  return `${[
    '# Codes',
    '',
    'Written by `npm run reference` from the code books. Every finding that a command prints carries one of these codes.',
    ...codes.flatMap((code) => {
      const entry = entries.get(code)
      if (entry === undefined) return []
      const from = [...books].filter(([, book]) => code in book).map(([folder]) => `\`engine/${folder}\``)
      return [
        '',
        `## ${code}`,
        '',
        entry.meaning,
        '',
        `**What to do:** ${entry.fix}.`,
        '',
        `Severity ${entry.severity}, from ${from.join(' and ')}.`,
      ]
    }),
  ].join('\n')}\n`
}
