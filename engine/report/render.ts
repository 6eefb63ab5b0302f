import type { AuditReport } from '../audit/report-shape.ts'
import { accessHead, accessPage, accessRow, type ShownAccess } from './access-page.ts'
import { auditPage, populationHead, populationRow } from './audit-page.ts'
import { linksBy, type Page, type ReportFormat } from './page.ts'
import { pageHtml } from './page-html.ts'
import { pageMarkdown } from './page-markdown.ts'
import { tableCsv } from './table-csv.ts'

/** Writes a report. The table of values is the population, one row for each change. */
export async function renderReport(
  report: AuditReport,
  format: ReportFormat,
  links: string | undefined,
): Promise<string> {
  if (format === 'json') return json(report)
  if (format === 'csv') return tableCsv(populationHead, report.population.map(populationRow))
  return page(auditPage(report), format, links)
}

/** Writes who had which access; one row for each account on a host. */
export async function renderAccess(
  access: ShownAccess & { readonly commit: string },
  options: { readonly format: ReportFormat; readonly links: string | undefined; readonly engine: string },
): Promise<string> {
  const { format, links, engine } = options
  if (format === 'json') return json(access)
  if (format === 'csv') return tableCsv(accessHead, access.rows.map(accessRow))
  return page(accessPage(access, engine), format, links)
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`

const page = async (content: Page, format: 'html' | 'markdown', links: string | undefined): Promise<string> =>
  format === 'html' ? pageHtml(content, linksBy(links)) : pageMarkdown(content, linksBy(links))
