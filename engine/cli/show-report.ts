import { reporter } from '../model/diagnostic.ts'
import { escapeControls } from '../model/escape.ts'
import type { ReportResult } from '../model/practice.ts'
import { codes } from '../pipeline/codes.ts'
import type { ResultFormat } from '../report/result-page.ts'
import type { CommandContext } from './context.ts'
import { Refusal } from './run-action.ts'
import { type Colors, exit } from './terminal.ts'
import { columns, count } from './views/columns.ts'

const report = reporter(codes)

export interface ShowReport {
  readonly format: 'table' | 'svg' | ResultFormat
  /** A file, or for drawings a folder. */
  readonly out?: string
  readonly commit?: string
}

/** Runs a report and writes it as it is wanted. */
export async function showReport(
  { terminal, open }: CommandContext,
  name: string,
  about: readonly string[],
  options: ShowReport,
): Promise<number> {
  const world = await open({})
  const { runReport } = await import('../pipeline/report.ts')
  const { commit, format, out } = options
  const made = await runReport(world, name, { about, ...(commit !== undefined && { commit }) })
  if ('refused' in made) throw new Refusal(made.refused)
  const write = async (text: string): Promise<void> => {
    if (out === undefined) terminal.out(text)
    else await world.writeText(out, text)
  }
  if (made.unsound)
    terminal.err(
      `${terminal.colors.yellow('there are errors in the documents')}, so this may be wrong: plumbline validate\n`,
    )
  if (format === 'table') await write(tablesText(made.result, out === undefined ? terminal.colors : undefined))
  else {
    const { renderDrawings, renderResult } = await import('../report/result-page.ts')
    if (format !== 'svg') await write(await renderResult(made.result, format, `of ${made.of}`))
    else await writeDrawings(await renderDrawings(made.result))
  }
  return exit.ok

  async function writeDrawings(files: ReadonlyMap<string, string>): Promise<void> {
    const [only] = files.values()
    if (out !== undefined) {
      await world.writeFiles(out, files)
      terminal.err(`${count(files.size, 'drawing')} in ${out}\n`)
    } else if (files.size === 1 && only !== undefined) terminal.out(only)
    else
      throw new Refusal([
        report('report-drawings', {
          summary: `${name} has ${count(files.size, 'drawing')}, and there is no folder to put them into`,
        }),
      ])
  }
}

function tablesText({ tables }: ReportResult, colors: Colors | undefined): string {
  const paint = (cell: string, _column: number, row: number): string =>
    row === 0 && colors !== undefined ? colors.dim(cell) : cell
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
