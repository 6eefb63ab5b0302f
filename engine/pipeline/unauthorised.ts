import type { By } from '../ledger/fold-change.ts'
import {
  findUnauthorised,
  findUnauthorisedRecord,
  formatUnauthorisedId,
  listUnauthorised,
  nextUnauthorisedId,
  openAfter,
  openUnauthorised,
  parseUnauthorisedId,
  type Settlement,
  settleUnauthorised,
  unauthorisedEntry,
  unauthorisedPath,
} from '../ledger/unauthorised.ts'
import { digestOf } from '../model/canonical.ts'
import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { DriftFinding } from '../model/drift.ts'
import type { Action } from '../model/plan.ts'
import type { AppliedHost, ChangeRecord, UnauthorisedRecord } from '../model/record.ts'
import type { Observation } from '../model/resource.ts'
import type { LedgerEntry, LedgerView } from '../ports/ledger.ts'
import type { Signer } from '../ports/repository.ts'
import { codes } from './codes.ts'
import type { Drifted } from './drift.ts'
import { expectOwnKey } from './engine-keys.ts'
import { append, by, expectGenesis, moved, type RecordStep, recordHistory, trusted } from './records.ts'
import type { World } from './world.ts'

const report = reporter(codes)

interface Why {
  readonly settlement: Settlement
  readonly because: string
  readonly change?: string
}

/**
 * Writes into the ledger what drifted and no change record knows, one record for each resource and state that was found;
 * those that stand there already stay. What was found before and is so no longer is settled. Returns the findings with the
 * numbers of their records.
 */
export async function recordUnauthorised(
  world: World,
  drifted: Drifted,
  options: { readonly allHosts: boolean },
): Promise<readonly DriftFinding[]> {
  await expectOwnKey(world, await expectGenesis(world))
  const signer = await world.engineSigner()
  const actions = new Map(drifted.plan.actions.filter((a) => a.verb !== 'restart').map((a) => [placeOf(a), a]))
  const made = await append(world, async (view) => {
    const writer = new Writer(signer, trusted(await openUnauthorised(view)) ?? [])
    const standing = new Map<string, string>()
    for (const record of await openOnes(view)) {
      const why = whySettled(world, drifted, record, actions.get(placeOf(record)), options.allHosts)
      if (why === 'stands') standing.set(placeOf(record), record.id)
      else if (why !== undefined) writer.settle(record, why, by(world))
    }
    let next = parseUnauthorisedId(await nextUnauthorisedId(view, world.clock.now().getUTCFullYear()))
    for (const finding of drifted.findings) {
      const action = actions.get(placeOf(finding))
      const { attribution, setBy } = finding
      if (attribution === 'not-applied' || setBy === undefined || action === undefined || next === undefined) continue
      if (standing.has(placeOf(finding))) continue
      const id = formatUnauthorisedId(next)
      const record = bornOf(world, drifted, { ...finding, attribution, setBy }, action, id)
      if (record === undefined) continue
      writer.add(record)
      standing.set(placeOf(finding), id)
      next = { ...next, number: next.number + 1 }
    }
    return { entries: writer.entries, result: standing }
  })
  return drifted.findings.map((finding) => {
    const record = made.get(placeOf(finding))
    return record === undefined || finding.attribution === 'not-applied' ? finding : { ...finding, record }
  })
}

const placeOf = ({ host, resource }: { readonly host: string; readonly resource: string }): string =>
  `${host} ${resource}`

/** Entries one after the other, each with the list of open ones as it stands then. */
class Writer {
  readonly entries: LedgerEntry[] = []
  readonly #signer: Signer
  #open: readonly string[]

  constructor(signer: Signer, open: readonly string[]) {
    this.#signer = signer
    this.#open = open
  }

