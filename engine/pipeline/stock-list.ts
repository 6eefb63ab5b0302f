import type { Address } from '../model/address.ts'
import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { Graph } from '../model/graph.ts'
import type { Scan } from '../practices/assets/take-stock.ts'
import { nearest } from '../schema/nearest.ts'
import { codes } from './codes.ts'

const report = reporter(codes)

/** Kinds of places, the nearest first. */
const placeKinds = ['Rack', 'Room', 'Site'] as const

/** Most that a list may hold, and a number on a sticker. */
const limits = { characters: 20_000_000, mark: 200 } as const

/** Columns that bear the number of an asset, and those that bear a place, by the kind it is of. */
const markColumns = ['tag', 'serial', 'asset'] as const
const placeColumns = { rack: ['Rack'], room: ['Room'], site: ['Site'], location: placeKinds } as const

type Read = { readonly scans: readonly Scan[] } | { readonly refused: readonly Diagnostic[] }

/**
 * Reads what was seen while taking stock: comma-separated values with a head (tag, serial or asset; rack, room, site or location), or
 * what a scanner writes, one number a line, with `rack/NAME` and the like where one went on to another place.
 *
 * @param at where everything was seen of which the list says nothing
 */
export async function readStockList(text: string, file: string, graph: Graph, at: Address | undefined): Promise<Read> {
  const wrong = (summary: string, line?: number): Read => ({
    refused: [report('stock-list', { summary, file, ...(line !== undefined && { line }) })],
  })
  if (text.length > limits.characters) return wrong(`it is larger than ${limits.characters / 1_000_000} MB`)
  if (/[\0\uFFFD]/.test(text)) return wrong('it is no text in UTF-8')
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)
  const first = lines.findIndex((line) => line.trim() !== '')
  if (first < 0) return wrong('there is nothing in it')
  const delimiter = delimiterOf(lines[first] ?? '')
  if (delimiter === undefined && /\.csv$/i.test(file))
    return wrong('its head names no column tag, serial or asset', first + 1)
  const rows = delimiter === undefined ? scanned(lines) : await parsed(text, delimiter)
  if ('broken' in rows) return wrong(rows.broken, rows.line)
  return placed(rows, graph, file, at)
}

interface Row {
  readonly line: number
  readonly mark: string
  /** As the list writes it, and the kinds that it can be of. */
  readonly place?: { readonly name: string; readonly kinds: readonly string[] }
}

/** What stands between the columns of a head, where it is one. */
function delimiterOf(head: string): string | undefined {
  return [',', ';', '\t'].find((between) => {
    const names = head.split(between).map(columnName)
    const marks = names.some((name) => markColumns.some((column) => column === name))
    return marks && (names.length > 1 || between === ',')
  })
}

/** What other tools call the same. */
const otherNames: Readonly<Record<string, string>> = { 'asset tag': 'tag', 'serial number': 'serial' }

function columnName(text: string): string {
  const name = text.trim().replace(/^"|"$/g, '').trim().toLowerCase().replaceAll('_', ' ')
  return Object.hasOwn(otherNames, name) ? (otherNames[name] ?? name) : name
}

function scanned(lines: readonly string[]): readonly Row[] {
  let place: Row['place']
  return lines.flatMap((raw, i): readonly Row[] => {
    const mark = raw.trim()
    if (mark === '' || mark.startsWith('#')) return []
    const [, kind = '', name = ''] = /^(rack|room|site)\/(\S+)$/i.exec(mark) ?? []
    if (kind === '') return [{ line: i + 1, mark, ...(place !== undefined && { place }) }]
    place = { name, kinds: placeKinds.filter((k) => k.toLowerCase() === kind.toLowerCase()) }
    // Nothing may be there: the place was looked at all the same.
    return [{ line: i + 1, mark: '', place }]
  })
}

async function parsed(
  text: string,
  delimiter: string,
): Promise<readonly Row[] | { readonly broken: string; readonly line?: number }> {
  const { CsvError, parse } = await import('csv-parse/sync')
  try {
    const records: readonly { readonly record: Readonly<Record<string, string>>; readonly info: { lines: number } }[] =
      parse(text, {
        ...{ bom: true, columns: (head: string[]) => head.map(columnName), delimiter, info: true, trim: true },
        ...{ relax_column_count: true, skip_empty_lines: true, max_record_size: 100_000 },
      })
    return records.map(({ record, info }): Row => {
      const cell = (column: string): string => (Object.hasOwn(record, column) ? (record[column] ?? '') : '')
      const column = (Object.keys(placeColumns) as (keyof typeof placeColumns)[]).find((name) => cell(name) !== '')
      return {
        ...{ line: info.lines, mark: markColumns.map(cell).find((mark) => mark !== '') ?? '' },
        ...(column !== undefined && { place: { name: cell(column), kinds: placeColumns[column] } }),
      }
    })
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    const line: unknown = error['lines']
    return { broken: error.message, ...(typeof line === 'number' && { line }) }
  }
}

/** Finds the places that the list names; every one that is none is told. */
function placed(rows: readonly Row[], graph: Graph, file: string, at: Address | undefined): Read {
  const known = new Map<string, Address | Diagnostic>()
  const refused: Diagnostic[] = []
  const scans = rows.flatMap(({ line, mark, place }): readonly Scan[] => {
    if (mark.length > limits.mark) {
      refused.push(report('stock-list', { summary: `a number of ${mark.length} characters`, file, line }))
      return []
    }
    if (place === undefined) return [{ line, mark, ...(at !== undefined && { place: at }) }]
    const key = `${place.kinds.join(' ')} ${place.name}`
    const found = known.get(key) ?? placeNamed(graph, place.name, place.kinds)
    if (typeof found !== 'string' && !known.has(key)) refused.push({ ...found, file, line })
    known.set(key, found)
    return typeof found === 'string' ? [{ line, mark, place: found }] : []
  })
  return refused.length > 0 ? { refused } : { scans }
}

/** A rack, room or site by its name, or by `rack/NAME` where several kinds have that name. */
export function placeNamed(graph: Graph, said: string, kinds: readonly string[] = placeKinds): Address | Diagnostic {
  const [, kind, name = said] = /^(rack|room|site)\/(.+)$/i.exec(said) ?? []
  const among = kinds
    .filter((k) => kind === undefined || k.toLowerCase() === kind.toLowerCase())
    .flatMap((k) => graph.ofKind(k))
  const found = among.filter((d) => d.document.metadata.name === name.toLowerCase())
  const [only, other] = found
  if (only !== undefined && other === undefined) return only.address
  const summary =
    other === undefined
      ? `there is no ${kinds.join(' or ').toLowerCase()} ${JSON.stringify(said.slice(0, 80))}`
      : `${JSON.stringify(said)} is ${found.map((d) => d.address).join(' and ')}`
  const near = nearest(
    name,
    among.map((d) => d.document.metadata.name),
  )
  const hint = other !== undefined ? `say ${other.address.toLowerCase()}` : near && `did you mean ${near}?`
  return report('document-unknown', { summary, ...(hint !== undefined && { hint }) })
}
