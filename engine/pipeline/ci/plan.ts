import { type Diagnostic, reporter } from '../../model/diagnostic.ts'
import type { RequestPage } from '../../model/pull-request.ts'
import type { Forge } from '../../ports/forge.ts'
import { RepositoryError } from '../../ports/repository.ts'
import type { PlanTold, RefusedTold } from '../../pull-request/told.ts'
import { codes } from '../codes.ts'
import { bringHead } from '../merged-request.ts'
import { resolveRange } from '../range.ts'
import { targetBranch } from '../target-branch.ts'
import type { World } from '../world.ts'
import { findingsOf } from './findings-file.ts'
import { planRequest, type Telling } from './plan-request.ts'
import { plannedOf } from './planned-mark.ts'
import { expectForge, freshTip, passedOver } from './requests.ts'
import { type Shown, showRequest } from './show-request.ts'

const report = reporter(codes)

/** Which pull requests are meant: one; those whose newest commit this is; or all that are open and not planned yet as things are. */
export type Wanted = { readonly request: number } | { readonly commit: string } | { readonly open: true }

export interface CiPlanOptions extends Telling {
  readonly wanted: Wanted
  /** A commit that somebody read who may write there: it may be planned with hosts, though it comes from a fork. A full object id. */
  readonly read?: string
}

export interface RequestPlanned {
  readonly number: number
  readonly url: string
  readonly head: string
  /**
   * - `planned`, `refused`: a plan, or why there can be none; both were told
   * - `superseded`: it got newer commits meanwhile, so that nothing was said
   * - `current`: what stands there is of the same commits
   * - `passed-over`: closed, merged, or for another branch
   */
  readonly outcome: 'planned' | 'refused' | 'superseded' | 'current' | 'passed-over'
  readonly told?: PlanTold | RefusedTold
  /** What the forge shows of it; undefined where it could not be written there. */
  readonly shown?: Shown
  readonly diagnostics: readonly Diagnostic[]
}

/** How often a plan is made anew because something moved while it was made. */
const rounds = 3

/**
 * Plans pull requests as they would be merged, and says so on each: one comment, two checks. Writes nothing into the ledger and needs
 * no key of the engine. Run again it changes nothing, as long as nothing moved; of two runs at once the one that knows newer
 * commits has the last word, for each looks again after it wrote.
 */
export async function ciPlan(world: World, options: CiPlanOptions): Promise<readonly RequestPlanned[]> {
  const forge = await expectForge(world)
  const planned: RequestPlanned[] = []
  for (const number of await numbersOf(forge, options.wanted)) {
    if (world.stopping()) break
    planned.push(await orWhyNot(number, 'open' in options.wanted, () => planOne(world, forge, number, options)))
  }
  return planned
}

/** Of several, one that fails does not keep the others. */
async function orWhyNot(
  number: number,
  several: boolean,
  plan: () => Promise<RequestPlanned>,
): Promise<RequestPlanned> {
  if (!several) return plan()
  try {
    return await plan()
  } catch (error) {
    if (!(error instanceof RepositoryError)) throw error
    const { code, message: summary, hint } = error
    const about = { number, url: '', head: '', outcome: 'passed-over' } as const
    return { ...about, diagnostics: [{ code, severity: 'error', summary, hint }] }
  }
}

async function numbersOf(forge: Forge, wanted: Wanted): Promise<readonly number[]> {
  if ('request' in wanted) return [wanted.request]
  if ('open' in wanted) return (await forge.openRequests()).map((r) => r.number)
  return (await forge.requests(wanted.commit)).filter((r) => r.head === wanted.commit).map((r) => r.number)
}

