import { codeOwnerFindings } from '../../change/owners.ts'
import { peopleOf } from '../../change/people.ts'
import { canonicalJson } from '../../model/canonical.ts'
import { compareDiagnostics, type Diagnostic, hasErrors } from '../../model/diagnostic.ts'
import { owesReview, reviewDueAt } from '../../model/emergency.ts'
import type { RequestPage } from '../../model/pull-request.ts'
import type { ChangeRecord } from '../../model/record.ts'
import { RepositoryError } from '../../ports/repository.ts'
import type { Links, PlanTold, RecordTold, RefusedTold } from '../../pull-request/told.ts'
import { type PlannedChange, planChange, type Range } from '../plan-change.ts'
import { timeWarnings } from '../time-warnings.ts'
import type { World } from '../world.ts'
import { commentsAnswered } from './comments-answered.ts'
import { standingOfRequest } from './standing.ts'
import { approversOf, namesOf } from './told-people.ts'
import { reachTold, servicesOf } from './told-services.ts'
import { timesTold } from './told-times.ts'

/** What a pull request is told beside its plan. */
export interface Telling {
  readonly links: Links
  /** Somebody answers `/plumbline …` comments. */
  readonly answersCommands?: boolean
  /** No host is looked at: why, as a sentence without a full stop. */
  readonly desiredOnly?: string
}

/**
 * Plans a pull request and gathers all that somebody has to know who is to agree to it. Nothing is written anywhere. What forbids a
 * plan, whatever it is, comes back as something to be told, too.
 */
export async function planRequest(
  world: World,
  request: RequestPage,
  range: Range | { readonly refused: readonly Diagnostic[] },
  telling: Telling,
): Promise<PlanTold | RefusedTold> {
  const { links, answersCommands = await commentsAnswered(world), desiredOnly } = telling
  const common = {
    request,
    head: request.head,
    links,
    engine: world.engineVersion,
    ...(answersCommands && { answersCommands }),
  }
  if ('refused' in range) return { ...common, findings: [], refused: range.refused }
  try {
    const planned = await planChange(world, range, { desiredOnly: desiredOnly !== undefined })
    if ('refused' in planned) return { ...common, findings: [], refused: planned.refused }
    return {
      ...common,
      ...(await told(world, planned, request)),
      ...(desiredOnly !== undefined && { desiredOnly }),
    }
  } catch (error) {
    // The documents of a pull request may be as wrong as can be: that is for its author to hear.
    if (!(error instanceof RepositoryError)) throw error
    const { code, message: summary, hint } = error
    return { ...common, findings: [], refused: [{ code, severity: 'error', summary, hint }] }
  }
}

async function told(world: World, planned: PlannedChange, request: RequestPage) {
  const { plan, base, rules, desired } = planned
  const people = peopleOf(rules.graph)
  const { standing, record, findings } = await standingOfRequest(world, planned, request)
  const times = await timeWarnings(world, plan)
  const diagnostics = [...plan.diagnostics, ...times]
  return {
    plan: { ...plan, diagnostics },
    standing,
    approvers: approversOf(standing, rules.graph, people, request.host),
    names: namesOf(rules.graph),
    ...(record !== undefined && { record: recordTold(record) }),
    times: await timesTold(world, planned, record),
    services: servicesOf([base, desired], plan.actions),
    reach: reachTold(base, desired, plan.reach),
    policies: rules.graph.ofKind('ChangePolicy').map((p) => p.address),
    findings: without([...validation(planned), ...findings], diagnostics),
  }
}

/** What is wrong with the documents as a whole, hosts that are not planned among them. */
function validation({ desired }: PlannedChange): readonly Diagnostic[] {
  const { graph, codeOwners, compile, diagnostics } = desired
  const hosts = graph.ofKind('Host').map((h) => h.document.metadata.name)
  const compiled = hasErrors(diagnostics) ? [] : compile.diagnostics(hosts, false)
  const owners = codeOwners === undefined ? [] : codeOwnerFindings(codeOwners, peopleOf(graph))
  return [...compiled, ...owners].sort(compareDiagnostics)
}

function without(findings: readonly Diagnostic[], said: readonly Diagnostic[]): readonly Diagnostic[] {
  const known = new Set(said.map((d) => canonicalJson(d)))
  return findings.filter((d) => !known.has(canonicalJson(d)))
}

export function recordTold(record: ChangeRecord): RecordTold {
  const { id, state, type, schedule, emergency } = record
  const due = reviewDueAt(record)
  return {
    id,
    state,
    type,
    ...(schedule !== undefined && { schedule: { from: schedule.from, until: schedule.until } }),
    ...(emergency !== undefined && {
      emergency: {
        person: emergency.person,
        reason: emergency.reason,
        incident: emergency.incident,
        until: emergency.until,
        ...(due !== undefined && { reviewDue: due, reviewed: !owesReview(record) }),
      },
    }),
  }
}
