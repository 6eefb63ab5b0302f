import { createHash } from 'node:crypto'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { Kysely, Selectable } from 'kysely'
import { canonicalJson, type Digest } from '../../model/canonical.ts'
import type { Json } from '../../model/document.ts'
import type { Look, Snapshot, Store } from '../../ports/store.ts'
import type { Tables } from './tables.ts'

/** How many bytes a text has to have before it is worth squeezing. */
const squeezeFrom = 256

type Row = Selectable<Tables['snapshots']>
type Texts = Readonly<Record<string, string>>

/** Snapshots in two tables of a database: contents by their digest, and for each host the times over which it had which contents. */
export function sqlStore(db: Kysely<Tables>): Store {
  return {
    put: (looks) => put(db, looks),
    latest: async ({ hosts, before } = {}) => {
      const rows = await newestRows(db, hosts, before)
      const values = await contentsOf(db, rows)
      return new Map(rows.map((row) => [row.host, snapshotOf(row, values)]))
    },
    find: async (host, digest) => {
      const row = await db
        .selectFrom('snapshots')
        .selectAll()
        .where('host', '=', host)
        .where('digest', '=', digest)
        .orderBy('since', 'desc')
        .limit(1)
        .executeTakeFirst()
      return row === undefined ? undefined : snapshotOf(row, await contentsOf(db, [row]))
    },
    prune: (before, keep = new Set()) => prune(db, before, keep),
    close: () => db.destroy(),
  }
}

/** A look, and the digest of each of its parts. */
interface Digested {
  readonly look: Look
  readonly digests: Texts
}

async function put(db: Kysely<Tables>, looks: readonly Look[]): Promise<void> {
  const known = looks.filter((look) => look.parts.size > 0)
  if (known.length === 0) return
  const texts = new Map<string, string>()
  const all = known.map((look): Digested => {
    const digests: Record<string, string> = {}
    for (const [name, value] of look.parts) {
      // Parsers build what they see in one order, so the plain text will do: sorting keys costs ten times as much.
      const text = JSON.stringify(value)
      const digest = digestOfText(text)
      texts.set(digest, text)
      digests[name] = digest
    }
    return { look, digests }
  })
  await db.transaction().execute(async (tx) => {
    await lockForWriting(tx)
    for (const batch of withoutRepeats(all)) {
      const hosts = batch.map(({ look }) => look.host)
      const newest = new Map((await newestRows(tx, hosts)).map((row) => [row.host, row]))
      await addContents(tx, texts, [...newest.values()])
      for (const one of batch) await extendOrAdd(tx, one, newest.get(one.look.host))
    }
  })
}

/** Writes nothing, and takes the lock for writing before anything is read: so nobody writes in between. */
async function lockForWriting(tx: Kysely<Tables>): Promise<void> {
  await tx.deleteFrom('snapshots').where('id', '<', 0).execute()
}

/** Groups in which no host stands twice, in order. */
function withoutRepeats(all: readonly Digested[]): readonly (readonly Digested[])[] {
  const batches: Digested[][] = []
  const at = new Map<string, number>()
  for (const one of all) {
    const batch = at.get(one.look.host) ?? 0
    at.set(one.look.host, batch + 1)
    batches[batch] = [...(batches[batch] ?? []), one]
  }
  return batches
}

/** Adds contents that are not there. Those of the newest snapshots are, so where nothing changed nothing is asked. */
async function addContents(
  tx: Kysely<Tables>,
  texts: ReadonlyMap<string, string>,
  newest: readonly Row[],
): Promise<void> {
  const there = new Set(newest.flatMap((row) => Object.values(JSON.parse(row.parts) as Texts)))
  const asked = [...texts.keys()].filter((digest) => !there.has(digest))
  for (const some of chunks(asked, 500)) {
    const rows = await tx.selectFrom('contents').select('digest').where('digest', 'in', some).execute()
    for (const { digest } of rows) there.add(digest)
  }
  const missing = asked.filter((digest) => !there.has(digest))
  for (const some of chunks(missing, 100)) {
    const rows = some.map((digest) => ({ digest, body: squeeze(texts.get(digest) ?? '') }))
    await tx.insertInto('contents').values(rows).execute()
  }
}

function chunks<Value>(list: readonly Value[], size: number): readonly (readonly Value[])[] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.slice(i * size, (i + 1) * size))
}

