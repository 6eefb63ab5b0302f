import { isFinal } from '../../ledger/declared-law.ts'
import type { DeclaredRecord, RecordType } from '../../model/declared-record.ts'
import { type Diagnostic, reporter } from '../../model/diagnostic.ts'
import type { ChangeRecord } from '../../model/record.ts'
import { RepositoryError } from '../../ports/repository.ts'
import { agreementOn, type CatalogItem, catalogItem } from '../../records/catalog.ts'
import { codes } from '../codes.ts'
import { followLedger } from '../record-types/follow.ts'
import { unproven } from '../record-types/proven.ts'
import { writeRecords } from '../record-types/write.ts'
import { refusal } from '../records.ts'
import type { Part, Turn } from '../work/part.ts'
import type { World } from '../world.ts'
import { proposeFulfilment } from './propose.ts'

const report = reporter(codes)

/** So many requests are looked through in one turn; those that wait for people cost next to nothing. */
const most = 10_000

/** Takes requests further that wait for nobody: those that are agreed to are accepted, and what needs no hands is done. */
export const fulfilment: Part = {
  name: 'requests',
  async run(world, turn) {
    let done = 0
    const waiting = await (await turn.index()).find({
      types: ['request'],
      states: ['submitted', 'accepted'],
      order: 'queue',
      limit: most,
    })
    for (const { record } of waiting) {
      if (world.stopping()) break
      if (!waitsForUs(turn, record)) continue
      try {
        await expectProven(world, turn, record)
        if (await takeFurther(world, turn, record)) done += 1
      } catch (error) {
        if (!(error instanceof RepositoryError)) throw error
        turn.tell(report('fulfilment-failed', { summary: `${record.id}: ${error.message}`, subject: record.id }))
      }
    }
    return done
  },
}

/** Ends with a refusal where somebody else than those it names wrote what a request says. */
export async function expectProven(world: World, { hand, types }: Turn, { id, type }: DeclaredRecord): Promise<void> {
  const declared = types.get(type)
  const fault = declared && (await unproven(world, hand.estate.graph, declared, id))
  if (fault !== undefined)
    throw refusal(
      report('fulfilment-failed', {
        summary: `what the ledger says of it can't be relied on: ${fault}`,
        hint: 'see what else was tampered with: plumbline audit verify',
        subject: id,
      }),
    )
}

function waitsForUs(turn: Turn, record: DeclaredRecord): boolean {
  const item = itemOf(turn, record)
  if (item === undefined) return false
  return record.state === 'accepted' ? item.spec.fulfilment.pullRequest !== undefined : agreed(turn, item, record)
}

function agreed({ types, hand }: Turn, item: CatalogItem, record: DeclaredRecord): boolean {
  const type = types.get('request')
  return type !== undefined && agreementOn(item, type, record, hand.estate.graph).missing.length === 0
}

async function takeFurther(world: World, turn: Turn, { id }: DeclaredRecord): Promise<boolean> {
  const accepted = await writeRecords(world, turn.hand, async (desk) => {
    const record = await desk.find('request', id)
    const item = itemOf(turn, record)
    if (record?.state !== 'submitted' || item === undefined || !agreed(turn, item, record))
      return { record, moved: false }
    const text = (item.spec.approvals ?? []).length === 0 ? 'nobody has to agree' : 'everybody who has to agree did'
    return { record: await desk.move('request', id, { name: 'accept', text }), moved: true }
  })
  const { record } = accepted
  const item = itemOf(turn, record)
  if (record?.state !== 'accepted' || item?.spec.fulfilment.pullRequest === undefined) return accepted.moved
  const proposed = await proposeFulfilment(world, turn.hand.estate, item, record)
  const move =
    'refused' in proposed
      ? { name: 'fail', text: proposed.refused.slice(0, 5).map(line).join('\n') }
      : {
          name: 'start',
          text: `proposed on the branch ${proposed.branch}${proposed.url === undefined ? '' : `: ${proposed.url}`}`,
          links: [{ relation: 'proposed-as', to: proposed.commit }],
        }
  return writeRecords(world, turn.hand, async (desk) => {
    // Another engine may have said what came of it, or somebody taken it back.
    if ((await desk.find('request', id))?.state !== 'accepted') return accepted.moved
    await desk.move('request', id, move)
    return true
  })
}

function itemOf({ hand }: Turn, record: DeclaredRecord | undefined): CatalogItem | undefined {
  const name = record?.fields['item']
  return typeof name === 'string' ? catalogItem(hand.estate.graph, name) : undefined
}

const line = ({ code, summary, subject }: Diagnostic): string =>
  `${code}: ${subject === undefined ? '' : `${subject}: `}${summary}`

/** Links records to the changes that came of what was proposed for them, where their type says what follows from that. */
export const fulfilledBy: Part = {
  name: 'links',
  async run(world, turn) {
    let linked = 0
    const types = [...turn.types.values()].filter(({ spec }) =>
      spec.reactions?.some(({ on }) => on.type === 'change' && on.relation === 'fulfilled-by'),
    )
    await followLedger(world, 'fulfilled-by', 'now', async (move) => {
      if (move.type !== 'change' || !['propose', 'break-glass', 'merge'].includes(move.move)) return
      const commits = await commitsOf(world, move.record.subject)
      for (const type of types) linked += await linkTo(world, turn, type, move.record.id, commits)
    })
    return linked
  },
}

/** So many commits of one change are looked for in what was proposed. */
const mostCommits = 2_000

/** The commits that a change brings; its head alone where this clone has them no longer. */
async function commitsOf(world: World, { base, head }: ChangeRecord['subject']): Promise<readonly string[]> {
  try {
    const commits = await (await world.repository()).commitsBetween(base, head)
    return [...new Set([head, ...commits.slice(0, mostCommits).map((c) => c.id)])]
  } catch (error) {
    if (error instanceof RepositoryError) return [head]
    throw error
  }
}

async function linkTo(
  world: World,
  turn: Turn,
  { name, spec }: RecordType,
  change: string,
  commits: readonly string[],
): Promise<number> {
  const index = await turn.index()
  // Nothing is proposed for what was opened a moment ago.
  const first = spec.transitions['new']?.to ?? Object.keys(spec.states)[0]
  const states = Object.keys(spec.states).filter((state) => state !== first && !isFinal(spec, state))
  let linked = 0
  for (const commit of commits) {
    const linkedTo = { to: commit, relation: 'proposed-as' }
    for (const { record } of await index.find({ types: [name], states, linkedTo, order: 'newest', limit: 100 }))
      linked += await writeRecords(world, turn.hand, async (desk) => {
        const now = await desk.find(name, record.id)
        if (now?.links.some((l) => l.relation === 'fulfilled-by' && l.to === change) !== false) return 0
        await desk.link(name, record.id, { relation: 'fulfilled-by', to: change })
        return 1
      })
  }
  return linked
}
