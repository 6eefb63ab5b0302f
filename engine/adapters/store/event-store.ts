import type { Signal } from '../../model/signal.ts'
import type { EventStore } from '../../ports/event-store.ts'
import { emptyLog, openEmbeddedDatabase, puttingAside } from './embedded-database.ts'

/** Grows when the tables change; a store of another format is left alone, for it can be filled again. */
const format = 1

/** The store in a file of its own below `folder`. It holds `most` signals; where there are more, those go that are over. */
export function openEventStore(folder: string, now: number, most = 20_000): EventStore {
  const file = `events-${format}.db`
  const database = openEmbeddedDatabase(folder, file, {
    // Whoever sent it was told that we have it: it has to be on the disk by then.
    synchronous: 'full',
    furnish: (database) => {
      database.exec(`create table if not exists signals (
          fingerprint text primary key, failing integer not null, seen integer not null, body text not null) without rowid;
        create index if not exists signals_over on signals (failing, seen);
        create table if not exists heard (key text primary key, at integer not null) without rowid;
        create table if not exists marks (name text primary key, value integer not null) without rowid;`)
      database.prepare("insert into marks (name, value) values ('listening', ?) on conflict do nothing").run(now)
    },
  })
  const find = database.prepare('select body from signals where fingerprint = ?')
  const put = database.prepare('insert or replace into signals (fingerprint, failing, seen, body) values (?, ?, ?, ?)')
  const count = database.prepare('select count(*) as n from signals')
  const drop = database.prepare(
    'delete from signals where fingerprint in (select fingerprint from signals where failing = 0 order by seen limit ?)',
  )
  const hear = database.prepare('insert into heard (key, at) values (?, ?) on conflict do nothing')
  const heard = database.prepare('select at from heard where key = ?')
  const forgetHeard = database.prepare('delete from heard where at < ?')
  const forget = database.prepare('delete from signals where failing = 0 and seen < ?')
  const { value: listening } = database.prepare("select value from marks where name = 'listening'").get() as {
    readonly value: number
  }
  const bodyOf = (row: unknown): Signal => JSON.parse((row as { readonly body: string }).body) as Signal
  const store: EventStore = {
    listening,
    join: (signals, together) => {
      database.exec('begin immediate')
      try {
        for (const signal of signals) {
          const row = find.get(signal.fingerprint)
          const all = row === undefined ? signal : together(bodyOf(row), signal)
          put.run(all.fingerprint, isFailing(all) ? 1 : 0, all.seen, JSON.stringify(all))
        }
        const over = (count.get() as { readonly n: number }).n - most
        if (over > 0) drop.run(over)
        const full = over > 0 && (count.get() as { readonly n: number }).n > most
        database.exec(full ? 'rollback' : 'commit')
        return full ? 'full' : 'accepted'
      } catch (error) {
        database.exec('rollback')
        throw error
      }
    },
    firstHeard: (key, at) => {
      hear.run(key, at)
      return (heard.get(key) as { readonly at: number }).at
    },
    all: () => database.prepare('select body from signals order by fingerprint').all().map(bodyOf),
    forget: (before) => {
      forget.run(before)
      forgetHeard.run(before)
    },
    close: () => {
      emptyLog(database)
      database.close()
    },
  }
  return puttingAside(store, folder, file)
}

const isFailing = ({ began, ended }: Signal): boolean => (began[0] ?? 0) > (ended[0] ?? 0)
