import type { JsonObject } from '../../model/document.ts'
import type { Accepted, Inbox, Parcel, Taken } from '../../ports/inbox.ts'
import { emptyLog, openEmbeddedDatabase, puttingAside } from '../store/embedded-database.ts'

/** Grows when the table changes. */
const format = 1

interface Row {
  readonly id: string
  readonly lane: string
  readonly same: string
  readonly work: string
  readonly attempts: number
  readonly due: number
}

/** The inbox in a file of its own below `folder`. No more than `most` wait at once. */
export function openEmbeddedInbox(folder: string, most = 1000): Inbox {
  const file = `inbox-${format}.db`
  const database = openEmbeddedDatabase(folder, file, {
    // Whoever sent it was told that we have it: it has to be on the disk by then.
    synchronous: 'full',
    furnish: (database) => {
      database.exec(`create table if not exists parcels (
          seq integer primary key autoincrement, id text not null unique, lane text not null, same text not null,
          work text not null, state text not null, attempts integer not null, due integer not null, at integer not null);
        create index if not exists parcels_waiting on parcels (state, seq);`)
    },
  })
  const find = database.prepare('select state from parcels where id = ?')
  const count = database.prepare('select count(*) as n from parcels where state = ?')
  const add = database.prepare(
    "insert into parcels (id, lane, same, work, state, attempts, due, at) values (?, ?, ?, ?, 'waiting', 0, ?, ?)",
  )
  const remove = database.prepare('delete from parcels where id = ?')
  const waiting = database.prepare(
    "select id, lane, same, work, attempts, due from parcels where state = 'waiting' order by seq",
  )
  const settle = database.prepare('update parcels set state = ?, at = ? where id = ?')
  const postpone = database.prepare('update parcels set attempts = attempts + 1, due = ? where id = ?')
  const forget = database.prepare("delete from parcels where state <> 'waiting' and at < ?")
  const rows = (): readonly Row[] => waiting.all() as Row[]
  const countOf = (state: string): number => (count.get(state) as { readonly n: number }).n
  /** All of it, or nothing: nobody else writes in between. */
  const whole = <Result>(job: () => Result): Result => {
    database.exec('begin immediate')
    try {
      const result = job()
      database.exec('commit')
      return result
    } catch (error) {
      database.exec('rollback')
      throw error
    }
  }
  const inbox: Inbox = {
    put: (parcel, now, due = 0) =>
      whole((): Accepted => {
        const known = find.get(parcel.id) as { readonly state: string } | undefined
        if (known !== undefined && known.state !== 'failed') return 'known'
        if (countOf('waiting') >= most) return 'full'
        remove.run(parcel.id)
        add.run(parcel.id, parcel.lane, parcel.same, JSON.stringify(parcel.work), due, now)
        return 'accepted'
      }),
    take: (busy, now) => takeOf(rows(), busy, now),
    done: ({ parcel, along }, now) =>
      whole(() => {
        for (const id of [parcel.id, ...along]) settle.run('done', now, id)
      }),
    later: ({ parcel }, at) => void postpone.run(at, parcel.id),
    fail: ({ parcel }, now) => void settle.run('failed', now, parcel.id),
    nextDue: (now) => {
      const due = rows().flatMap((row) => (row.due > now ? [row.due] : []))
      return due.length === 0 ? undefined : Math.min(...due)
    },
    counts: () => ({ waiting: countOf('waiting'), failed: countOf('failed') }),
    forget: (before) => void forget.run(before),
    close: () => {
      emptyLog(database)
      database.close()
    },
  }
  return puttingAside(inbox, folder, file)
}

function takeOf(rows: readonly Row[], busy: ReadonlySet<string>, now: number): Taken | undefined {
  const passed = new Set(busy)
  for (const row of rows) {
    if (passed.has(row.lane)) continue
    // Whatever came after it in its lane comes after it still.
    passed.add(row.lane)
    if (row.due > now) continue
    const along = rows.filter((r) => r.same === row.same && r.lane === row.lane && r.id !== row.id).map((r) => r.id)
    return { parcel: parcelOf(row), along, attempts: row.attempts }
  }
  return undefined
}

const parcelOf = ({ id, lane, same, work }: Row): Parcel => ({ id, lane, same, work: JSON.parse(work) as JsonObject })
