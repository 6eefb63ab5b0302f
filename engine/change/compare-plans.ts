import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { RecordedAction, Subject } from '../model/plan.ts'
import { codes } from './codes.ts'

const report = reporter(codes)

/** What is compared of a plan: a saved or recorded one on one side, the fresh one on the other. */
export interface ComparablePlan {
  /** Version of the engine; left out where a record does not say it. */
  readonly engine?: string
  readonly subject: Pick<Subject, 'repository' | 'ref' | 'content' | 'plan'>
  readonly actions: readonly RecordedAction[]
}

export type PlanComparison =
  | {
      readonly ok: true
      /** Approved actions that are still to be done, in the fresh plan's order. On a resumed apply `before` is as it is now. */
      readonly remaining: readonly RecordedAction[]
      /** Approved actions, restarts apart, that the hosts already show as done. */
      readonly alreadyTrue: readonly RecordedAction[]
      /**
       * Approved restarts that planning again does not bring up: a host does not show that one is due. On a resumed apply
       * those without a result have to be done all the same.
       */
      readonly restarts: readonly RecordedAction[]
    }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] }

export interface ComparisonQuestion {
  readonly approved: ComparablePlan
  readonly fresh: ComparablePlan
  /** Ids of approved actions whose intent was written and whose result is not known to be good: they may be half done. */
  readonly open?: ReadonlySet<string>
}

/**
 * Whether what would be done now is what was approved, less what is already true. Anything more, or the same from another
 * state before, is `plan-stale`. An action that was begun and whose end is unknown may start from another state, toward the same one.
 */
export function comparePlans({ approved, fresh, open = new Set() }: ComparisonQuestion): PlanComparison {
  const mismatch = mismatches(approved, fresh)
  if (mismatch.length > 0) return { ok: false, diagnostics: mismatch }
  const known = new Map(approved.actions.map((a) => [a.id, a]))
  const byResource = new Map(approved.actions.map((a) => [placeOf(a), a]))
  const met = new Set<string>()
  const moved: Diagnostic[] = staleContent(approved, fresh)
  for (const action of fresh.actions) {
    const same = known.get(action.id)
    const near = byResource.get(placeOf(action))
    if (same !== undefined) met.add(same.id)
    // What was to be started runs by now, but without the files that were to come first.
    else if (action.verb === 'restart' && isOpenStart(byResource.get(`${action.host} ${action.resource}`), open))
      continue
    else if (near !== undefined && open.has(near.id) && near.after === action.after) met.add(near.id)
    else moved.push(stale(action, near, approved, fresh))
  }
  if (moved.length > 0) return { ok: false, diagnostics: moved }
  const gone = approved.actions.filter((a) => !met.has(a.id))
  return {
    ok: true,
    remaining: fresh.actions,
    alreadyTrue: gone.filter((a) => a.verb !== 'restart'),
    restarts: gone.filter((a) => a.verb === 'restart'),
  }
}

const isOpenStart = (start: RecordedAction | undefined, open: ReadonlySet<string>): boolean =>
  start !== undefined && start.verb !== 'delete' && open.has(start.id)

/** A restart stands beside the change of the same service, so it has a place of its own. */
function placeOf({ host, resource, verb }: RecordedAction): string {
  return `${host} ${verb === 'restart' ? 'restart ' : ''}${resource}`
}

function mismatches(approved: ComparablePlan, fresh: ComparablePlan): readonly Diagnostic[] {
  const differs = (what: string, a: string | undefined, b: string | undefined) =>
    a === undefined || b === undefined || a === b
      ? []
      : [
          report('plan-mismatch', {
            summary: `the plan is of ${what} ${a}, and this is ${b}`,
            detail: digests(approved, fresh),
          }),
        ]
  return [
    ...differs('estate', approved.subject.repository, fresh.subject.repository),
    ...differs('target', approved.subject.ref, fresh.subject.ref),
    ...differs('engine version', approved.engine, fresh.engine),
  ]
}

function staleContent(approved: ComparablePlan, fresh: ComparablePlan): Diagnostic[] {
  const { content } = approved.subject
  if (content === fresh.subject.content) return []
  const summary = `the patch is another: approved ${content}, now ${fresh.subject.content}`
  return [report('plan-stale', { summary, detail: digests(approved, fresh) })]
}

function stale(
  action: RecordedAction,
  near: RecordedAction | undefined,
  approved: ComparablePlan,
  fresh: ComparablePlan,
): Diagnostic {
  const what = `${action.verb} ${action.resource}`
  const because =
    near === undefined
      ? 'was not approved'
      : near.before !== action.before && near.after === action.after
        ? `starts from another state: approved from ${near.before}, now ${action.before}`
        : near.after !== action.after
          ? `ends in another state: approved ${near.after}, now ${action.after}`
          : `was approved as ${near.verb}`
  return report('plan-stale', {
    summary: `${what} ${because}`,
    detail: digests(approved, fresh),
    host: action.host,
  })
}

function digests(approved: ComparablePlan, fresh: ComparablePlan): string {
  return `approved plan ${approved.subject.plan}, fresh plan ${fresh.subject.plan}`
}
