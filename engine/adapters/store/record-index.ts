import { join } from 'node:path'
import { type ExpressionBuilder, Kysely, type SqlBool, type SqliteDatabase, SqliteDialect, sql } from 'kysely'
import Database from 'libsql'
import type { DeclaredRecord } from '../../model/declared-record.ts'
import type { IndexedRecord, RecordIndex, RecordQuery } from '../../ports/record-index.ts'
import { emptyLog, openEmbeddedDatabase, puttingAside } from './embedded-database.ts'

/** Grows when the tables change; an index of another format is left alone, for it can be made again. */
const format = 2

interface Tables {
  /** Narrow, for it is what lists are picked from; the records themselves lie in `bodies`. */
  readonly records: {
    readonly n: number
    readonly id: string
    readonly type: string
    readonly state: string
    readonly open: 0 | 1
    readonly team: string | null
    readonly assignee: string | null
    readonly requester: string | null
    readonly service: string | null
    /** `P1` to `P9`; what has none comes after them. */
    readonly priority: string
    readonly opened_at: string
  }
  /** Records, JSON. */
  readonly bodies: { readonly n: number; readonly body: string }
  readonly links: { readonly target: string; readonly relation: string; readonly n: number }
  readonly marks: { readonly name: string; readonly value: string }
}

const noPriority = 'Q'

/** Milliseconds after which whoever was making the index anew and is not heard of any more counts as dead. */
const patience = 20_000

/** The order of each queue is that of an index of what is open, which most records are not. */
const recordTables = `
  create table if not exists records (
    n integer primary key, id text not null unique, type text not null, state text not null, open integer not null,
    team text, assignee text, requester text, service text, priority text not null, opened_at text not null);
  create index if not exists open_by_team on records (team, priority, opened_at, id) where open = 1;
  create index if not exists open_by_assignee on records (assignee, priority, opened_at, id) where open = 1;
  create index if not exists open_by_requester on records (requester, priority, opened_at, id) where open = 1;
  create index if not exists open_by_service on records (service, priority, opened_at, id) where open = 1;
  create index if not exists open_by_type on records (type, priority, opened_at, id) where open = 1;
  create index if not exists open_all on records (priority, opened_at, id) where open = 1;
  create index if not exists by_type on records (type, opened_at);
  create index if not exists by_service on records (service, opened_at);
  create index if not exists by_requester on records (requester, opened_at);
  create index if not exists by_time on records (opened_at);
  create table if not exists bodies (n integer primary key, body text not null);
  create table if not exists links (target text not null, relation text not null, n integer not null,
    primary key (target, relation, n)) without rowid;
  create index if not exists links_of on links (n);
  create virtual table if not exists words using fts5 (title, said, content = '', contentless_delete = 1,
    tokenize = 'porter unicode61');`

/** An index that tells how it goes about a question: which of its tables and indexes it reads. */
interface ExplainedIndex extends RecordIndex {
  explain(query: Omit<RecordQuery, 'text'>): Promise<readonly string[]>
}

/** The index in a file of its own below `folder`: one for all who work with this clone on this machine. */
export function openRecordIndex(folder: string): ExplainedIndex {
  const file = `records-${format}.db`
  const database = openEmbeddedDatabase(folder, file, {
    // A crash of the machine may cost what was indexed last; that is told by the tip, and made up for.
    synchronous: 'normal',
    furnish: (database) => {
      database.exec('pragma cache_size = -65536')
      database.exec('create table if not exists marks (name text primary key, value text not null) without rowid;')
      database.exec(recordTables)
    },
  })
  const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database: database as unknown as SqliteDatabase }) })
  const putAll = putter(database)
  const index: ExplainedIndex = {
    tip: () => mark(db, 'tip'),
    put: async (records, tip, builder) => putAll(records, tip, builder),
    rebuild: async (builder) => {
      const begin = database.transaction(() => {
        const [who = '', at = '0'] = builderIn(database)
        if (who !== builder && who !== '' && Date.now() - Number(at) < patience) return false
        database.exec('delete from records; delete from bodies; delete from links;')
        database.exec("insert into words (words) values ('delete-all')")
        database.exec("delete from marks where name = 'tip'")
        setBuilder(database, builder)
        return true
      })
      return begin.immediate() as unknown as boolean
    },
    built: async (builder) => {
      database.prepare("delete from marks where name = 'builder' and value like ?").run(`${builder} %`)
    },
    find: (query) => find(db, query),
    count: async (query) => {
      const row = await db
        .selectFrom('records')
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .where((eb) => matches(eb, query))
        .executeTakeFirstOrThrow()
      return Number(row.count)
    },
    cursor: (name) => mark(db, `cursor ${name}`),
    setCursor: (name, commit) => setMark(db, `cursor ${name}`, commit),
    first: async (key) => {
      const made = await db
        .insertInto('marks')
        .values({ name: `done ${key}`, value: '' })
        .onConflict((c) => c.doNothing())
        .executeTakeFirst()
      return made.numInsertedOrUpdatedRows === 1n
    },
    explain: async (query) => {
      const { sql: text, parameters } = pick(db, query).compile()
      // A connection of its own: libsql leaves a statement that explains open, and nothing could be made anew beside it.
      const other = new Database(join(folder, file))
      const statement = other.prepare(`explain query plan ${text}`)
      const rows = statement.all(...(parameters as never[])) as readonly { readonly detail: string }[]
      other.close()
      return rows.map((row) => row.detail)
    },
    close: async () => {
      emptyLog(database)
      await db.destroy()
    },
  }
  return puttingAside(index, folder, file)
}

