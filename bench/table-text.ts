import type { Row } from './row.ts'

const heads = ['goal', 'what', 'ours', 'against', 'it', 'ratio', 'bound', 'met']
const toTheRight = new Set([2, 4, 5])

/** The rows as an aligned table. */
export function tableText(rows: readonly Row[]): string {
  const lines = [heads, ...rows.filter((row) => row.skipped === undefined).map(cellsOf)]
  const widths = heads.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)))
  const table = lines.map((line) =>
    line
      .map((cell, column) =>
        toTheRight.has(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  )
  const skipped = rows.flatMap((row) =>
    row.skipped === undefined ? [] : [`not measured: ${row.goal} ${row.what}: ${row.skipped}`],
  )
  return `${[...table, ...skipped].join('\n')}\n`
}

function cellsOf(row: Row): string[] {
  const { limit } = row
  return [
    row.goal,
    row.what,
    figure(row.ours, row.unit),
    row.against ?? '',
    figure(row.floor, row.unit),
    row.ratio === undefined ? '' : `${short(row.ratio)} ×`,
    limit ? `${limit.at === 'most' ? '≤' : '≥'} ${limit.value}${row.ratio === undefined ? '' : ' ×'}` : '',
    row.met === undefined ? '' : row.met ? 'yes' : 'NO',
  ]
}

function figure(value: number | undefined, unit: Row['unit']): string {
  if (value === undefined) return ''
  if (unit === 'ms' && value >= 1000) return `${short(value / 1000)} s`
  if (unit === 'ms CPU' && value >= 10_000) return `${short(value / 1000)} s CPU`
  return `${short(value)} ${unit ?? ''}`.trimEnd()
}

function short(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)
}
