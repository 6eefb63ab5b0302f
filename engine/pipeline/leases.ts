import { changedDocuments } from '../change/changed-documents.ts'
import { allLeases, findLease, giveBack, leaseEntry } from '../ledger/lease.ts'
import type { Address } from '../model/address.ts'
import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { Json, LoadedDocument } from '../model/document.ts'
import type { Graph } from '../model/graph.ts'
import type { Kind } from '../model/kind.ts'
import type { LeaseRecord, LeaseSort } from '../model/lease.ts'
import { RepositoryError } from '../ports/repository.ts'
import { rangeOfValue, scopeOf } from '../practices/network/allocation.ts'
import { isObject } from '../schema/is-object.ts'
import { markedSchema, visitMarks } from '../schema/marks.ts'
import { codes } from './codes.ts'
import { loadCommit } from './estate.ts'
import type { EstateAt } from './estate-at.ts'
import { append, by, expectGenesis, moved, trusted } from './records.ts'
import { targetBranch, targetTip } from './target-branch.ts'
import type { World } from './world.ts'
import { writerHere } from './writer-here.ts'

const report = reporter(codes)
type Refused = { readonly refused: readonly Diagnostic[] }

/** A lease, and which branch says so by now: the target branch, another one, or none that this clone knows. */
export interface LeaseSeen {
  readonly lease: LeaseRecord
  readonly standing: 'merged' | 'open' | 'nowhere'
}

/** What is leased, and by which documents it stands. */
export async function listLeases(world: World): Promise<readonly LeaseSeen[]> {
  const leases = await leasedNow(world)
  return leases.length === 0 ? [] : seenIn(leases, await branchesNow(world))
}

async function leasedNow(world: World): Promise<readonly LeaseRecord[]> {
  const all = await allLeases(await (await world.ledger()).view())
  return all.flatMap((outcome) => trusted(outcome) ?? []).filter((l) => l.state === 'leased')
}

interface Branches {
  readonly target: Graph | undefined
  readonly open: readonly Graph[]
}

/** The documents of every branch that this clone knows. Those that hold no estate, such as the ledger, say nothing. */
async function branchesNow(world: World): Promise<Branches> {
  const repository = await world.repository()
  const tip = await targetTip(world, await targetBranch(world))
  const open: Graph[] = []
  for (const commit of new Set((await repository.branches()).map((b) => b.commit))) {
    if (tip !== undefined && (await repository.isAncestor(commit, tip))) continue
    const graph = await graphAt(world, commit)
    if (graph !== undefined) open.push(graph)
  }
  return { target: tip === undefined ? undefined : await graphAt(world, tip), open }
}

async function graphAt(world: World, commit: string): Promise<Graph | undefined> {
  try {
    return (await loadCommit(world, commit)).graph
  } catch (error) {
    if (error instanceof RepositoryError && error.code === 'no-estate') return undefined
    throw error
  }
}

function seenIn(leases: readonly LeaseRecord[], { target, open }: Branches): readonly LeaseSeen[] {
  return leases.map((lease) => ({
    lease,
    standing:
      target !== undefined && says(target, lease)
        ? 'merged'
        : open.some((graph) => says(graph, lease))
          ? 'open'
          : 'nowhere',
  }))
}

/** Whether a document says what is leased for it, or still asks for it. */
function says(graph: Graph, { of, field, value }: LeaseRecord): boolean {
  let found: Json | undefined = graph.documents.get(of)?.document as Json | undefined
  for (const step of field.split('.'))
    found = Array.isArray(found) ? found[Number(step)] : isObject(found) ? found[step] : undefined
  return isObject(found) ? 'from' in found : found !== undefined && String(found).toLowerCase() === value
}

export interface ReleaseOptions {
  /** Values to give back; where none is named, those that no branch says any more. */
  readonly values: readonly string[]
  /** Why, where somebody says so. */
  readonly reason?: string
  /** Of what is given back unnamed: for so long nobody has said it since it was leased, in milliseconds. */
  readonly grace: number
}

