import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Kysely, type SqliteDatabase, SqliteDialect } from 'kysely'
import Database from 'libsql'
import type { Store } from '../../ports/store.ts'
import { sqlStore } from './sql-store.ts'
import type { Tables } from './tables.ts'

/** Grows when the tables change; a store of another format is put aside, for it can be filled again. */
const format = 1

/** The store in a file of its own below `folder`: one for all who work with this clone on this machine. */
export function openEmbeddedStore(folder: string): Store {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, `snapshots-${format}.db`)
  const database = new Database(path, { timeout: 10_000 })
  try {
    // What hosts are like is nobody else's business.
    chmodSync(path, 0o600)
    // A crash of the machine may cost the last looks, never the file.
    database.exec('pragma journal_mode = wal')
    database.exec('pragma synchronous = normal')
    database.exec(`create table if not exists contents (digest text primary key, body blob not null) without rowid;
      create table if not exists snapshots (
        id integer primary key, host text not null, since text not null, seen text not null, digest text not null,
        commit_id text, parts text not null, looks text not null, fleeting text);
      create index if not exists snapshots_by_host on snapshots (host, since);`)
  } catch (error) {
    database.close()
    throw error
  }
  const store = sqlStore(
    new Kysely<Tables>({ dialect: new SqliteDialect({ database: database as unknown as SqliteDatabase }) }),
  )
  return {
    ...store,
    close: async () => {
      // libsql closes a file only when its statements are collected, so what was written would stay in the log beside it.
      database.exec('pragma wal_checkpoint(passive)')
      await store.close()
    },
  }
}
