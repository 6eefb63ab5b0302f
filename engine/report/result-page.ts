import { isGraph } from '../model/drawing.ts'
import type { ReportResult } from '../model/practice.ts'
import { drawingSvg } from './drawing-svg.ts'
import { type Block, linksBy, type Page } from './page.ts'
import { pageHtml } from './page-html.ts'
import { pageMarkdown } from './page-markdown.ts'
import { tableCsv } from './table-csv.ts'

export const resultFormats = ['csv', 'json', 'markdown', 'html'] as const
export type ResultFormat = (typeof resultFormats)[number]

/** Writes what a practice computed. Comma-separated values are those of its first table; a page has its drawings in it. */
export async function renderResult(result: ReportResult, format: ResultFormat, about: string): Promise<string> {
  const [first] = result.tables
  if (format === 'json') return `${JSON.stringify(result.data, null, 2)}\n`
  if (format === 'csv')
    return tableCsv(
      first?.head ?? [],
      (first?.rows ?? []).map((row) => row.map(String)),
    )
  const page = resultPage(result, about)
  return format === 'html' ? pageHtml(page, linksBy(undefined)) : pageMarkdown(page, linksBy(undefined))
}

/** Pictures by file name. */
export async function renderDrawings(result: ReportResult): Promise<ReadonlyMap<string, string>> {
  const drawn = (result.drawings ?? []).map(async (d) => [`${d.name}.svg`, await drawingSvg(d)] as const)
  return new Map(await Promise.all(drawn))
}

function resultPage({ title, tables, drawings = [] }: ReportResult, about: string): Page {
  const table = ({ caption, head, rows, empty }: ReportResult['tables'][number]): Block => ({
    kind: 'table',
    caption,
    head,
    rows: rows.map((row) => row.map(String)),
    empty,
  })
  const told = tables.map((t) => ({ heading: t.caption, blocks: [table(t)] }))
  const drawn = drawings.map((drawing) => ({ heading: drawing.title, blocks: [{ kind: 'drawing', drawing } as const] }))
  return {
    title,
    subtitle: about,
    // A graph says more than its table, which may be long.
    sections: drawings.some(isGraph) ? [...drawn, ...told] : [...told, ...drawn],
    foot: about,
  }
}
