import { compareText, type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { Json } from '../model/document.ts'
import { compileRule, costs, type Rule } from '../policy/rule.ts'
import { nearest } from '../schema/nearest.ts'
import { codes } from './codes.ts'
import { compareDebianVersions } from './debian-version.ts'
import { queryFunctions } from './functions.ts'
import type { ColumnType, Row, Sources, Table } from './table.ts'

const report = reporter(codes)

/** Steps that the condition may cost for one row. */
const costPerRow = 100_000

export interface Query {
  /** A condition in CEL over the columns. */
  readonly where?: string
  /** Columns, or ways into them: `spec.rack.rack`. */
  readonly select?: readonly string[]
  /** A column or a way into one; with a dash before it, the greatest first. */
  readonly sort?: string
  readonly limit?: number
}

export interface Answer {
  /** What was asked for, or the columns that a person sees. */
  readonly columns: readonly string[]
  readonly rows: readonly Row[]
  /** How many there were before the limit. */
  readonly total: number
  readonly warnings: readonly Diagnostic[]
}

type Refused = { readonly refused: readonly Diagnostic[] }

/** Asks one table. Mistakes in the query come back; rows of which the condition can't be told are left out and counted. */
export function runQuery(table: Table, query: Query, sources: Sources): Answer | Refused {
  const asked = [...(query.select ?? []), ...(query.sort === undefined ? [] : [query.sort.replace(/^-/, '')])]
  const strange = asked.map(rootOf).filter((name) => !table.columns.some((c) => c.name === name))
  if (strange.length > 0) return { refused: strange.map((name) => unknownColumn(table, name)) }
  const rule = query.where === undefined ? undefined : compileWhere(table, query.where, sources.now)
  if (rule !== undefined && 'refused' in rule) return rule
  const all = table.rows(sources).map((row) => filled(table, row))
  const kept = rule === undefined ? { rows: all, warnings: [] } : filter(all, rule.rule, sources.now)
  if ('refused' in kept) return kept
  const sorted = query.sort === undefined ? kept.rows : sortRows(kept.rows, query.sort, typeOf(table, query.sort))
  return {
    columns: query.select ?? table.shown,
    rows: sorted.slice(0, query.limit ?? sorted.length),
    total: sorted.length,
    warnings: kept.warnings,
  }
}

/** A value of a row by its column, or the way into it; null where there is none. */
export function valueAt(row: Row, path: string): Json {
  let value: Json | undefined = row
  for (const key of Object.hasOwn(row, path) ? [path] : path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return null
    value = (value as Readonly<Record<string, Json>>)[key]
  }
  return value ?? null
}

const rootOf = (path: string): string => path.split('.')[0] ?? path

const filled = (table: Table, row: Row): Row =>
  Object.fromEntries(table.columns.map(({ name }) => [name, row[name] ?? null]))

function compileWhere(table: Table, source: string, now: Date): { readonly rule: Rule } | Refused {
  const names = [...table.columns.map((c) => c.name), 'now']
  const compiled = compileRule(source, names, {}, queryFunctions(now))
  if ('rule' in compiled) return compiled
  const { summary, detail } = compiled.diagnostic
  const unknown = /^Unknown variable: (\S+)/.exec(summary)?.[1]
  if (unknown !== undefined) return { refused: [unknownColumn(table, unknown, detail)] }
  return { refused: [report('query-invalid', { summary, ...(detail !== undefined && { detail }) })] }
}

function unknownColumn(table: Table, name: string, detail?: string): Diagnostic {
  const near = nearest(
    name,
    table.columns.map((c) => c.name),
  )
  const columns = table.columns.map((c) => c.name).join(', ')
  return report('column-unknown', {
    summary: `${table.name} has no column ${name}`,
    ...(detail !== undefined && { detail }),
    hint: near === undefined ? `its columns are ${columns}` : `did you mean ${near}?`,
  })
}

/** Like a comparison with NULL in SQL: what can't be told of a row is not true of it, and it is said that there were such. */
function filter(
  rows: readonly Row[],
  rule: Rule,
  now: Date,
): { readonly rows: readonly Row[]; readonly warnings: readonly Diagnostic[] } | Refused {
  const kept: Row[] = []
  let untold = 0
  let because = ''
  for (const row of rows) {
    try {
      const value = rule.run({ ...row, now }, costPerRow)
      if (typeof value !== 'boolean')
        return { refused: [report('query-invalid', { summary: 'the condition must answer true or false' })] }
      if (value) kept.push(row)
    } catch (error) {
      if (costs(error)) return { refused: [report('query-cost', { summary: 'the condition costs too much' })] }
      untold += 1
      because ||= summaryOf(error)
    }
  }
  if (untold === 0) return { rows: kept, warnings: [] }
  const summary = `${untold} of ${rows.length} rows are left out, for the condition can't be told of them: ${because}`
  return { rows: kept, warnings: [report('rows-left-out', { summary })] }
}

const summaryOf = (error: unknown): string =>
  error instanceof Error
    ? (('summary' in error ? String(error.summary) : error.message).split('\n')[0] ?? '')
    : 'it failed'

const typeOf = (table: Table, sort: string): ColumnType =>
  table.columns.find((c) => c.name === sort.replace(/^-/, ''))?.type ?? 'text'

/** What has no value comes last either way. */
function sortRows(rows: readonly Row[], sort: string, type: ColumnType): readonly Row[] {
  const path = sort.replace(/^-/, '')
  const sign = sort.startsWith('-') ? -1 : 1
  return rows
    .map((row) => ({ row, value: valueAt(row, path) }))
    .sort((a, b) => {
      if (a.value === null || b.value === null) return Number(a.value === null) - Number(b.value === null)
      return sign * compareValues(a.value, b.value, type)
    })
    .map(({ row }) => row)
}

function compareValues(a: Json, b: Json, type: ColumnType): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  const [one, two] = [textOf(a), textOf(b)]
  return type === 'version' ? compareDebianVersions(one, two) : compareText(one, two)
}

const textOf = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value))
