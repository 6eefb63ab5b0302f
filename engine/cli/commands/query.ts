import { Option } from 'commander'
import type { DescribedTable, Queried, QueryOptions } from '../../pipeline/query.ts'
import type { Define } from '../context.ts'
import { progress } from '../progress.ts'
import { Refusal } from '../run-action.ts'
import { type Colors, exit } from '../terminal.ts'
import { columns, count } from '../views/columns.ts'
import { diagnosticsText } from '../views/diagnostics-text.ts'
import { rowsCsv, rowsText } from '../views/rows-text.ts'
import { wholeNumber } from '../whole-number.ts'

interface Options {
  readonly select?: string
  readonly sort?: string
  readonly limit?: number
  readonly observe?: boolean
  readonly commit?: string
  readonly tables?: boolean
  readonly csv?: boolean
  readonly json?: boolean
}

/** `plumbline query`: tables of what is wanted and what is there. */
export const define: Define = (command, context) => {
  const { terminal } = context
  command
    .argument('[table]', 'what to ask: hosts, access, packages… or a kind; all tables where not given')
    .argument('[condition]', 'in CEL, over the columns of the table')
    .option('--select <columns>', 'columns to show, separated by commas; spec.rack.rack leads into one')
    .option('--sort <column>', 'by a column; -column for the greatest first')
    .option('--limit <n>', 'at most so many rows', wholeNumber)
    .option('--observe', 'look at every host first, and keep what is seen')
    .option('--commit <rev>', 'documents of a commit instead of the working folder')
    .option('--tables', 'list the tables, or the columns of one')
    .option('--csv', 'print comma-separated values')
    .addOption(new Option('--json', 'print JSON').conflicts('csv'))
    .addHelpText(
      'after',
      '\nDocuments are those of the working folder; what hosts are like is what was last seen and kept.\n\nExamples:\n  plumbline query packages \'name == "openssl" && versionBelow(version, "3.0.15")\'\n  plumbline query access \'host == "db-01" && root\'\n  plumbline query hosts \'spec.rack.rack == "ams1-r04"\' --sort spec.rack.unit\n  plumbline query certificates \'daysUntil(until) < 30.0\' --csv\n  plumbline query packages --tables',
    )
    .action(async (table: string | undefined, condition: string | undefined, options: Options) =>
      context.run(async () => {
        const world = await context.open({ network: 'no', emit: progress(terminal) })
        const { describeTables, query } = await import('../../pipeline/query.ts')
        if (table === undefined || options.tables === true) {
          const found = await describeTables(world, table)
          if ('refused' in found) throw new Refusal(found.refused)
          const text = () => tablesText(found.tables, table !== undefined, terminal.colors)
          terminal.out(options.json === true ? `${JSON.stringify(found.tables, null, 2)}\n` : text())
          return exit.ok
        }
        const answer = await query(world, queryOptions(table, condition, options))
        if ('refused' in answer) throw new Refusal(answer.refused)
        terminal.err(diagnosticsText(answer.diagnostics, terminal.colors))
        if (options.json === true) terminal.out(rowsJson(answer, options))
        else if (options.csv === true) terminal.out(rowsCsv(answer))
        else {
          terminal.out(rowsText(answer, terminal.colors))
          terminal.err(`${terminal.colors.dim(footer(answer, world.clock.now()))}\n`)
        }
        return exit.ok
      }, options),
    )
}

function queryOptions(table: string, where: string | undefined, options: Options): QueryOptions {
  const select = options.select?.split(',').map((name) => name.trim())
  return {
    table,
    ...(where !== undefined && { where }),
    ...(select !== undefined && { select }),
    ...(options.sort !== undefined && { sort: options.sort }),
    ...(options.limit !== undefined && { limit: options.limit }),
    ...(options.commit !== undefined && { commit: options.commit }),
    ...(options.observe === true && { observe: true }),
  }
}

/** Whole rows, or what was selected of them. */
function rowsJson({ rows, columns: names, valuesOf }: Queried, options: Options): string {
  const shown =
    options.select === undefined
      ? rows
      : rows.map((row) => Object.fromEntries(valuesOf(row).map((value, i) => [names[i] ?? '', value])))
  return `${JSON.stringify(shown, null, 2)}\n`
}

function footer({ rows, total, observed }: Queried, now: Date): string {
  const shown = rows.length === total ? count(total, 'row') : `${rows.length} of ${count(total, 'row')}`
  if (observed?.oldest === undefined || observed.newest === undefined) return shown
  const [newest, oldest] = [observed.newest, observed.oldest].map((at) => age(at, now))
  const ages = newest === oldest ? `${newest} ago` : `between ${newest} and ${oldest} ago`
  return `${shown} · ${observed.hosts} of ${count(observed.of, 'host')} seen ${ages}`
}

function age(at: string, now: Date): string {
  const seconds = Math.max(0, Math.round((now.getTime() - Date.parse(at)) / 1000))
  if (seconds < 120) return count(seconds, 'second')
  if (seconds < 7200) return count(Math.round(seconds / 60), 'minute')
  return seconds < 172_800 ? count(Math.round(seconds / 3600), 'hour') : count(Math.round(seconds / 86_400), 'day')
}

function tablesText(tables: readonly DescribedTable[], one: boolean, c: Colors): string {
  const paint = (cell: string, column: number): string =>
    column === 0 ? c.bold(cell) : column === 1 ? c.dim(cell) : cell
  const rows = one
    ? tables.flatMap((t) => t.columns.map((col) => [col.name, col.type, col.about]))
    : tables.map((t) => [t.name, `${t.columns.length} columns`, t.about.split(/(?<=\.)\s/)[0] ?? t.about])
  return `${columns(rows, { paint }).join('\n')}\n`
}
