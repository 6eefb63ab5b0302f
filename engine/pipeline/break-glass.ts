import { codes as changeCodes } from '../change/codes.ts'
import { roleForEmergencies } from '../change/emergency.ts'
import { changeEntry } from '../ledger/entries.ts'
import { nextChangeId } from '../ledger/find-records.ts'
import { breakGlass as bornOfEmergency } from '../ledger/fold-change.ts'
import type { Address } from '../model/address.ts'
import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import { signStatement } from '../model/dsse.ts'
import { longestEmergency, owesReview, reviewDueAt } from '../model/emergency.ts'
import { escapeControls } from '../model/escape.ts'
import type { Plan } from '../model/plan.ts'
import type { ChangeRecord, Emergency } from '../model/record.ts'
import { recordedPlan } from '../plan/recorded-plan.ts'
import { forbids, titleOf, whoseKey } from './approve.ts'
import { codes } from './codes.ts'
import { planChange } from './plan-change.ts'
import { rangeOfRevision } from './plan-revision.ts'
import { append, branchAfter, by, expectGenesis, moved, openIn, openRecords } from './records.ts'
import type { World } from './world.ts'

const report = reporter({ ...changeCodes, ...codes })

export interface BreakGlassOptions {
  readonly head: string
  readonly reason: string
  /** Number of the incident, in whatever tool keeps incidents. */
  readonly incident: string
  /** For how long it may be begun, in minutes. */
  readonly minutes: number
  readonly allowMassDelete?: boolean
}

export interface BrokenGlass {
  readonly plan: Plan
  readonly record: ChangeRecord
  readonly emergency: Emergency
}

type Refused = { readonly refused: readonly Diagnostic[] }

/**
 * Lets a change through on the word of one person whom the base trusts with emergencies. What a policy denies stays denied, and what
 * somebody rejected stays rejected; everything else waits until afterwards.
 */
export async function breakGlass(world: World, options: BreakGlassOptions): Promise<BrokenGlass | Refused> {
  const genesis = await expectGenesis(world)
  const range = await rangeOfRevision(world, { head: options.head })
  if ('refused' in range) return range
  const planned = await planChange(world, range, options.allowMassDelete === true ? { allowMassDelete: true } : {})
  if ('refused' in planned) return planned
  const { plan, rules } = planned
  const signer = await world.personSigner()
  const person = whoseKey(planned, signer)
  if (person === undefined)
    return refuse(
      report('person-unknown', {
        summary: `the key ${world.fingerprint(signer.publicKey) ?? ''} is of nobody in the base commit`,
      }),
    )
  const role = roleForEmergencies(rules.graph, person)
  if ('code' in role) return refuse(role)
  const now = world.clock.now()
  const forbidden = [...forbids(plan, 'approve'), ...timeFault(options.minutes), ...(await owed(world, person, now))]
  if (forbidden.length > 0) return { refused: forbidden }
  const until = new Date(now.getTime() + options.minutes * 60_000).toISOString()
  // As the record keeps them: what was signed and what stands there have to be the same.
  const reason = escapeControls(options.reason.trim()).slice(0, 2000)
  const incident = escapeControls(options.incident.trim()).replaceAll('\n', ' ').slice(0, 100)
  const said = { person, role: role.role, reason, incident, at: now.toISOString(), until }
  const envelope = await signStatement('break-glass', { ...said, subject: plan.subject }, signer, world.fingerprint)
  const title = await titleOf(world, range, plan)
  return append<BrokenGlass | Refused>(world, async (view) => {
    const rejected = (await openIn(view)).find((r) => r.state === 'rejected' && r.subject.head === plan.subject.head)
    if (rejected !== undefined) {
      const summary = `${rejected.id} is about the same commits, and was rejected`
      return { entries: [], result: refuse(report('change-rejected', { summary })) }
    }
    const id = await nextChangeId(view, now.getUTCFullYear())
    const emergency: Emergency = { ...said, envelope }
    const record = moved(bornOfEmergency({ id, title, ...recordedPlan(plan) }, emergency, by(world, person)))
    const branch = await branchAfter(view, genesis, plan.subject.ref, [record])
    return { entries: [changeEntry(record, signer, { branch })], result: { plan, record, emergency } }
  })
}

const refuse = (diagnostic: Diagnostic): Refused => ({ refused: [diagnostic] })

function timeFault(minutes: number): readonly Diagnostic[] {
  if (minutes > 0 && minutes <= longestEmergency * 60) return []
  return [report('break-glass-invalid', { summary: `the glass is broken for ${longestEmergency} hours at most` })]
}

/** Emergencies of the same person that nobody looked back at in time. */
async function owed(world: World, person: Address, now: Date): Promise<readonly Diagnostic[]> {
  const records = await openRecords(world)
  return records
    .filter((r) => r.emergency?.person === person && owesReview(r))
    .filter((r) => Date.parse(reviewDueAt(r) ?? '') < now.getTime())
    .map((r) =>
      report('emergency-not-reviewed', {
        summary: `${r.id} of ${person} was to be reviewed by ${reviewDueAt(r) ?? ''}`,
        subject: r.id,
      }),
    )
}
