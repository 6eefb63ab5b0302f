import { peopleOf } from '../../change/people.ts'
import type { Mover } from '../../ledger/declared-record.ts'
import type { Address } from '../../model/address.ts'
import type { Diagnostic } from '../../model/diagnostic.ts'
import type { Graph } from '../../model/graph.ts'
import type { Signer } from '../../ports/repository.ts'
import type { MoveActor } from '../../records/judge-move.ts'
import { rulesFor } from '../agreed-rules.ts'
import { expectOwnKey } from '../engine-keys.ts'
import { loadCommit } from '../estate.ts'
import type { EstateAt } from '../estate-at.ts'
import { personHere } from '../person-here.ts'
import { expectGenesis } from '../records.ts'
import { targetBranch, targetTip } from '../target-branch.ts'
import type { World } from '../world.ts'

/** Who moves records, with what they sign, and by which documents they are judged. */
export interface RecordHand {
  readonly who: Pick<Mover, 'actor' | 'for' | 'via'>
  readonly signer: Signer
  /** The target branch as it stands, as far as it was agreed to. */
  readonly estate: EstateAt
}

/** The person at the keyboard, who signs for themselves. */
export async function personsHand(world: World): Promise<RecordHand | { readonly refused: readonly Diagnostic[] }> {
  await expectGenesis(world)
  const here = await personHere(world)
  if ('refused' in here) return here
  return { who: { actor: here.person }, signer: here.signer, estate: here.estate }
}

/** An engine, by itself or for somebody whom it knows by other means than a key. */
export async function enginesHand(
  world: World,
  behalf: { readonly for?: string; readonly via?: string } = {},
): Promise<RecordHand> {
  await expectOwnKey(world, await expectGenesis(world))
  const branch = await targetBranch(world)
  const tip = await targetTip(world, branch)
  const estate = await (tip === undefined ? loadCommit(world, branch) : rulesFor(world, tip))
  return { who: { actor: 'engine', ...behalf }, signer: await world.engineSigner(), estate }
}

/** Somebody as the expressions of a type see them, by the documents of a commit. */
export function moveActor({ actor, for: behalf }: Pick<Mover, 'actor' | 'for'>, graph: Graph): MoveActor {
  const name = behalf ?? actor
  if (name === 'engine') return { name, teams: [] }
  const people = peopleOf(graph)
  const person = people.byAddress.get(name as Address)
  const teams = [...people.members].filter(([, members]) => members.has(name as Address)).map(([team]) => team)
  return { name, teams, ...(person !== undefined && { email: person.email }) }
}
