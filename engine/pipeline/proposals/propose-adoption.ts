import { digestOf } from '../../model/canonical.ts'
import { compareText, type Diagnostic, reporter } from '../../model/diagnostic.ts'
import type { DriftFinding } from '../../model/drift.ts'
import type { RequestPage } from '../../model/pull-request.ts'
import { adoptionProposal, adoptsMark } from '../../pull-request/proposal.ts'
import { expectForge, freshTip } from '../ci/requests.ts'
import { codes } from '../codes.ts'
import { type Adopted, type AdoptOptions, adoptDrift } from '../drift-adopt.ts'
import { targetBranch } from '../target-branch.ts'
import type { World } from '../world.ts'
import { planTold } from './plan-told.ts'
import type { Reason } from './propose-rollback.ts'
import { openOnes, requestLabel, whyFull } from './room-for-requests.ts'

const report = reporter(codes)

export interface ProposedAdoption extends Adopted {
  readonly request: RequestPage
}

/**
 * Writes what hosts have into the documents, on a branch, and opens a pull request of it: unless one for the same is open, or as many
 * as the estate lets be open.
 */
export async function proposeAdoption(
  world: World,
  options: AdoptOptions,
  reason: Reason,
): Promise<ProposedAdoption | { readonly refused: readonly Diagnostic[] }> {
  const forge = await expectForge(world)
  const open = await openOnes(world, forge, await freshTip(world))
  const done = await adoptDrift(world, options, async (chosen) => {
    const known = open.requests.find((r) => r.body.startsWith(adoptsMark(adoptionKey(world, chosen))))
    const full = whyFull(open)
    if (known !== undefined) return [report('request-there', { summary: `#${known.number} is open: ${known.url}` })]
    return full === undefined ? [] : [full]
  })
  if ('refused' in done) return done
  const { branch, files, findings, planned, standing } = done
  const told = await planTold(world, forge, planned, standing)
  const key = adoptionKey(world, findings)
  const { title, body } = adoptionProposal({ key, adopted: findings, files, told, ...reason })
  const target = await targetBranch(world)
  return { ...done, request: await forge.keepRequest({ branch, target, title, body, labels: [requestLabel] }) }
}

/** The same for the same resources of the same hosts. */
export function adoptionKey(world: World, chosen: readonly DriftFinding[]): string {
  const places = chosen.map(({ host, resource }) => `${host} ${resource}`).sort(compareText)
  return digestOf(world.sha256, places)
    .replace(/^sha256:/, '')
    .slice(0, 32)
}
