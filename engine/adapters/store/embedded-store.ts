import { Kysely, type SqliteDatabase, SqliteDialect } from 'kysely'
import type { Store } from '../../ports/store.ts'
import { emptyLog, openEmbeddedDatabase, puttingAside } from './embedded-database.ts'
import { sqlStore } from './sql-store.ts'
import type { Tables } from './tables.ts'

/** Grows when the tables change; a store of another format is put aside, for it can be filled again. */
const format = 1

/** The store in a file of its own below `folder`: one for all who work with this clone on this machine. */
export function openEmbeddedStore(folder: string): Store {
  const file = `snapshots-${format}.db`
  const database = openEmbeddedDatabase(folder, file, {
    // A crash of the machine may cost the last looks, never the file.
    synchronous: 'normal',
    furnish: (database) => {
      database.exec(`create table if not exists contents (digest text primary key, body blob not null) without rowid;
        create table if not exists snapshots (
          id integer primary key, host text not null, since text not null, seen text not null, digest text not null,
          commit_id text, parts text not null, looks text not null, fleeting text);
        create index if not exists snapshots_by_host on snapshots (host, since);`)
    },
  })
  const store = sqlStore(
    new Kysely<Tables>({ dialect: new SqliteDialect({ database: database as unknown as SqliteDatabase }) }),
  )
  const kept: Store = {
    ...store,
    close: async () => {
      emptyLog(database)
      await store.close()
    },
  }
  return puttingAside(kept, folder, file)
}