/** Gives back what is leased: what is named, or what is in no branch any more after a time of grace. */
export async function releaseLeases(world: World, options: ReleaseOptions): Promise<readonly LeaseRecord[] | Refused> {
  await expectGenesis(world)
  const seen = seenIn(await leasedNow(world), await branchesNow(world))
  const { values } = options
  const chosen = values.length === 0 ? forgotten(world, seen, options.grace) : named(seen, values)
  if ('refused' in chosen) return chosen
  if (chosen.length === 0) return []
  const writer = await writerHere(world)
  if ('refused' in writer) return writer
  const because = options.reason ?? (values.length === 0 ? 'no branch says it any more' : 'given back by hand')
  return append(world, async (view) => {
    const back: LeaseRecord[] = []
    for (const { lease } of chosen) {
      const current = trusted(await findLease(view, lease))
      // Somebody else gave it back, and perhaps got it since.
      if (current?.transition.uuid !== lease.transition.uuid) continue
      back.push(moved(giveBack(current, because, by(world, writer.actor))))
    }
    return { entries: back.map((record) => leaseEntry(record, writer.signer)), result: back }
  })
}

function forgotten(world: World, seen: readonly LeaseSeen[], grace: number): readonly LeaseSeen[] {
  const now = world.clock.now().getTime()
  return seen.filter((s) => s.standing === 'nowhere' && Date.parse(s.lease.transition.at) + grace <= now)
}

function named(seen: readonly LeaseSeen[], values: readonly string[]): readonly LeaseSeen[] | Refused {
  const refused: Diagnostic[] = []
  const chosen = values.flatMap((value) => {
    const found = seen.filter((s) => s.lease.value === value.toLowerCase())
    if (found.length === 0) refused.push(report('lease-unknown', { summary: `${value.slice(0, 80)} is not leased` }))
    for (const { lease, standing } of found)
      if (standing === 'merged')
        refused.push(report('lease-in-use', { summary: `${lease.of} has ${lease.value}`, subject: lease.of }))
    return found
  })
  return refused.length > 0 ? { refused } : chosen
}

/**
 * Findings about documents of a branch that say what is leased for another one: merged, there would be two of them once the other
 * branch is merged as well.
 */
export async function leasedElsewhere(world: World, base: EstateAt, desired: EstateAt): Promise<readonly Diagnostic[]> {
  const findings: Diagnostic[] = []
  const ledger = await world.ledger()
  for (const { after } of base === desired ? [] : changedDocuments(base.graph, desired.graph)) {
    const kind = after === undefined ? undefined : desired.kinds.get(after.document.kind)
    if (after === undefined || kind === undefined) continue
    for (const { sort, value, path } of valuesIn(after, kind)) {
      const lot = { sort, scope: scopeOf(desired.graph, after.address, sort), value }
      const lease = trusted(await findLease(await ledger.view(), lot))
      if (lease?.state !== 'leased' || lease.of === after.address || isReplaced(base.graph, desired.graph, lease.of))
        continue
      const where = lease.branch === undefined ? '' : `, on ${lease.branch}`
      findings.push(
        report('address-leased', {
          summary: `${value} is leased for ${lease.of}${where}`,
          subject: after.address,
          ...desired.locate(after, path),
        }),
      )
    }
  }
  return findings
}

/** A document that the change takes away, or gives another name. */
const isReplaced = (base: Graph, desired: Graph, address: Address): boolean =>
  base.documents.has(address) && !desired.documents.has(address)

function valuesIn({ document }: LoadedDocument, kind: Kind) {
  const values: { readonly sort: LeaseSort; readonly value: string; readonly path: readonly (string | number)[] }[] = []
  const schema = markedSchema(kind.schema)
  if (schema === undefined) return values
  visitMarks(
    schema,
    document.spec,
    ({ allocate: sort }, found, path) => {
      const value = String(found).toLowerCase()
      if (sort !== undefined && rangeOfValue(sort, value) !== undefined) values.push({ sort, value, path })
    },
    ['spec'],
  )
  return values
}
