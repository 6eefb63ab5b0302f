import type { ApprovalVerdict } from '../change/judge-approvals.ts'
import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { DriftFinding } from '../model/drift.ts'
import type { Plan } from '../model/plan.ts'
import { adoptedFiles } from './adopted-files.ts'
import { codes } from './codes.ts'
import { type Drifted, findDrift } from './drift.ts'
import { chosenFrom, type DriftChoice } from './drift-revert.ts'
import { type AskedBy, handOf } from './hand.ts'
import { type PlannedChange, planChange } from './plan-change.ts'
import { standingOf } from './plan-revision.ts'
import { expectGenesis } from './records.ts'
import type { World } from './world.ts'

const report = reporter(codes)
type Refused = { readonly refused: readonly Diagnostic[] }

export interface AdoptOptions extends DriftChoice, WriteOptions {
  readonly branch?: string
}

/** Said of what was chosen before anything is written: findings refuse it. */
type Unless = (chosen: readonly DriftFinding[]) => Promise<readonly Diagnostic[]>

interface WriteOptions {
  /** Who asked for it, where they are not at the keyboard. */
  readonly askedBy?: AskedBy
  /** First line of the commit message. */
  readonly message?: string
  /** A resource that is gone is asked to be absent, instead of no longer being spoken of. */
  readonly absent: boolean
  /** Other hosts that get it from the same place may change. */
  readonly everywhere: boolean
}

export interface Adopted {
  readonly branch: string
  readonly commit: string
  readonly files: readonly string[]
  readonly adopted: readonly { readonly host: string; readonly resource: string }[]
  readonly findings: readonly DriftFinding[]
  /** What the branch would do once it is merged: nothing to what was adopted. */
  readonly plan: Plan
  readonly planned: PlannedChange
  readonly standing: ApprovalVerdict
}

/**
 * Writes what hosts have into the documents, on a branch of its own: the places that declare it are edited, and nothing
 * else. The branch is planned before it is made; where it would not come out, or change hosts nobody spoke of, it is not.
 */
export async function adoptDrift(world: World, options: AdoptOptions, unless?: Unless): Promise<Adopted | Refused> {
  await expectGenesis(world)
  const found = await findDrift(world, { ...options, withoutClues: true })
  if ('refused' in found) return found
  const picked = chosenFrom(found.findings, options)
  if ('refused' in picked) return picked
  const against = (await unless?.(picked.chosen)) ?? []
  if (against.length > 0) return { refused: against }
  const branch = options.branch ?? branchFor(picked.chosen, world.clock.now())
  const repository = await world.repository()
  const exists = { refused: [report('branch-exists', { summary: `there is a branch ${branch} already` })] }
  if ((await repository.resolve(`refs/heads/${branch}`)) !== undefined) return exists
  const written = await writeAdoption(world, found, picked.chosen, options)
  if ('refused' in written) return written
  const { head, files, planned } = written
  if (!(await repository.moveBranch(branch, null, head))) return exists
  return {
    branch,
    commit: head,
    files,
    adopted: picked.chosen.map(({ host, resource }) => ({ host, resource })),
    findings: picked.chosen,
    plan: planned.plan,
    planned,
    standing: await standingOf(world, planned),
  }
}

export interface WrittenAdoption {
  readonly head: string
  readonly files: readonly string[]
  readonly planned: PlannedChange
}

/**
 * The commit that takes over what was chosen, and what it would do; no branch moves.
 *
 * @param onto tip of a branch that is to go on there
 */
