import { duePages, policyFor, teamOf } from '../../incidents/escalation.ts'
import { named } from '../../incidents/on-call-of.ts'
import type { Address } from '../../model/address.ts'
import type { DeclaredRecord, RecordType } from '../../model/declared-record.ts'
import { reporter } from '../../model/diagnostic.ts'
import type { LoadedDocument } from '../../model/document.ts'
import type { Graph } from '../../model/graph.ts'
import { RepositoryError } from '../../ports/repository.ts'
import { indexedRecord } from '../../records/index-record.ts'
import { writeRecords } from '../record-types/write.ts'
import type { Part, Turn } from '../work/part.ts'
import type { World } from '../world.ts'
import { codes } from './codes.ts'

const report = reporter(codes)

/** So many incidents that nobody has acknowledged are looked at in one turn; the worst first. */
const most = 1_000

/** Pages whoever is next as long as nobody acknowledges an incident. A page is a move of the record, so each is made once. */
export const escalation: Part = {
  name: 'pages',
  async run(world, turn) {
    const { graph } = turn.hand.estate
    const type = turn.types.get('incident')
    if (type === undefined || graph.ofKind('EscalationPolicy').length === 0) return 0
    const open = await (await turn.index()).find({ types: ['incident'], states: ['open'], order: 'queue', limit: most })
    let paged = 0
    for (const { record } of open) {
      if (world.stopping()) break
      const policy = policyOf(type, record, graph)
      if (policy === undefined || duePages(policy, record, graph, world.clock.now().getTime()).length === 0) continue
      try {
        paged += await page(world, turn, type, record.id)
      } catch (error) {
        if (!(error instanceof RepositoryError)) throw error
        turn.tell(report('incident-step-failed', { summary: `${record.id}: ${error.message}`, subject: record.id }))
      }
    }
    return paged
  },
}

async function page(world: World, turn: Turn, type: RecordType, id: string): Promise<number> {
  const { graph } = turn.hand.estate
  return writeRecords(world, turn.hand, async (desk) => {
    const record = await desk.find('incident', id)
    const policy = record?.state === 'open' ? policyOf(type, record, graph) : undefined
    if (record === undefined || policy === undefined) return 0
    const due = duePages(policy, record, graph, world.clock.now().getTime())
    for (const { people, text } of due) {
      await desk.move('incident', id, { name: 'page', fields: { paged: [...people] }, text })
      if (people.length === 0) turn.tell(report('escalation-empty', { summary: `${id}: ${text}`, subject: id }))
    }
    return due.length
  })
}

function policyOf(type: RecordType, record: DeclaredRecord, graph: Graph): LoadedDocument | undefined {
  const { team, service, priority } = indexedRecord(type, record)
  const said = { ...(team !== undefined && { team }), ...(service !== undefined && { service }) }
  const whose = teamOf(graph, said, itemOf(record, graph))
  return policyFor(graph, {
    ...said,
    ...(whose !== undefined && { team: whose }),
    ...(priority !== undefined && { priority }),
  })
}

/** The document that fails, in full: a bare name is looked for among the kinds that may stand there. */
export function itemOf({ fields }: Pick<DeclaredRecord, 'fields'>, graph: Graph): Address | undefined {
  const { item } = fields
  if (typeof item !== 'string') return undefined
  const kinds = item.includes('/') ? [item.slice(0, item.indexOf('/'))] : []
  return [...kinds, 'Host', 'Service', 'Application', 'Equipment', 'NetworkDevice']
    .map((kind) => named(kind[0]?.toUpperCase() + kind.slice(1), item))
    .find((address) => graph.documents.has(address))
}
