import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type ExpressionBuilder, Kysely, type SqlBool, type SqliteDatabase, SqliteDialect, sql } from 'kysely'
import Database from 'libsql'
import type { DeclaredRecord } from '../../model/declared-record.ts'
import type { IndexedRecord, RecordIndex, RecordQuery } from '../../ports/record-index.ts'

/** Grows when the tables change; an index of another format is left alone, for it can be made again. */
const format = 1

interface Tables {
  readonly records: {
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
    /** The record, JSON. */
    readonly body: string
  }
  readonly links: { readonly target: string; readonly relation: string; readonly id: string }
  readonly words: { readonly id: string; readonly title: string; readonly said: string }
  readonly marks: { readonly name: string; readonly value: string }
}

const noPriority = 'Q'
const batch = 500

/** The index in a file of its own below `folder`: one for all who work with this clone on this machine. */
export function openRecordIndex(folder: string): RecordIndex {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, `records-${format}.db`)
  const database = new Database(path, { timeout: 10_000 })
  try {
    chmodSync(path, 0o600)
    // A crash of the machine may cost what was indexed last; that is told by the tip, and made up for.
    database.exec('pragma journal_mode = wal')
    database.exec('pragma synchronous = normal')
    database.exec(`create table if not exists records (
        id text primary key, type text not null, state text not null, open integer not null, team text, assignee text,
        requester text, service text, priority text not null, opened_at text not null, body text not null) without rowid;
      create index if not exists open_by_team on records (team, priority, opened_at) where open = 1;
      create index if not exists open_by_assignee on records (assignee, priority, opened_at) where open = 1;
      create index if not exists open_by_service on records (service, priority, opened_at) where open = 1;
      create index if not exists open_by_type on records (type, priority, opened_at) where open = 1;
      create index if not exists open_all on records (priority, opened_at) where open = 1;
      create index if not exists by_type on records (type, opened_at);
      create index if not exists by_service on records (service, opened_at);
      create index if not exists by_requester on records (requester, opened_at);
      create index if not exists by_time on records (opened_at);
      create table if not exists links (target text not null, relation text not null, id text not null,
        primary key (target, relation, id)) without rowid;
      create index if not exists links_of on links (id);
      create virtual table if not exists words using fts5 (id unindexed, title, said, tokenize = 'porter unicode61');
      create table if not exists marks (name text primary key, value text not null) without rowid;`)
  } catch (error) {
    database.close()
    throw error
  }
  const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database: database as unknown as SqliteDatabase }) })
  return {
    tip: () => mark(db, 'tip'),
    put: (records, tip) => put(db, records, tip),
    clear: async () => {
      await db.transaction().execute(async (tx) => {
        for (const table of ['records', 'links', 'words'] as const) await tx.deleteFrom(table).execute()
        await tx.deleteFrom('marks').where('name', '=', 'tip').execute()
      })
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
    close: async () => {
      // libsql closes a file only when its statements are collected, so what was written would stay in the log beside it.
      database.exec('pragma wal_checkpoint(passive)')
      await db.destroy()
    },
  }
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

async function put(db: Kysely<Tables>, records: readonly IndexedRecord[], tip: string): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await setMark(tx, 'tip', tip)
    for (let i = 0; i < records.length; i += batch) {
      const some = [...new Map(records.slice(i, i + batch).map((r) => [r.record.id, r])).values()]
      const ids = some.map((r) => r.record.id)
      const known = await tx.selectFrom('records').select('id').where('id', 'in', ids).execute()
      if (known.length > 0) {
        const old = known.map((k) => k.id)
        await tx.deleteFrom('records').where('id', 'in', old).execute()
        await tx.deleteFrom('links').where('id', 'in', old).execute()
        await tx.deleteFrom('words').where('id', 'in', old).execute()
      }
      await tx.insertInto('records').values(some.map(rowOf)).execute()
      const links = some.flatMap(({ record }) =>
        record.links.map(({ relation, to }) => ({ target: to, relation, id: record.id })),
      )
      if (links.length > 0)
        await tx
          .insertInto('links')
          .values(links)
          .onConflict((c) => c.doNothing())
          .execute()
      await tx
        .insertInto('words')
        .values(some.map(({ record }) => ({ id: record.id, title: record.title, said: saidIn(record) })))
        .execute()
    }
  })
}