async function planOne(world: World, forge: Forge, number: number, options: CiPlanOptions): Promise<RequestPlanned> {
  for (let left = rounds; ; left -= 1) {
    const request = await forge.request(number)
    if (request === undefined) return missing(number)
    const { url, head } = request
    const about = { number, url, head }
    const over = passedOver(request, await targetBranch(world))
    if (over !== undefined) return { ...about, outcome: 'passed-over', diagnostics: [over] }
    const base = await freshTip(world)
    if ('open' in options.wanted && (await isCurrent(forge, request, base)))
      return { ...about, outcome: 'current', diagnostics: [] }
    const here = await bringHead(world, request)
    const told = here ? await planAt(world, request, base, options) : undefined
    const moved = told === undefined ? 'head' : await movedSince(world, forge, request, base)
    if (moved === 'base' && left > 1) continue
    if (told === undefined || moved !== undefined)
      return { ...about, outcome: 'superseded', diagnostics: [overtaken(request)] }
    const result = await show(forge, request, base, told)
    // Whoever wrote last has to be whoever knew most.
    if (result.shown !== undefined && left > 1 && (await movedSince(world, forge, request, base)) !== undefined)
      continue
    return { ...about, outcome: 'refused' in told ? 'refused' : 'planned', told, ...result }
  }
}

async function planAt(world: World, request: RequestPage, base: string, options: CiPlanOptions) {
  const range = await resolveRange(world, { base, head: request.head })
  const nothing = !('refused' in range) && range.base === range.head
  const summary = `everything of pull request ${request.number} is on the branch already`
  const meant = nothing ? { refused: [report('request-passed-over', { summary, severity: 'error' })] } : range
  const strange = request.fork && request.head !== options.read
  const fork = strange ? { desiredOnly: 'it comes from a fork, and what strangers write sees no host' } : {}
  return planRequest(world, request, meant, { ...options, ...fork })
}

/** What changed on the forge since a plan was begun. */
async function movedSince(
  world: World,
  forge: Forge,
  { number, head, target }: RequestPage,
  base: string,
): Promise<'head' | 'base' | undefined> {
  const now = await forge.request(number)
  if (now === undefined || now.head !== head || now.state !== 'open' || now.target !== target) return 'head'
  return (await freshTip(world)) === base ? undefined : 'base'
}

/** Says what came of it. A token that may only read is no reason to end in the middle: the job's own summary has it all. */
async function show(forge: Forge, request: RequestPage, base: string, told: PlanTold | RefusedTold) {
  try {
    const shown = await showRequest(forge, request, base, told)
    const news = shown.checks.some((c) => c.kept.done !== 'same')
    const diagnostics = news ? await upload(forge, request, told) : []
    return { shown, diagnostics }
  } catch (error) {
    return { diagnostics: [untold(error, request)] }
  }
}

async function upload(
  forge: Forge,
  request: RequestPage,
  told: PlanTold | RefusedTold,
): Promise<readonly Diagnostic[]> {
  try {
    const { head, number } = request
    await forge.uploadFindings({ commit: head, ref: `refs/pull/${number}/head`, sarif: await findingsOf(told) })
    return []
  } catch (error) {
    return [{ ...untold(error, request), severity: 'warning' }]
  }
}

/** Where the token of a fork may not write, that was to be expected. */
function untold(error: unknown, { number, fork }: RequestPage): Diagnostic {
  if (!(error instanceof RepositoryError)) throw error
  const summary = `pull request ${number} could not be told: ${error.message}`
  return report('request-untold', { summary, severity: fork ? 'warning' : 'error' })
}

async function isCurrent(forge: Forge, { number, head }: RequestPage, base: string): Promise<boolean> {
  const planned = await plannedOf(forge, number)
  return planned?.base === base && planned.head === head
}

const missing = (number: number): RequestPlanned => ({
  ...{ number, url: '', head: '', outcome: 'passed-over' },
  diagnostics: [report('request-missing', { summary: `there is no pull request ${number}` })],
})

const overtaken = ({ number, head }: RequestPage): Diagnostic =>
  report('request-moved', { summary: `pull request ${number} has newer commits than ${head.slice(0, 12)}` })