async function extendOrAdd(tx: Kysely<Tables>, { look, digests }: Digested, last: Row | undefined): Promise<void> {
  // Two machines' clocks may differ, and looks may end in another order than they began in.
  const at = last === undefined || last.seen <= look.at ? look.at : last.seen
  const parts = ordered({ ...(last === undefined ? {} : (JSON.parse(last.parts) as Texts)), ...digests })
  const earlier = last === undefined ? {} : (JSON.parse(last.looks) as Texts)
  const looked = ordered({ ...earlier, ...Object.fromEntries([...look.parts.keys()].map((name) => [name, at])) })
  const digest = digestOfText(canonicalJson(parts))
  const fleeting = look.fleeting === undefined ? (last?.fleeting ?? null) : canonicalJson(look.fleeting)
  const changing = {
    seen: at,
    looks: JSON.stringify(looked),
    fleeting,
    commit_id: look.commit ?? last?.commit_id ?? null,
  }
  if (last?.digest === digest) await tx.updateTable('snapshots').set(changing).where('id', '=', last.id).execute()
  else
    await tx
      .insertInto('snapshots')
      .values({ host: look.host, since: at, digest, parts: JSON.stringify(parts), ...changing })
      .execute()
}

async function newestRows(db: Kysely<Tables>, hosts?: readonly string[], before?: string): Promise<Row[]> {
  if (hosts?.length === 0) return []
  let newest = db
    .selectFrom('snapshots')
    .select(({ fn }) => ['host', fn.max('id').as('id')])
    .groupBy('host')
  if (before !== undefined) newest = newest.where('since', '<=', before)
  if (hosts?.length === 1) newest = newest.where('host', '=', hosts[0] ?? '')
  const rows = await db
    .selectFrom('snapshots')
    .innerJoin(newest.as('newest'), 'newest.id', 'snapshots.id')
    .selectAll('snapshots')
    .orderBy('snapshots.host')
    .execute()
  const wanted = hosts === undefined ? undefined : new Set(hosts)
  return rows.filter((row) => wanted === undefined || wanted.has(row.host))
}

/** Values by digest: hosts that have the same share one. */
async function contentsOf(db: Kysely<Tables>, rows: readonly Row[]): Promise<ReadonlyMap<string, Json>> {
  const wanted = [...new Set(rows.flatMap((row) => Object.values(JSON.parse(row.parts) as Texts)))]
  const values = new Map<string, Json>()
  for (const some of chunks(wanted, 500)) {
    const found = await db.selectFrom('contents').selectAll().where('digest', 'in', some).execute()
    for (const { digest, body } of found) values.set(digest, JSON.parse(unsqueeze(body)) as Json)
  }
  return values
}

function snapshotOf(row: Row, values: ReadonlyMap<string, Json>): Snapshot {
  const looks = JSON.parse(row.looks) as Texts
  const parts = Object.entries(JSON.parse(row.parts) as Texts).flatMap(([name, digest]) => {
    const value = values.get(digest)
    return value === undefined ? [] : [[name, { value, seen: looks[name] ?? row.since }] as const]
  })
  return {
    host: row.host,
    digest: row.digest as Digest,
    since: row.since,
    seen: row.seen,
    ...(row.commit_id !== null && { commit: row.commit_id }),
    parts: new Map(parts),
    ...(row.fleeting !== null && { fleeting: JSON.parse(row.fleeting) as Json }),
  }
}

async function prune(db: Kysely<Tables>, before: string, keep: ReadonlySet<Digest>): Promise<number> {
  return db.transaction().execute(async (tx) => {
    await lockForWriting(tx)
    const newest = new Set((await newestRows(tx)).map((row) => row.id))
    const rows = await tx.selectFrom('snapshots').select(['id', 'digest', 'seen', 'parts']).execute()
    const gone = new Set(
      rows.filter((r) => r.seen < before && !newest.has(r.id) && !keep.has(r.digest as Digest)).map((r) => r.id),
    )
    const used = new Set(
      rows.filter((r) => !gone.has(r.id)).flatMap((r) => Object.values(JSON.parse(r.parts) as Texts)),
    )
    for (const id of gone) await tx.deleteFrom('snapshots').where('id', '=', id).execute()
    const contents = gone.size === 0 ? [] : await tx.selectFrom('contents').select('digest').execute()
    for (const { digest } of contents)
      if (!used.has(digest)) await tx.deleteFrom('contents').where('digest', '=', digest).execute()
    return gone.size
  })
}

const ordered = (parts: Texts): Texts =>
  Object.fromEntries(Object.entries(parts).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))

const digestOfText = (text: string): Digest => `sha256:${createHash('sha256').update(text).digest('hex')}`

/** A first byte says whether the rest is squeezed. */
function squeeze(text: string): Uint8Array {
  const plain = Buffer.from(text)
  const packed = plain.length < squeezeFrom ? plain : deflateRawSync(plain)
  return packed.length < plain.length
    ? Buffer.concat([Buffer.from([1]), packed])
    : Buffer.concat([Buffer.from([0]), plain])
}

function unsqueeze(body: Uint8Array | ArrayBuffer): string {
  const bytes = Buffer.from(body instanceof ArrayBuffer ? new Uint8Array(body) : body)
  return (bytes[0] === 1 ? inflateRawSync(bytes.subarray(1)) : bytes.subarray(1)).toString('utf8')
}
