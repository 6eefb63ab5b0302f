import { type Diagnostic, reporter } from '../../model/diagnostic.ts'
import type { DriftFinding } from '../../model/drift.ts'
import type { RequestPage } from '../../model/pull-request.ts'
import type { Forge } from '../../ports/forge.ts'
import { adoptionProposal } from '../../pull-request/proposal.ts'
import { adoptedFiles } from '../adopted-files.ts'
import { codes } from '../codes.ts'
import type { Drifted } from '../drift.ts'
import { type WrittenAdoption, writeAdoption } from '../drift-adopt.ts'
import { isEngineKey } from '../engine-keys.ts'
import { mergeResult } from '../merged-request.ts'
import { standingOf } from '../plan-revision.ts'
import { targetBranch } from '../target-branch.ts'
import type { World } from '../world.ts'
import { closeRequest } from './close-request.ts'
import { planTold } from './plan-told.ts'
import { adoptionKey } from './propose-adoption.ts'
import { openFrom } from './propose-rollback.ts'
import { openOnes, requestLabel, whyFull } from './room-for-requests.ts'

const report = reporter(codes)

/** The one branch that all of it is proposed on. */
const branch = 'adopt/drift'

/** So many resources are tried one by one where they do not go together; each costs a plan. */
const mostTried = 10

export interface KeptAdoption {
  readonly request?: RequestPage
  readonly done: 'opened' | 'changed' | 'same' | 'closed' | 'held' | 'nothing'
  /** What is not opened because enough are, in words. */
  readonly heldBack: readonly string[]
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * Keeps one pull request with everything that drifted and can be taken over: opened, brought up to date, or closed once nothing of it
 * is left. What somebody declined is not proposed again, and what somebody added to the branch is not overwritten.
 */
export async function keepAdoption(world: World, forge: Forge, drifted: Drifted): Promise<KeptAdoption> {
  const { base } = drifted.plan.subject
  const open = await openFrom(forge, branch, await targetBranch(world))
  const tip = await tipOf(world)
  const chosen = await adoptable(world, drifted)
  if (chosen.length === 0) {
    if (open === undefined) return { done: 'nothing', heldBack: [], diagnostics: [] }
    const closed = await closeRequest(forge, open, 'nothing of what it would take over is off any more')
    return { done: closed ? 'closed' : 'held', heldBack: [], diagnostics: [] }
  }
  if (tip !== undefined && !(await isOurs(world, tip, base))) return held(`${branch} has commits of others`, open)
  const together = await goTogether(world, drifted, chosen, tip)
  if ('refused' in together) return { done: 'held', heldBack: [], diagnostics: together.refused.map(asRemark) }
  const { written, findings } = together
  const { head, files, planned } = written
  const same = tip !== undefined && (await mergeResult(world, tip, base)) === planned.plan.subject.tree
  if (same && open !== undefined) return { request: open, done: 'same', heldBack: [], diagnostics: [] }
  const declined = same ? (await forge.requests(tip)).find((r) => r.head === tip && r.merged === undefined) : undefined
  if (declined !== undefined) return held(`#${declined.number} was closed`, undefined)
  const full = open === undefined ? whyFull(await openOnes(world, forge, base)) : undefined
  if (full !== undefined) {
    const hosts = [...new Set(findings.map((f) => f.host))]
    const what = `taking over what is on ${hosts.length === 1 ? hosts[0] : `${hosts.length} hosts`}`
    return { done: 'held', heldBack: [what], diagnostics: [asRemark(full)] }
  }
  const moved = same || (await (await world.repository()).moveBranch(branch, tip ?? null, head))
  if (!moved) return held(`${branch} moved meanwhile`, open)
  const told = await planTold(world, forge, planned, await standingOf(world, planned))
  const key = adoptionKey(world, findings)
  const asked = 'Nobody asked for it: the engine wrote it by itself, and so two people have to agree'
  const { title, body } = adoptionProposal({ key, adopted: findings, files, told, asked })
  const target = await targetBranch(world)
  const request = await forge.keepRequest({ branch, target, title, body, labels: [requestLabel] })
  return { request, done: open === undefined ? 'opened' : 'changed', heldBack: [], diagnostics: [] }
}

const asRemark = (d: Diagnostic): Diagnostic => ({ ...d, severity: 'warning' })

const held = (summary: string, request: RequestPage | undefined): KeptAdoption => ({
  ...(request !== undefined && { request }),
  done: 'held',
  heldBack: [],
  diagnostics: [report('adopt-held', { summary })],
})

async function tipOf(world: World): Promise<string | undefined> {
  const repository = await world.repository()
  const remote = await repository.hasRemote()
  return repository.resolve(remote ? `refs/remotes/origin/${branch}` : `refs/heads/${branch}`)
}

/** Whether everything that is on the branch, and not merged, was written by an engine of the estate. */
async function isOurs(world: World, tip: string, base: string): Promise<boolean> {
  const repository = await world.repository()
  for (const { signature, signedPayload } of await repository.commitsBetween(base, tip)) {
    const signer = signature === undefined ? undefined : world.verifySignature(signature, signedPayload, 'git')
    if (signer?.ok !== true || !(await isEngineKey(world, signer.publicKey))) return false
  }
  return true
}

/** What drifted and can be written into documents, each for itself. */
async function adoptable(world: World, drifted: Drifted): Promise<readonly DriftFinding[]> {
  const found: DriftFinding[] = []
  for (const finding of drifted.findings) {
    if (finding.attribution === 'not-applied') continue
    if ('files' in (await adoptedFiles(world, drifted, [finding], false))) found.push(finding)
  }
  return found
}

interface Together {
  readonly written: WrittenAdoption
  readonly findings: readonly DriftFinding[]
}

/** All of it where that comes out; else the resources that do, each with all hosts that it is off on. */
async function goTogether(
  world: World,
  drifted: Drifted,
  chosen: readonly DriftFinding[],
  onto: string | undefined,
): Promise<Together | { readonly refused: readonly Diagnostic[] }> {
  const write = (findings: readonly DriftFinding[]) =>
    writeAdoption(world, drifted, findings, {
      ...{ askedBy: 'itself', absent: false, everywhere: false },
      ...(onto !== undefined && { onto }),
    })
  const all = await write(chosen)
  if (!('refused' in all)) return { written: all, findings: chosen }
  const resources = [...new Set(chosen.map((f) => f.resource))]
  if (resources.length === 1 || resources.length > mostTried) return all
  const good: DriftFinding[] = []
  for (const resource of resources) {
    const findings = chosen.filter((f) => f.resource === resource)
    if (!('refused' in (await write(findings)))) good.push(...findings)
  }
  if (good.length === 0) return all
  const some = await write(good)
  return 'refused' in some ? some : { written: some, findings: good }
}