const rowOf = ({ record, open, team, assignee, requester, service, priority }: IndexedRecord): Tables['records'] => ({
  id: record.id,
  type: record.type,
  state: record.state,
  open: open ? 1 : 0,
  team: team ?? null,
  assignee: assignee ?? null,
  requester: requester ?? null,
  service: service ?? null,
  priority: priority ?? noPriority,
  opened_at: record.openedAt,
  body: JSON.stringify(record),
})

/** Words to be found by: what the fields and the log say. */
function saidIn({ id, fields, log }: DeclaredRecord): string {
  const texts = Object.values(fields).filter((value) => typeof value === 'string')
  return [id, ...texts, ...log.flatMap((line) => line.text ?? [])].join('\n').slice(0, 20_000)
}

type Builder = ExpressionBuilder<Tables, 'records'>

function matches(eb: Builder, query: Omit<RecordQuery, 'order' | 'limit'>) {
  const { types, states, open, team, assignee, requester, service, linkedTo, text } = query
  const same = { team, assignee, requester, service }
  return eb.and([
    // Written out, so that the indexes of what is open are seen to fit.
    ...(open === undefined ? [] : [open ? sql<SqlBool>`open = 1` : sql<SqlBool>`open = 0`]),
    ...(types === undefined ? [] : [eb('type', 'in', types)]),
    ...(states === undefined ? [] : [eb('state', 'in', states)]),
    ...Object.entries(same).flatMap(([column, value]) =>
      value === undefined ? [] : [eb(column as 'team', '=', value)],
    ),
    ...(linkedTo === undefined ? [] : [linked(eb, linkedTo)]),
    ...(text === undefined ? [] : [sql<SqlBool>`id in (select id from words where words match ${termsOf(text)})`]),
  ])
}

function linked(eb: Builder, { to, relation }: NonNullable<RecordQuery['linkedTo']>) {
  const links = eb.selectFrom('links').select('links.id').where('target', '=', to)
  return eb('id', 'in', relation === undefined ? links : links.where('relation', '=', relation))
}

/** Words as FTS5 takes them, each between quotation marks: nothing in them is an operator. All that begin so are found, any will do. */
function termsOf(text: string): string {
  const words = text.match(/[\p{L}\p{N}]+/gu) ?? []
  return words.length === 0 ? '""' : [...new Set(words.slice(0, 32))].map((word) => `"${word}"*`).join(' OR ')
}

async function find(db: Kysely<Tables>, query: RecordQuery): Promise<readonly IndexedRecord[]> {
  const { order, limit, text } = query
  const rows = db
    .selectFrom('records')
    .selectAll('records')
    .where((eb) => matches(eb, query))
    .limit(limit)
  const ordered =
    text !== undefined
      ? rows
          .innerJoin(
            sql<{
              found: string
              rank: number
            }>`(select id as found, bm25(words, 0, 4, 1) as rank from words where words match ${termsOf(text)})`.as(
              'hits',
            ),
            (join) => join.onRef('hits.found' as never, '=', 'records.id'),
          )
          .orderBy(sql`hits.rank`)
      : order === 'queue'
        ? rows.orderBy('priority').orderBy('opened_at').orderBy('id')
        : rows.orderBy('opened_at', 'desc').orderBy('id', 'desc')
  return (await ordered.execute()).map((row) => ({
    record: JSON.parse(row.body) as DeclaredRecord,
    open: row.open === 1,
    ...(row.team !== null && { team: row.team }),
    ...(row.assignee !== null && { assignee: row.assignee }),
    ...(row.requester !== null && { requester: row.requester }),
    ...(row.service !== null && { service: row.service }),
    ...(row.priority !== noPriority && { priority: row.priority }),
  }))
}