  add(record: UnauthorisedRecord): void {
    this.#open = openAfter(this.#open, record)
    this.entries.push(unauthorisedEntry(record, this.#open, this.#signer))
  }

  settle(record: UnauthorisedRecord, { settlement, ...why }: Why, who: By): void {
    this.add(moved(settleUnauthorised(record, settlement, why, who)))
  }
}

async function openOnes(view: LedgerView): Promise<readonly UnauthorisedRecord[]> {
  const ids = trusted(await openUnauthorised(view)) ?? []
  const records = await Promise.all(ids.map(async (id) => trusted(await findUnauthorisedRecord(view, id))))
  return records.filter((r) => r !== undefined)
}

function bornOf(
  world: World,
  { planned }: Drifted,
  finding: DriftFinding & {
    readonly attribution: 'outside' | 'unknown'
    readonly setBy: NonNullable<DriftFinding['setBy']>
  },
  action: Action,
  id: string,
): UnauthorisedRecord | undefined {
  const { host, resource, attribution, setBy, clues, evidence, fields } = finding
  const spec = planned.applied.get(host)?.resources[resource]?.spec
  if (spec === undefined) return undefined
  const { change, commit, approvers } = setBy
  const who = by(world)
  return moved(
    findUnauthorised(
      {
        id,
        host,
        resource,
        attribution,
        fields: fields.map((f) => f.path),
        intended: { spec, change, commit, approvers },
        found: action.before,
        foundAt: who.at,
        clues,
        ...(evidence !== undefined && { evidence }),
      },
      who,
    ),
  )
}

/** What became of one that was open; `stands` where it is found again, undefined where nothing can be said. */
function whySettled(
  world: World,
  { plan, planned, findings }: Drifted,
  record: UnauthorisedRecord,
  action: Action | undefined,
  allHosts: boolean,
): Why | 'stands' | undefined {
  const { host, resource, found } = record
  if (!plan.hosts.planned.includes(host))
    return allHosts ? { settlement: 'gone', because: 'the host is no longer in the estate' } : undefined
  if (plan.unknowns.some((u) => u.host === host && (u.resource === undefined || u.resource === resource)))
    return undefined
  const finding = findings.find((f) => f.host === host && f.resource === resource)
  if (finding?.attribution === 'not-applied') return undefined
  if (action !== undefined)
    return action.before === found ? 'stands' : { settlement: 'gone', because: 'something else is there by now' }
  const exception = plan.ignored?.find((i) => i.host === host && i.resource === resource)
  if (exception !== undefined)
    return { settlement: 'ignore', because: `${exception.exception} until ${exception.until}: ${exception.reason}` }
  const applied = planned.applied.get(host)?.resources[resource]
  if (applied === undefined) return { settlement: 'gone', because: 'it is no longer managed' }
  return stateOf(world, planned.hosts.observations.get(host)?.observations.get(resource)) === found
    ? { settlement: 'adopt', because: 'the documents ask for what is there', change: applied.change }
    : { settlement: 'gone', because: 'it is as it was applied again, and no change did that' }
}

function stateOf(world: World, seen: Observation | undefined): string | undefined {
  if (seen === undefined || seen.status === 'unknown') return undefined
  return digestOf(world.sha256, seen.status === 'present' ? seen.state : null)
}

/** What the end of a change settles: what it brought back, and what its documents ask for now. */
export async function settledByChange(
  world: World,
  view: LedgerView,
  record: ChangeRecord,
  hosts: readonly AppliedHost[],
): Promise<readonly LedgerEntry[]> {
  const open = trusted(await openUnauthorised(view)) ?? []
  if (open.length === 0 || record.deployment === undefined) return []
  const writer = new Writer(await world.engineSigner(), open)
  const done = new Set(record.deployment.results.filter((r) => r.outcome === 'applied').map((r) => r.id))
  const acted = record.deployment.intents.filter((i) => i.action.verb !== 'restart' && done.has(i.action.id))
  const brought = new Set(acted.map((i) => placeOf(i.action)))
  for (const found of await openOnes(view)) {
    const entry = hosts.find((h) => h.host === found.host)
    const now = entry?.resources[found.resource]
    const gone = entry !== undefined && now === undefined && found.found === digestOf(world.sha256, null)
    if (brought.has(placeOf(found)))
      writer.settle(found, { settlement: 'revert', because: 'a change set it', change: record.id }, by(world))
    else if (gone || (now?.change === record.id && now.state === found.found))
      writer.settle(
        found,
        { settlement: 'adopt', because: 'the documents ask for what is there', change: record.id },
        by(world),
      )
  }
  return writer.entries
}

/** Newest first; in one state, where one is named. */
export async function unauthorisedRecords(
  world: World,
  { limit, state }: { readonly limit: number; readonly state?: string | undefined },
): Promise<readonly UnauthorisedRecord[]> {
  const view = await (await world.ledger()).view()
  // The open ones are listed; of the others, one has to look.
  if (state === 'open') return [...(await openOnes(view))].reverse().slice(0, limit)
  const { records } = await listUnauthorised(view, state === undefined ? limit : Number.POSITIVE_INFINITY)
  return records.filter((r) => state === undefined || r.state === state).slice(0, limit)
}

export interface ShownUnauthorised {
  readonly record: UnauthorisedRecord
  readonly history: readonly RecordStep[]
}

export async function showUnauthorised(
  world: World,
  id: string,
): Promise<ShownUnauthorised | { readonly refused: readonly Diagnostic[] }> {
  const ledger = await world.ledger()
  const record = trusted(await findUnauthorisedRecord(await ledger.view(), id.toUpperCase()))
  if (record === undefined) return { refused: [report('change-unknown', { summary: `there is no ${id}` })] }
  return { record, history: await recordHistory(world, unauthorisedPath(record.id)) }
}
