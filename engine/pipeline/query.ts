import { listChanges } from '../ledger/find-records.ts'
import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { Json } from '../model/document.ts'
import { codes } from '../query/codes.ts'
import { type Query, runQuery, valueAt } from '../query/run-query.ts'
import { type Column, hostNames, type Row, type Sources, type Table } from '../query/table.ts'
import { tableNamed, tablesOf } from '../query/tables.ts'
import { nearest } from '../schema/nearest.ts'
import { loadMeant } from './estate.ts'
import type { EstateAt } from './estate-at.ts'
import { observe } from './observe.ts'
import { lastSeen, type Seen } from './snapshot.ts'
import type { World } from './world.ts'

export type { Row } from '../query/table.ts'

const report = reporter(codes)
type Refused = { readonly refused: readonly Diagnostic[] }

export interface QueryOptions extends Query {
  readonly table: string
  /** Documents of a commit instead of the working folder. */
  readonly commit?: string
  /** Look at hosts first. */
  readonly observe?: boolean
}

export interface Queried {
  readonly columns: readonly string[]
  readonly rows: readonly Row[]
  /** The values of a row under `columns`. */
  readonly valuesOf: (row: Row) => readonly Json[]
  readonly total: number
  readonly diagnostics: readonly Diagnostic[]
  /** How old what was seen is; where the table shows something that was. */
  readonly observed?: {
    readonly hosts: number
    readonly of: number
    readonly oldest?: string
    readonly newest?: string
  }
}

/** Asks one table of what documents want and what was last seen of hosts. */
export async function query(world: World, options: QueryOptions): Promise<Queried | Refused> {
  const estate = await loadMeant(world, options.commit)
  const table = findTable(estate, options.table)
  if ('refused' in table) return table
  const looked = options.observe === true ? await observe(world, {}) : { hosts: [] }
  if ('refused' in looked) return looked
  const silent = looked.hosts.filter((h) => h.failure !== undefined).map((h) => h.host)
  const seen = table.observed ? await lastSeen(world) : new Map<string, Seen>()
  const answer = runQuery(table, options, await sourcesOf(world, estate, seen, table))
  if ('refused' in answer) return answer
  const { warnings, ...found } = answer
  const rest = { ...found, valuesOf: (row: Row) => found.columns.map((name) => valueAt(row, name)) }
  if (!table.observed) return { ...rest, diagnostics: warnings }
  const names = hostNames(estate.graph)
  return {
    ...rest,
    diagnostics: [...warnings, ...notSeen(names, seen), ...notNow(silent), ...notKnown(table, names, seen)],
    observed: ages(world, names, seen),
  }
}

export interface DescribedTable {
  readonly name: string
  readonly about: string
  readonly columns: readonly Column[]
}

/** What can be asked: all tables, or one. */
export async function describeTables(
  world: World,
  name: string | undefined,
): Promise<{ readonly tables: readonly DescribedTable[] } | Refused> {
  const estate = await loadMeant(world, undefined)
  const found = name === undefined ? tablesOf(estate.kinds) : findTable(estate, name)
  if ('refused' in found) return found
  const tables = 'rows' in found ? [found] : found
  return { tables: tables.map(({ name: table, about, columns }) => ({ name: table, about, columns })) }
}

function findTable(estate: EstateAt, name: string): Table | Refused {
  const tables = tablesOf(estate.kinds)
  const found = tableNamed(tables, name)
  if (found !== undefined) return found
  const near = nearest(
    name,
    tables.map((t) => t.name),
  )
  const hint = near === undefined ? {} : { hint: `did you mean ${near}?` }
  return { refused: [report('table-unknown', { summary: `there is no table ${name}`, ...hint })] }
}

async function sourcesOf(
  world: World,
  estate: EstateAt,
  seen: ReadonlyMap<string, Seen>,
  table: Table,
): Promise<Sources> {
  const records = table.name === 'changes' || table.name === 'approvals'
  const { changes } = records ? await listChanges(await (await world.ledger()).view()) : { changes: [] }
  return {
    graph: estate.graph,
    catalogue: (host) => estate.compile.host(host),
    seen,
    changes,
    fingerprint: world.fingerprint,
    now: world.clock.now(),
  }
}

function notSeen(names: readonly string[], seen: ReadonlyMap<string, Seen>): readonly Diagnostic[] {
  const missing = names.filter((name) => !seen.has(name))
  if (missing.length === 0) return []
  return [report('hosts-not-seen', { summary: `no snapshot is kept of ${listed(missing)}` })]
}

/** What is shown of these hosts is older than the question. */
function notNow(silent: readonly string[]): readonly Diagnostic[] {
  if (silent.length === 0) return []
  const hint = 'rows of theirs show what was seen before; plumbline observe says why'
  return [report('hosts-not-seen', { summary: `could not look at ${listed(silent)}`, hint })]
}

/** An answer without rows must not read as "there are none" where nobody could look. */
function notKnown(table: Table, names: readonly string[], seen: ReadonlyMap<string, Seen>): readonly Diagnostic[] {
  return (table.facts ?? []).flatMap((group) => {
    const without = names.filter((name) => {
      const last = seen.get(name)
      return last !== undefined && last.facts[group] === undefined
    })
    return without.length === 0
      ? []
      : [report('facts-not-seen', { summary: `${group} are not known of ${listed(without)}` })]
  })
}

const listed = (names: readonly string[]): string =>
  `${names.slice(0, 5).join(', ')}${names.length > 5 ? ` and ${names.length - 5} more` : ''}`

function ages(
  world: World,
  names: readonly string[],
  seen: ReadonlyMap<string, Seen>,
): NonNullable<Queried['observed']> {
  const now = world.clock.now().toISOString()
  const times = names.flatMap((name) => seen.get(name)?.seen ?? []).map((at) => (at < now ? at : now))
  const [oldest, newest] = [[...times].sort()[0], [...times].sort().at(-1)]
  return {
    hosts: times.length,
    of: names.length,
    ...(oldest !== undefined && { oldest }),
    ...(newest !== undefined && { newest }),
  }
}
