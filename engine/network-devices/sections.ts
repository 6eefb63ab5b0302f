import type { Platform } from './platform.ts'

/** A line of a configuration, and those that belong to it. */
export interface Line {
  /** Without the spaces around it, and without the brace or semicolon at its end. */
  readonly text: string
  readonly inside: readonly Line[]
}

/** What can't be read, with the line that it was seen at, counted from 1. */
export interface Unreadable {
  readonly problem: string
  readonly line: number
}

/** Nothing real has more; what a device says is bounded all the same. */
const most = { lines: 100_000, line: 8_192, depth: 64 }

interface Open {
  readonly indent: number
  readonly inside: Line[]
}

/** Reads a configuration into sections, by the form of the platform. Comments and what is ignored are left out. */
export function readSections(text: string, platform: Platform): readonly Line[] | Unreadable {
  const lines = text.split(/\r?\n/)
  if (lines.length > most.lines) return { problem: `it has more than ${most.lines} lines`, line: most.lines }
  const long = lines.findIndex((line) => line.length > most.line)
  if (long !== -1) return { problem: `a line has more than ${most.line} characters`, line: long + 1 }
  return platform.spec.sections.form === 'braces' ? readBraces(lines, platform) : readIndented(lines, platform)
}

const isComment = (text: string, { spec }: Platform): boolean =>
  (spec.sections.comments ?? []).some((start) => text.startsWith(start))

function readIndented(lines: readonly string[], platform: Platform): readonly Line[] {
  const { form, end = [] } = platform.spec.sections
  const top: Line[] = []
  const open: Open[] = [{ indent: -1, inside: top }]
  for (const line of lines) {
    const text = line.trim()
    if (text === '' || end.includes(text) || isComment(text, platform)) continue
    const indent = form === 'flat' ? 0 : line.length - line.trimStart().length
    while (open.length > 1 && (open.at(-1)?.indent ?? 0) >= indent) open.pop()
    const read = { text, inside: [] }
    if (!platform.isIgnored(text)) open.at(-1)?.inside.push(read)
    // What is deeper than anything real is kept, beside what it stands in.
    if (open.length < most.depth) open.push({ indent, inside: read.inside })
  }
  return top
}

function readBraces(lines: readonly string[], platform: Platform): readonly Line[] | Unreadable {
  const top: Line[] = []
  const open: Line[][] = [top]
  let inComment = false
  for (const [i, line] of lines.entries()) {
    const text = withoutRemark(line).trim()
    const begins: boolean = !inComment && text.startsWith('/*')
    if (begins || inComment) {
      inComment = !text.includes('*/', begins ? 2 : 0)
      continue
    }
    if (text === '' || isComment(text, platform)) continue
    const inside = open.at(-1) ?? top
    if (text === '}') {
      if (open.length === 1) return { problem: 'a section is closed that was not opened', line: i + 1 }
      open.pop()
      continue
    }
    const opens = text.endsWith('{')
    const read = { text: opens || text.endsWith(';') ? text.slice(0, -1).trimEnd() : text, inside: [] }
    if (!platform.isIgnored(read.text)) inside.push(read)
    if (!opens) continue
    if (open.length >= most.depth) return { problem: `sections are nested more than ${most.depth} deep`, line: i + 1 }
    open.push(read.inside)
  }
  if (open.length > 1) return { problem: 'a section is not closed', line: lines.length }
  return top
}

/** `secret "…"; ## SECRET-DATA` is said by the device, and nothing that was configured. */
function withoutRemark(line: string): string {
  const at = line.indexOf('; ##')
  return at === -1 ? line : line.slice(0, at + 1)
}