export async function writeAdoption(
  world: World,
  found: Drifted,
  chosen: readonly DriftFinding[],
  { onto, ...options }: WriteOptions & { readonly onto?: string },
): Promise<WrittenAdoption | Refused> {
  const repository = await world.repository()
  const files = await adoptedFiles(world, found, chosen, options.absent)
  if ('refused' in files) return files
  const { base } = found.plan.subject
  const tree = await repository.writeTree((await repository.commit(base)).tree, files.files)
  const hand = await handOf(world, base, options.askedBy)
  const head = await repository.writeCommit({
    tree,
    parents: onto === undefined || (await repository.isAncestor(onto, base)) ? [base] : [onto, base],
    author: hand.author,
    message: `${messageFor(chosen, options.message)}${hand.trailers}`,
    signer: hand.signer,
  })
  const planned = await planChange(world, { base, head, tree })
  if ('refused' in planned) return planned
  const faults = faultsOf(planned, found.plan, chosen, options.everywhere)
  return faults.length > 0 ? { refused: faults } : { head, files: [...files.files.keys()].sort(), planned }
}

/** Why the branch is not made: it would still touch what was adopted, or change hosts that nobody spoke of. */
function faultsOf(
  { plan }: PlannedChange,
  before: Plan,
  chosen: readonly DriftFinding[],
  everywhere: boolean,
): readonly Diagnostic[] {
  const errors = plan.diagnostics.filter((d) => d.severity === 'error' && d.code !== 'all-unknown')
  if (errors.length > 0) return errors
  const adopted = new Set(chosen.map(placeOf))
  const still = plan.actions.filter((a) => a.verb !== 'restart' && adopted.has(placeOf(a)))
  if (still.length > 0)
    return still.map((a) =>
      report('adopt-impossible', {
        summary: `${a.resource} would still be changed in ${a.fields.map((f) => f.path).join(', ') || a.verb}`,
        host: a.host,
      }),
    )
  if (everywhere) return []
  const known = new Set(before.released.map(placeOf))
  const names = new Set([
    ...plan.actions.filter((a) => a.verb !== 'restart' && a.origin.cause !== 'drift').map((a) => a.host),
    ...plan.released.filter((r) => !known.has(placeOf(r)) && !adopted.has(placeOf(r))).map((r) => r.host),
    ...plan.unknowns
      .filter((u) => u.resource === undefined || chosen.some((c) => c.resource === u.resource))
      .map((u) => u.host),
  ])
  if (names.size === 0) return []
  const resources = [...new Set(chosen.map((c) => c.resource))].join(', ')
  const hosts = [...names].sort()
  const shown = `${hosts.slice(0, 10).join(', ')}${hosts.length > 10 ? ` and ${hosts.length - 10} more` : ''}`
  return [report('adopt-reaches-others', { summary: `${resources} would change on ${shown}, too` })]
}

const placeOf = ({ host, resource }: { readonly host: string; readonly resource: string }): string =>
  `${host} ${resource}`

/** `adopt/web-01-file-etc-motd-2026-11-22` */
function branchFor(chosen: readonly DriftFinding[], now: Date): string {
  const hosts = [...new Set(chosen.map((c) => c.host))]
  const ids = [...new Set(chosen.map((c) => c.resource))]
  const what = ids.length === 1 ? (ids[0] ?? '') : `${ids.length}-resources`
  const where = hosts.length === 1 ? (hosts[0] ?? '') : `${hosts.length}-hosts`
  const slug = `${where}-${what}`
    .replaceAll(/[^A-Za-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 80)
  return `adopt/${slug.toLowerCase()}-${now.toISOString().slice(0, 10)}`
}

function messageFor(chosen: readonly DriftFinding[], said: string | undefined): string {
  const [first, ...rest] = chosen
  const what = `${first?.resource ?? ''} as found on ${first?.host ?? ''}${rest.length === 0 ? '' : ` and ${rest.length} more`}`
  const lines = chosen.map(({ host, resource }) => `Adopts: ${host} ${resource}`.replaceAll(/[\x00-\x1f\x7f]/g, '?'))
  return `${(said ?? `Adopt ${what}`).replaceAll(/[\x00-\x1f\x7f]/g, ' ')}\n\n${lines.join('\n')}\n`
}
