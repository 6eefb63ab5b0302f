import { findGenesis, listChanges } from '../ledger/find-records.ts'
import type { Address } from '../model/address.ts'
import { canonicalJson } from '../model/canonical.ts'
import type { GrantStarts } from '../model/grant-starts.ts'
import type { Graph } from '../model/graph.ts'
import type { ChangeRecord } from '../model/record.ts'
import { type GraphAt, givenBy } from './given-by.ts'
import { trusted } from './records.ts'
import type { World } from './world.ts'

interface StartsQuestion {
  readonly graph: Graph
  /** The commit that these are the documents of; undefined for a working folder or the result of a merge. */
  readonly commit?: string
  /** Documents that those of no commit were changed from. */
  readonly base?: { readonly graph: Graph; readonly starts: GrantStarts }
  readonly graphAt: GraphAt
}

/** A grant lasts a month at most. What came by a change that was opened so long before the commit counts from its commit, and is over. */
const longAgo = 400 * 86_400_000

/**
 * A grant that lasts for hours begins with the apply of the change by which it got its present form, as the ledger tells: the same
 * commit and ledger give the same moment for ever. What has no record, or one that was never applied itself, counts from its commit.
 */
export async function grantStarts(world: World, question: StartsQuestion): Promise<GrantStarts> {
  const { graph, commit, base } = question
  const lasting = graph.ofKind('AccessGrant').filter((d) => typeof d.document.spec['hours'] === 'number')
  if (lasting.length === 0) return new Map()
  if (base !== undefined) {
    const same = lasting.filter((d) => {
      const before = base.graph.documents.get(d.address)
      return before !== undefined && canonicalJson(before.document) === canonicalJson(d.document)
    })
    return new Map(same.flatMap(({ address }) => entry(address, base.starts.get(address))))
  }
  if (commit === undefined) return new Map()
  const view = await (await world.ledger()).view()
  const genesis = trusted(await findGenesis(view))
  if (genesis === undefined) return new Map()
  if (!(await (await world.repository()).isAncestor(genesis.adoption, commit))) return new Map()
  const { committer } = await (await world.repository()).commit(commit)
  const since = new Date(Date.parse(committer.at) - longAgo).toISOString()
  const { changes } = await listChanges(view, { since })
  const records = new Map(changes.map((record) => [record.id, record]))
  const at = { commit, adoption: genesis.adoption, changes: changes.map((record) => ({ record })) }
  const addresses = lasting.map((d) => d.address)
  const given = await givenBy(world, addresses, at, question.graphAt)
  return new Map([...given].flatMap(([address, g]) => entry(address, startOf(g.at, records.get(g.change ?? '')))))
}

const entry = (address: Address, at: number | undefined): [Address, number][] =>
  at === undefined ? [] : [[address, at]]

/** What may still be gone on with has no start yet: its plan has to stay the one that was agreed to. */
function startOf(committed: string, record: ChangeRecord | undefined): number | undefined {
  if (record === undefined) return Date.parse(committed)
  const open: readonly ChangeRecord['state'][] = [
    'proposed',
    'approved',
    'scheduled',
    'implementing',
    'paused',
    'failed',
  ]
  if (open.includes(record.state)) return undefined
  return Date.parse(record.deployment?.startedAt ?? committed)
}
