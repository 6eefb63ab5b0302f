import type { RequestPage } from '../../model/pull-request.ts'
import type { Forge } from '../../ports/forge.ts'
import { takenBackBy } from '../../pull-request/proposal.ts'
import { bringHead, mergeResult } from '../merged-request.ts'
import { findRecord } from '../records.ts'
import type { World } from '../world.ts'
import { closeRequest } from './close-request.ts'
import { openOnes } from './room-for-requests.ts'

/** Closes pull requests of ours that are for nothing any more; their numbers. */
export async function closeSettled(world: World, forge: Forge, tip: string): Promise<readonly number[]> {
  const closed: number[] = []
  const { requests } = await openOnes(world, forge, tip)
  for (const request of requests) {
    const because = await whySettled(world, request, tip)
    if (because !== undefined && (await closeRequest(forge, request, because))) closed.push(request.number)
  }
  return closed
}

async function whySettled(world: World, request: RequestPage, tip: string): Promise<string | undefined> {
  const by = await Promise.all(takenBackBy(request.body).map((id) => backBy(world, id)))
  if (by.length > 0 && by.every((id) => id !== undefined))
    return `what it would take back was taken back by ${[...new Set(by)].join(', ')}`
  if (!(await bringHead(world, request))) return undefined
  const { tree } = await (await world.repository()).commit(tip)
  if ((await mergeResult(world, request.head, tip)) !== tree) return undefined
  return 'everything that it would change is so already'
}

/** The change by which people took one back. What the engine took back by itself is still to be reverted in the documents. */
async function backBy(world: World, id: string): Promise<string | undefined> {
  const { state, rolledBackBy } = (await findRecord(world, id)) ?? {}
  if (state !== 'rolled-back' || rolledBackBy === undefined) return undefined
  return (await findRecord(world, rolledBackBy))?.automatic === true ? undefined : rolledBackBy
}
