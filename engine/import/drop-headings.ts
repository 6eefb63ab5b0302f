import { isHeading } from './sections.ts'

/** Takes headings of ours out of a profile where nothing stands under them any more. All other comments are people's. */
export function dropHeadings(text: string): string {
  const lines = text.split('\n')
  // From the back, so that a heading over headings that went goes as well.
  for (let at = lines.length - 1; at >= 0; at--) {
    if (!isOwnHeading(lines[at])) continue
    const below = lines.slice(at + 1).find((line) => line.trim() !== '')
    if (below !== undefined && /^\s+\S/.test(below) && !isOwnHeading(below)) continue
    const blank = lines[at - 1]?.trim() === '' ? 1 : 0
    lines.splice(at - blank, 1 + blank)
  }
  // The first section needs no distance from the line above.
  return lines.join('\n').replace(/^( *resources:\n)\n+/m, '$1')
}

const isOwnHeading = (line: string | undefined): boolean => isHeading(/^\s+# (.*)$/.exec(line ?? '')?.[1] ?? '')
