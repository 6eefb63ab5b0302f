import { canonicalJson } from '../model/canonical.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import { namespaceOf } from '../model/dsse.ts'
import { reviewHours } from '../model/emergency.ts'
import type { ChangeRecord } from '../model/record.ts'
import type { LedgerStep } from '../ports/ledger.ts'
import { report } from './codes.ts'
import type { LedgerWalk, SeenEmergency } from './verify-walk.ts'

/**
 * Why the word of whoever broke the glass does not carry an emergency; undefined where it does. Asked where it is born, merged and started: by the
 * documents it was born by, and by those before its merge.
 */
export async function emergencyFault(
  walk: LedgerWalk,
  record: ChangeRecord,
  { commit }: LedgerStep,
): Promise<string | undefined> {
  const { emergency, subject, merge, transition } = record
  if (emergency === undefined || !['break-glass', 'merge', 'start'].includes(transition.name)) return undefined
  const { envelope, ...told } = emergency
  const opened = walk.open('break-glass', envelope)
  if (!opened.ok) return `what ${told.person} signed does not hold: ${opened.because}`
  if (canonicalJson(opened.predicate) !== canonicalJson({ ...told, subject }))
    return `what ${told.person} signed is something else than the record says`
  // Of the branch as it stands nothing is merged: then the start alone counts.
  const nothingToMerge = transition.name === 'merge' && merge?.commit === merge?.base
  if (!nothingToMerge && Date.parse(commit.at) > Date.parse(told.until) + 1000)
    return `the glass was broken until ${told.until}, and this came later`
  const faultBy = async (base: string): Promise<string | undefined> => {
    if (!(await walk.question.isOnMain(base))) return `its base ${base} was never on the target branch`
    if (!(await walk.question.mayBreakGlass(base, told.person, told.role)))
      return `${told.person} may not break the glass as ${told.role}, by ${base}`
    return walk.personFault(opened.publicKey, told.person, base, commit.at, namespaceOf('break-glass'))
  }
  const judges = merge?.rules === undefined ? [subject.base, merge?.base ?? subject.base] : [merge.rules]
  for (const base of new Set(judges)) {
    const fault = await (merge === undefined ? walk.byAny(base, faultBy) : faultBy(base))
    if (fault !== undefined) return fault
  }
  return transition.name === 'break-glass' ? owedFault(walk, record, commit.at) : undefined
}

/** Nobody breaks the glass again while their last emergency is overdue. */
function owedFault(walk: LedgerWalk, { emergency }: ChangeRecord, at: string): string | undefined {
  const owed = [...walk.emergencies.values()].find(
    (e) => e.person === emergency?.person && e.reviewedAt === undefined && dueOf(e) < Date.parse(at),
  )
  return owed === undefined
    ? undefined
    : `${owed.person} broke the glass again, and ${owed.id} was not reviewed in time`
}

const dueOf = ({ startedAt }: SeenEmergency): number => startedAt + reviewHours * 3_600_000

/** Keeps when an emergency was begun first, and reviewed first. */
export function rememberEmergency(walk: LedgerWalk, record: ChangeRecord): void {
  const { id, emergency, deployment, review, transition } = record
  if (emergency === undefined || deployment === undefined) return
  const known = walk.emergencies.get(id)
  const startedAt = known?.startedAt ?? Date.parse(deployment.startedAt)
  // Who writes a date may write an earlier one; it did not come before an entry that stands before it.
  const reviewedAt =
    known?.reviewedAt ?? (review === undefined ? undefined : Math.max(Date.parse(transition.at), walk.engineTime))
  walk.emergencies.set(id, {
    id,
    person: emergency.person,
    startedAt,
    ...(reviewedAt !== undefined && { reviewedAt }),
  })
}

/** Emergencies that nobody looked back at in time: an error while nobody did, a warning for ever. */
export function reviewFindings(walk: LedgerWalk, now: Date): readonly Diagnostic[] {
  return [...walk.emergencies.values()].flatMap((emergency): readonly Diagnostic[] => {
    const { id, person, startedAt, reviewedAt } = emergency
    const due = new Date(dueOf(emergency)).toISOString()
    const begun = `${id}, an emergency of ${person} begun at ${new Date(startedAt).toISOString()}`
    if (reviewedAt === undefined)
      return now.getTime() <= dueOf(emergency)
        ? []
        : [report('emergency-unreviewed', { summary: `${begun}, was to be reviewed by ${due}`, subject: id })]
    if (reviewedAt <= dueOf(emergency)) return []
    const late = `${begun}, was reviewed at ${new Date(reviewedAt).toISOString()}, later than ${due}`
    return [report('emergency-reviewed-late', { summary: late, subject: id })]
  })
}
