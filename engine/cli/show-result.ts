import picocolors from 'picocolors'
import { reporter } from '../model/diagnostic.ts'
import { isGraph } from '../model/drawing.ts'
import { escapeControls } from '../model/escape.ts'
import type { ReportResult } from '../model/practice.ts'
import { codes } from '../pipeline/codes.ts'
import type { World } from '../pipeline/world.ts'
import type { ResultFormat } from '../report/result-page.ts'
import type { FormatOptions } from './format-options.ts'
import { Refusal } from './run-action.ts'
import type { Colors, Terminal } from './terminal.ts'
import { columns, count } from './views/columns.ts'

const report = reporter(codes)

export type ShownFormat = 'table' | 'svg' | ResultFormat

export const shownFormats = ['table', 'csv', 'json', 'markdown', 'html', 'svg'] as const

/** Something computed: its name in messages, and what it was computed of. */
export interface Made {
  readonly name: string
  readonly result: ReportResult
  readonly of: string
}

export interface Shown extends Omit<FormatOptions<ShownFormat>, 'commit'> {
  /** How it looks at a terminal, where that is not its tables. */
  readonly text?: (colors: Colors) => string
  /** What to do where a picture is too large. */
  readonly narrow?: string
}

/** Writes what was computed as it is wanted: to the terminal, a file, or for drawings a folder. */
export async function showResult(world: World, terminal: Terminal, made: Made, shown: Shown): Promise<void> {
  const { name, result, of } = made
  const { format, out, text = (colors) => tablesText(result, colors) } = shown
  if (format === 'table') return write(text(out === undefined ? terminal.colors : picocolors.createColors(false)))
  const { renderDrawings, renderResult } = await import('../report/result-page.ts')
  if (format !== 'svg') return write(await renderResult(result, format, `of ${of}`))
  await refuseLarge(made, shown.narrow)
  const files = await renderDrawings(result)
  const [only] = files.values()
  if (files.size === 1 && only !== undefined && (out === undefined || out.endsWith('.svg'))) return write(only)
  if (out === undefined || files.size === 0)
    throw new Refusal([
      report('report-drawings', {
        summary: `${name} has ${count(files.size, 'drawing')}${files.size === 0 ? '' : ', and there is no folder to put them into'}`,
      }),
    ])
  await world.writeFiles(out, files)
  terminal.err(`${count(files.size, 'drawing')} in ${out}\n`)

  async function write(words: string): Promise<void> {
    if (out === undefined) terminal.out(words)
    else await world.writeText(out, words)
  }
}

async function refuseLarge({ name, result }: Made, hint: string | undefined): Promise<void> {
  const { tooLarge } = await import('../report/graph-size.ts')
  const large = (result.drawings ?? []).flatMap((d) => (isGraph(d) ? (tooLarge(d) ?? []) : []))
  if (large.length > 0)
    throw new Refusal(
      large.map((why) =>
        report('graph-too-large', { summary: `${name}: ${why}`, ...(hint !== undefined && { hint }) }),
      ),
    )
}

function tablesText({ tables }: ReportResult, colors: Colors): string {
  const paint = (cell: string, _column: number, row: number): string => (row === 0 ? colors.dim(cell) : cell)
  const blocks = tables.map(({ caption, head, rows, empty }, i) => {
    const lines =
      rows.length === 0
        ? [empty]
        : columns([head.map((h) => h.toUpperCase()), ...rows.map((r) => r.map((c) => escapeControls(String(c))))], {
            paint,
          })
    return `${i === 0 ? '' : `${caption}\n`}${lines.join('\n')}\n`
  })
  return blocks.join('\n')
}
