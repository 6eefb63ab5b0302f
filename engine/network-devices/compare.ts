import { holdsMark, nameTokens, withoutTokens } from '../model/secret-ref.ts'
import type { Platform } from './platform.ts'
import type { Line } from './sections.ts'

/** What differs in one section. */
export interface SectionDifference {
  /** First lines of the sections around it, the outermost first; empty for what stands in none. */
  readonly section: readonly string[]
  readonly changes: readonly LineChange[]
}

export interface LineChange {
  /** `missing`: the device lacks it. `extra`: the device has it, and should not. `moved`: it stands at another place in its section. */
  readonly what: 'missing' | 'extra' | 'moved'
  /** The line with those that belong to it, two spaces further in for each level; nothing that is nobody's to see. */
  readonly lines: readonly string[]
}

/**
 * Compares what a device shall have with what it has, section by section. Where the platform says that order means nothing,
 * sections that are begun twice are one. A secret in the golden text stands for anything: devices show another form of it,
 * and its value is not needed to compare.
 */
export function compareConfigurations(
  golden: readonly Line[],
  device: readonly Line[],
  platform: Platform,
): readonly SectionDifference[] {
  const found: SectionDifference[] = []
  compareSection(golden, device, { section: [], ordered: platform.spec.order?.matters ?? true, turned: false })
  return found

  function compareSection(wanted: readonly Line[], seen: readonly Line[], at: Place): void {
    const [left, right] = at.ordered ? [wanted, seen] : [merged(wanted), merged(seen)]
    const pairs = pairUp(left, right)
    const moved = movedAmong(
      left.flatMap((line, i) => {
        const j = pairs.get(i)
        return j !== undefined && (at.ordered || platform.keepsOrder(line.text)) ? [[i, j] as const] : []
      }),
    )
    const taken = new Set(pairs.values())
    const changes: LineChange[] = [
      ...left.flatMap((line, i): LineChange[] => {
        if (!pairs.has(i)) return [{ what: 'missing', lines: shown(line, platform) }]
        return moved.has(i) ? [{ what: 'moved', lines: [platform.hide(nameTokens(line.text))] }] : []
      }),
      ...right.flatMap((line, j): LineChange[] =>
        taken.has(j) ? [] : [{ what: 'extra', lines: shown(line, platform) }],
      ),
    ]
    if (changes.length > 0) found.push({ section: at.section, changes })
    for (const [i, line] of left.entries()) {
      const other = right[pairs.get(i) ?? -1]
      if (other === undefined || (line.inside.length === 0 && other.inside.length === 0)) continue
      const turned = at.turned || platform.turnsOrder(other.text)
      compareSection(line.inside, other.inside, {
        section: [...at.section, platform.hide(nameTokens(line.text))],
        ordered: turned && !at.turned ? !at.ordered : at.ordered,
        turned,
      })
    }
  }
}

interface Place {
  readonly section: readonly string[]
  readonly ordered: boolean
  /** Whether order was turned to the other way already: that holds for everything inside. */
  readonly turned: boolean
}

/** Sections that are begun several times, as one; each time counts that its first line stands there, with nothing inside too. */
function merged(lines: readonly Line[]): readonly Line[] {
  const sections = new Map<string, Line[]>()
  for (const { text, inside } of lines) if (inside.length > 0) sections.set(text, [])
  const begun = new Set<string>()
  return lines.flatMap((line) => {
    const section = sections.get(line.text)
    if (section === undefined) return [line]
    section.push(...line.inside)
    if (begun.has(line.text)) return []
    begun.add(line.text)
    return [{ text: line.text, inside: section }]
  })
}

/** Which line of the left is which of the right: the first with the first of the same text, and so on. Each takes part once. */
function pairUp(left: readonly Line[], right: readonly Line[]): ReadonlyMap<number, number> {
  const places = new Map<string, number[]>()
  for (const [j, { text }] of right.entries()) {
    const known = places.get(text)
    if (known === undefined) places.set(text, [j])
    else known.push(j)
  }
  for (const known of places.values()) known.reverse()
  const pairs = new Map<number, number>()
  for (const [i, { text }] of left.entries()) {
    const j = places.get(text)?.pop()
    if (j !== undefined) pairs.set(i, j)
  }
  const open = [...places.values()].flat().sort((a, b) => a - b)
  for (const [i, { text }] of left.entries()) {
    if (!holdsMark(text)) continue
    const fits = around(text)
    const at = open.findIndex((j) => fits(right[j]?.text ?? ''))
    const [j] = at === -1 ? [] : open.splice(at, 1)
    if (j !== undefined) pairs.set(i, j)
  }
  return pairs
}

/** Whether a line is the golden one with anything in the place of its secrets. */
function around(golden: string): (text: string) => boolean {
  // No line of a configuration holds NUL, so it shows where the secrets were.
  const parts = golden.replace(/\ufdd0[^\ufdd1]*\ufdd1/g, '\0').split('\0')
  const [first = ''] = parts
  const last = parts.at(-1) ?? ''
  const between = parts.slice(1, -1)
  const least = withoutTokens(golden).length + parts.length - 1
  return (text) => {
    if (text.length < least || !text.startsWith(first) || !text.endsWith(last)) return false
    let from = first.length
    for (const part of between) {
      const at = text.indexOf(part, from + 1)
      if (at === -1) return false
      from = at + part.length
    }
    return from < text.length - last.length
  }
}

/** Those of the left that are out of order: all but a longest run that stands in the same order on both sides. */
function movedAmong(pairs: readonly (readonly [number, number])[]): ReadonlySet<number> {
  // Patience sorting: ends[n] is the pair that ends the best run of n + 1 found so far.
  const ends: number[] = []
  const before: (number | undefined)[] = []
  const place = (p: number): number => pairs[p]?.[1] ?? 0
  for (const [p, [, j]] of pairs.entries()) {
    let [low, high] = [0, ends.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (place(ends[middle] ?? 0) < j) low = middle + 1
      else high = middle
    }
    before[p] = ends[low - 1]
    ends[low] = p
  }
  const kept = new Set<number>()
  for (let p = ends.at(-1); p !== undefined; p = before[p]) kept.add(p)
  return new Set(pairs.flatMap(([i], p) => (kept.has(p) ? [] : [i])))
}

/** A line with all that belongs to it. */
function shown(line: Line, platform: Platform, indent = ''): string[] {
  const own = indent + platform.hide(nameTokens(line.text))
  return [own, ...line.inside.flatMap((inner) => shown(inner, platform, `${indent}  `))]
}
