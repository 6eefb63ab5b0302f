export { count } from '../../model/count.ts'

/** Lines whose cells align; each column is as wide as its widest cell, the last one as it is. Cells are uncoloured; `paint` colours them. */
export function columns(
  rows: readonly (readonly string[])[],
  options: {
    readonly indent?: string
    readonly gap?: string
    readonly paint?: (cell: string, column: number, row: number) => string
  } = {},
): string[] {
  const { indent = '', gap = '  ', paint = (cell) => cell } = options
  const widths: number[] = []
  for (const row of rows) for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length)
  return rows.map((row, r) =>
    (
      indent +
      row
        .map((cell, i) => paint(cell, i, r) + (i === row.length - 1 ? '' : ' '.repeat((widths[i] ?? 0) - cell.length)))
        .join(gap)
    ).trimEnd(),
  )
}
