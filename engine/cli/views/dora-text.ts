import type { Dora, DoraFigures } from '../../audit/dora.ts'
import { escapeControls } from '../../model/escape.ts'
import type { Colors } from '../terminal.ts'
import { columns, count } from './columns.ts'

/** What the figures are called. */
export const doraNames: Readonly<Record<string, string>> = {
  population: 'Changes',
  deployments: 'Deployment frequency',
  leadTime: 'Lead time for changes',
  changeFailure: 'Change failure rate',
  restore: 'Time to restore',
}

/** The four figures for a terminal; the records behind them are in the JSON form. */
export function doraText({ period, environment, all, groups, by }: Dora, c: Colors): string {
  const where = environment === undefined ? '' : ` in ${environment}`
  const { deployments, leadTime, changeFailure, restore } = all
  const left = leadTime.leftOut.length
  const told = columns(
    [
      ['deployments', `${deployments.count}, ${perWeek(all)} a week`],
      ['lead time', `${spread(leadTime)}${left === 0 ? '' : `, without ${count(left, 'change')} that can't be dated`}`],
      ['change failure rate', `${rate(all)}, ${changeFailure.failed.length} of ${changeFailure.of.length}`],
      [
        'time to restore',
        `${spread(restore)}${restore.open.length === 0 ? '' : `, ${restore.open.length} still open`}`,
      ],
      ...changeFailure.failed.map((f, i) => [i === 0 ? 'failed' : '', `${f.change} ${f.because}`]),
    ],
    { paint: (cell, column) => (column === 0 ? c.dim(cell) : cell) },
  )
  return `${[`${period.from.slice(0, 16).replace('T', ' ')} to ${period.to.slice(0, 16).replace('T', ' ')} (UTC)${where}`, ...told, ...groupLines(groups, by)].join('\n')}\n`
}

function groupLines(groups: Dora['groups'], by: Dora['by']): readonly string[] {
  if (by === undefined) return []
  const head = [by.toUpperCase(), 'DEPLOYMENTS', 'A WEEK', 'LEAD TIME', 'FAILURE RATE', 'TIME TO RESTORE']
  const rows = groups.map(({ name, figures }) => [
    escapeControls(name),
    String(figures.deployments.count),
    perWeek(figures),
    spread(figures.leadTime),
    rate(figures),
    spread(figures.restore),
  ])
  return ['', ...columns([head, ...rows])]
}

const perWeek = ({ deployments }: DoraFigures): string => (deployments.perDay * 7).toFixed(1)

const rate = ({ changeFailure }: DoraFigures): string =>
  changeFailure.rate === undefined ? '–' : `${(changeFailure.rate * 100).toFixed(1)} %`

const spread = ({ median, p90 }: { readonly median?: number; readonly p90?: number }): string =>
  median === undefined || p90 === undefined ? '–' : `median ${span(median)}, 90 % within ${span(p90)}`

/** Seconds as people say them. */
function span(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`
  if (seconds < 172_800) return `${(seconds / 3600).toFixed(1)} h`
  return `${(seconds / 86_400).toFixed(1)} d`
}
