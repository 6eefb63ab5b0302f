import { stringify } from 'csv-stringify/sync'
import { escapeControls } from '../model/escape.ts'

/**
 * Comma-separated values after RFC 4180, with a mark of byte order so that spreadsheets read them as UTF-8. A cell that a
 * spreadsheet would take for a formula gets an apostrophe in front.
 */
export function tableCsv(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return stringify([[...head], ...rows.map((row) => row.map(escapeControls))], {
    bom: true,
    record_delimiter: 'windows',
    escape_formulas: true,
  })
}
