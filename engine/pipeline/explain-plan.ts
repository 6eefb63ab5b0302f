import { compareText, type Diagnostic, hasErrors, reporter } from '../model/diagnostic.ts'
import type { Action, Plan } from '../model/plan.ts'
import type { Change, Declaration, Resource, ResourceId, Verb } from '../model/resource.ts'
import { orderChanges } from '../plan/order-changes.ts'
import { codes } from './codes.ts'
import { loadWork } from './estate.ts'
import { hostNames, unknownHosts } from './hosts-named.ts'
import { refusal } from './records.ts'
import { readSavedPlan } from './saved-plan.ts'
import type { World } from './world.ts'

const report = reporter(codes)

/** One thing in its place in the order, and why it stands there. */
export interface ExplainedStep {
  readonly resource: ResourceId
  /** What is done to it; absent where only the order was asked for. */
  readonly verb?: Verb
  readonly summary?: string
  /** What goes before it: because somebody wrote so, or because its type knows. */
  readonly after: readonly { readonly resource: ResourceId; readonly because: 'written' | 'known' }[]
  /** What makes it restart. */
  readonly restartOn: readonly ResourceId[]
  readonly declaredBy: readonly Declaration[]
}

export interface ExplainedPlan {
  readonly hosts: readonly { readonly host: string; readonly steps: readonly ExplainedStep[] }[]
}

/** Tells in which order a saved plan is carried out, and why. Throws a refusal where the file is no plan. */
export async function explainSavedPlan(world: World, path: string, hosts?: readonly string[]): Promise<ExplainedPlan> {
  const plan = await readSavedPlan(world, path, { toRead: true })
  if (plan === undefined)
    throw refusal(report('plan-invalid', { summary: `there is no saved plan ${path} (a file that ends in .json)` }))
  const wanted = (host: string): boolean => hosts === undefined || hosts.includes(host)
  const named = [...new Set(plan.actions.map((a) => a.host))].filter(wanted)
  return { hosts: named.map((host) => ({ host, steps: stepsOf(plan, host) })) }
}

function stepsOf(plan: Plan, host: string): ExplainedStep[] {
  const ids = new Map(plan.actions.map((a) => [a.id, a.resource]))
  const named = (list: readonly string[] = []): ResourceId[] => list.flatMap((id) => ids.get(id) ?? [])
  return plan.actions
    .filter((a) => a.host === host)
    .map((a: Action) => {
      const known = new Set(a.inferred ?? [])
      const causes = new Set(a.causedBy ?? [])
      return {
        resource: a.resource,
        verb: a.verb,
        summary: a.summary,
        after: (a.requires ?? [])
          .filter((id) => !causes.has(id))
          .flatMap((id) =>
            named([id]).map((resource) => ({ resource, because: known.has(id) ? 'known' : 'written' }) as const),
          ),
        restartOn: named(a.causedBy),
        declaredBy: a.origin?.declaredBy ?? [],
      }
    })
}

/** Tells in which order everything that the working folder wants of hosts (all where none are named) would be made, from nothing, and why. */
export async function explainOrder(
  world: World,
  only?: readonly string[],
): Promise<ExplainedPlan | { readonly refused: readonly Diagnostic[] }> {
  const estate = await loadWork(world)
  const known = hostNames(estate.graph)
  const hosts = only ?? [...known]
  const refused = unknownHosts(known, hosts)
  if (refused.length > 0) return { refused }
  const found = [...estate.diagnostics, ...estate.compile.diagnostics(hosts)]
  if (hasErrors(found)) return { refused: found }
  return {
    hosts: hosts.map((host) => ({ host, steps: inOrder(world, estate.compile.host(host).resources) })),
  }
}

function inOrder(world: World, resources: readonly Resource[]): ExplainedStep[] {
  const changes = resources.map((resource): Change => ({ verb: 'create', resource, have: null, fields: [] }))
  const ordered = orderChanges(changes, world.types)
  // A loop is a finding of the compiler, and nothing gets here then.
  if ('cycle' in ordered) return []
  return ordered.changes.map(({ resource }) => ({
    resource: resource.id,
    after: [...resource.requires].sort(compareText).map((id) => ({
      resource: id,
      because: resource.inferred?.includes(id) === true ? ('known' as const) : ('written' as const),
    })),
    restartOn: resource.restartOn,
    declaredBy: resource.declaredBy,
  }))
}