async function mark(db: Kysely<Tables>, name: string): Promise<string | undefined> {
  return (await db.selectFrom('marks').select('value').where('name', '=', name).executeTakeFirst())?.value
}

async function setMark(db: Kysely<Tables>, name: string, value: string): Promise<void> {
  await db
    .insertInto('marks')
    .values({ name, value })
    .onConflict((c) => c.column('name').doUpdateSet({ value }))
    .execute()
}

const writeMark =
  'insert into marks (name, value) values (?, ?) on conflict (name) do update set value = excluded.value'

/** Who makes the index anew, and when they were last heard of. All rows are asked for: a statement that is not read to its end holds its table. */
function builderIn(database: Database.Database): readonly string[] {
  const rows = database.prepare("select value from marks where name = 'builder'").all() as readonly { value: string }[]
  return (rows[0]?.value ?? '').split(' ')
}

function setBuilder(database: Database.Database, builder: string): void {
  database.prepare(writeMark).run('builder', `${builder} ${Date.now()}`)
}

/** Writes records with statements that are prepared once: a million of them pass here when the index is made anew. */
function putter(database: Database.Database) {
  const columns = 'n, id, type, state, open, team, assignee, requester, service, priority, opened_at'
  const written = [
    'select n from records where id = ?',
    'delete from links where n = ?',
    'delete from words where rowid = ?',
    'select coalesce(max(n), 0) as last from records',
    `insert or replace into records (${columns}) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    'insert or replace into bodies (n, body) values (?, ?)',
    'insert or ignore into links (target, relation, n) values (?, ?, ?)',
    'insert into words (rowid, title, said) values (?, ?, ?)',
  ]
  let statements: readonly Database.Statement[] = []
  const putOne = (last: number, { record, open, ...of }: IndexedRecord): number => {
    const [known, cutLinks, cutWords, , addRecord, addBody, addLink, addWords] = statements
    const [there] = (known?.all(record.id) ?? []) as readonly { readonly n: number }[]
    if (there !== undefined) {
      cutLinks?.run(there.n)
      cutWords?.run(there.n)
    }
    const n = there?.n ?? last + 1
    const { id, type, state, title, openedAt } = record
    const who = [of.team ?? null, of.assignee ?? null, of.requester ?? null, of.service ?? null]
    addRecord?.run(n, id, type, state, open ? 1 : 0, ...who, of.priority ?? noPriority, openedAt)
    addBody?.run(n, JSON.stringify(record))
    for (const { relation, to } of record.links) addLink?.run(to, relation, n)
    addWords?.run(n, title, saidIn(record))
    return Math.max(last, n)
  }
  const putAll = database.transaction((records: readonly IndexedRecord[], tip: string, builder?: string) => {
    if (builder !== undefined) {
      if (builderIn(database)[0] !== builder) return false
      setBuilder(database, builder)
    }
    if (statements.length === 0) statements = written.map((text) => database.prepare(text))
    let [{ last } = { last: 0 }] = (statements[3]?.all() ?? []) as readonly { readonly last: number }[]
    for (const record of records) last = putOne(last, record)
    database.prepare(writeMark).run('tip', tip)
    return true
  })
  return (records: readonly IndexedRecord[], tip: string, builder?: string): boolean =>
    putAll.immediate(records, tip, builder) as unknown as boolean
}

/** Words to be found by: what the fields and the log say. */
function saidIn({ id, fields, log }: DeclaredRecord): string {
  const texts = Object.values(fields).filter((value) => typeof value === 'string')
  return [id, ...texts, ...log.flatMap((line) => line.text ?? [])].join('\n').slice(0, 20_000)
}

type Builder = ExpressionBuilder<Tables, 'records'>

function matches(eb: Builder, query: Omit<RecordQuery, 'order' | 'limit'>) {
  const { types, states, open, team, assignee, requester, service, priority, linkedTo, text } = query
  const same = { team, assignee, requester, service, priority }
  return eb.and([
    // Written out, so that the indexes of what is open are seen to fit.
    ...(open === undefined ? [] : [open ? sql<SqlBool>`open = 1` : sql<SqlBool>`open = 0`]),
    ...(types === undefined ? [] : [eb('type', 'in', types)]),
    ...(states === undefined ? [] : [eb('state', 'in', states)]),
    ...Object.entries(same).flatMap(([column, value]) =>
      value === undefined ? [] : [value === null ? eb(column as 'team', 'is', null) : eb(column as 'team', '=', value)],
    ),
    ...(linkedTo === undefined ? [] : [linked(eb, linkedTo)]),
    ...(text === undefined
      ? []
      : [sql<SqlBool>`n in (select rowid from words where words match ${termsOf(text, 'or')})`]),
  ])
}

function linked(eb: Builder, { to, relation }: NonNullable<RecordQuery['linkedTo']>) {
  const links = eb.selectFrom('links').select('links.n').where('target', '=', to)
  return eb('n', 'in', relation === undefined ? links : links.where('relation', '=', relation))
}

/** Words as FTS5 takes them, each between quotation marks: nothing in them is an operator. All that begin so are found. */
function termsOf(text: string, join: 'and' | 'or'): string {
  const words = text.match(/[\p{L}\p{N}]+/gu) ?? []
  const terms = [...new Set(words.slice(0, 32))].map((word) => `"${word}"*`)
  return terms.length === 0 ? '""' : terms.join(` ${join.toUpperCase()} `)
}

/** The rows of a list, in its order. */
function pick(db: Kysely<Tables>, query: Omit<RecordQuery, 'text'>) {
  const rows = db
    .selectFrom('records')
    .selectAll('records')
    .where((eb) => matches(eb, query))
    .limit(query.limit)
  return query.order === 'queue'
    ? rows.orderBy('priority').orderBy('opened_at').orderBy('id')
    : rows.orderBy('opened_at', 'desc').orderBy('id', 'desc')
}

/** What has all of the words, best first; after that, what has some of them. */
async function search(db: Kysely<Tables>, { text, ...query }: RecordQuery & { readonly text: string }) {
  const found = new Map<number, Tables['records']>()
  for (const join of ['and', 'or'] as const) {
    const hits = sql<{ readonly n: number; readonly rank: number }>`(
      select rowid as n, bm25(words, 4, 1) as rank from words where words match ${termsOf(text, join)})`.as('hits')
    const rows = await db
      .selectFrom('records')
      .innerJoin(hits, (on) => on.onRef('hits.n', '=', 'records.n'))
      .selectAll('records')
      .where((eb) => matches(eb as unknown as Builder, query))
      .orderBy('hits.rank')
      .orderBy('records.id')
      .limit(query.limit)
      .execute()
    for (const row of rows) if (!found.has(row.n) && found.size < query.limit) found.set(row.n, row)
    if (found.size >= query.limit) break
  }
  return [...found.values()]
}

async function find(db: Kysely<Tables>, query: RecordQuery): Promise<readonly IndexedRecord[]> {
  const { text, ...others } = query
  const rows = text === undefined ? await pick(db, others).execute() : await search(db, { ...others, text })
  const bodies = new Map<number, string>()
  const numbers = rows.map((row) => row.n)
  for (let i = 0; i < numbers.length; i += 500)
    for (const { n, body } of await db
      .selectFrom('bodies')
      .selectAll()
      .where('n', 'in', numbers.slice(i, i + 500))
      .execute())
      bodies.set(n, body)
  return rows.flatMap((row) => {
    const body = bodies.get(row.n)
    if (body === undefined) return []
    return {
      record: JSON.parse(body) as DeclaredRecord,
      open: row.open === 1,
      ...(row.team !== null && { team: row.team }),
      ...(row.assignee !== null && { assignee: row.assignee }),
      ...(row.requester !== null && { requester: row.requester }),
      ...(row.service !== null && { service: row.service }),
      ...(row.priority !== noPriority && { priority: row.priority }),
    }
  })
}
