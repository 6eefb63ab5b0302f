import { createHash, randomUUID } from 'node:crypto'
import { rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { openRepository } from '../../engine/adapters/git/git-repository.ts'
import { openRememberingLedger } from '../../engine/adapters/git/remembering-ledger.ts'
import { openRecordIndex } from '../../engine/adapters/store/record-index.ts'
import { kinds } from '../../engine/generated/kinds.ts'
import { recordTypes } from '../../engine/generated/record-types.ts'
import { buildGraph } from '../../engine/graph/build-graph.ts'
import { loadDocuments } from '../../engine/load/load-documents.ts'
import type { RecordType } from '../../engine/model/declared-record.ts'
import { type QueueFilter, queueOf } from '../../engine/pipeline/desk/queue.ts'
import { freshIndex, type IndexWorld } from '../../engine/pipeline/record-types/record-index.ts'
import { git, importFiles } from '../commit-files.ts'
import type { Context } from '../context.ts'
import { recordFile, teams } from '../generate-records.ts'
import { median } from '../interleave.ts'
import { most, type Row } from '../row.ts'

/** Goal 8: the queue of a team, and of everybody, at a desk with very many records; and what the index costs that makes it so. */
export async function deskQueue(context: Context): Promise<Row[]> {
  const records = context.quick ? 20_000 : 1_000_000
  const dir = join(context.scratch, 'desk')
  context.say(`8: a ledger of ${records} records of incidents and requests`)
  await git(context.scratch, 'init', '--quiet', '--initial-branch=main', dir)
  // A commit each would be the ledger's way; an index is made of what its tip holds.
  await importFiles(dir, 'refs/heads/ledger', recordsUpTo(records), 'Records')
  const index = openRecordIndex(join(context.scratch, 'desk-index'))
  const repository = await openRepository(dir)
  const ledger = await openRememberingLedger(dir, 'ledger', { ask: false })
  const world: IndexWorld = {
    recordIndex: async () => index,
    ledger: async () => ledger,
    repository: async () => repository,
    sha256: (text) => createHash('sha256').update(text).digest('hex'),
    uuid: randomUUID,
    emit: () => undefined,
    wait: async () => undefined,
    stopping: () => false,
  }
  const types = new Map([...recordTypes].map(([name, { spec }]): [string, RecordType] => [name, { name, spec }]))
  const estate = { graph: teamsGraph() } as Parameters<typeof queueOf>[0]['estate']
  try {
    context.say(`8: its index`)
    const begun = performance.now()
    await freshIndex(world, types)
    const made = performance.now() - begun
    if ((await index.count({})) !== records) throw new Error('records are missing in the index')
    const now = new Date(Date.UTC(2026, 0, 1) + records * 30_000)
    const queue = (filter: Omit<QueueFilter, 'limit'>) => async () => {
      const { rows } = await queueOf({ index, types, estate }, { ...filter, limit: 50 }, now)
      if (rows.length !== 50) throw new Error(`${rows.length} rows instead of 50`)
    }
    const search = (text: string) => async () => void (await index.find({ text, order: 'newest', limit: 10 }))
    const common = { goal: '8', unit: 'ms', limit: most(200) } as const
    const measured = async (what: string, work: () => Promise<void>): Promise<Row> => {
      const runs = await timesOf(work, Math.max(15, context.rounds))
      const ours = median(runs)
      return { ...common, what: `${what}, ${records} records`, ours, met: ours <= 200, runs: { ours: runs, floor: [] } }
    }
    const size = statSync(join(context.scratch, 'desk-index', 'records-2.db')).size
    return [
      await measured('the queue of a team', queue({ team: `Team/${teams[0]}` })),
      await measured('what is open', queue({})),
      await measured('incidents of a service', queue({ types: ['incident'], service: 'Service/shop' })),
      await measured('a search for rare words', search('bakoli murtensa')),
      await measured('a search for common words', search('checkout slow')),
      { goal: '8', what: `the index made anew, ${records} records`, unit: 's', ours: made / 1_000 },
      { goal: '8', what: `its size, ${records} records`, unit: 'MB', ours: size / 1e6 },
    ]
  } finally {
    ledger.close()
    repository.close()
    await index.close()
    for (const name of ['desk', 'desk-index']) rmSync(join(context.scratch, name), { recursive: true, force: true })
  }
}

function* recordsUpTo(count: number) {
  for (let number = 1; number <= count; number += 1) yield recordFile(number)
}

/** Teams that are there in the week, so that clocks have to count hours. */
function teamsGraph() {
  const hours = `apiVersion: plumbline/v1\nkind: SupportHours\nmetadata: { name: office }\nspec: { timeZone: Europe/Amsterdam, hours: [{ days: [mon, tue, wed, thu, fri], from: "08:00", until: "18:00" }] }\n`
  const each = teams.map(
    (name) =>
      `apiVersion: plumbline/v1\nkind: Team\nmetadata: { name: ${name} }\nspec: { members: [], supportHours: office }\n`,
  )
  const bytes = new TextEncoder().encode([hours, ...each].join('---\n'))
  const { documents, locate } = loadDocuments([{ path: 'teams.yaml', bytes }], { kinds })
  return buildGraph(documents, kinds, locate).graph
}

async function timesOf(work: () => Promise<void>, rounds: number): Promise<number[]> {
  const runs: number[] = []
  for (let round = 0; round <= rounds; round += 1) {
    const begun = performance.now()
    await work()
    if (round > 0) runs.push(performance.now() - begun)
  }
  return runs
}
