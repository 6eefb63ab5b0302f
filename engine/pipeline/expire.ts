import { changeEntry } from '../ledger/entries.ts'
import { findChange } from '../ledger/find-records.ts'
import { expire } from '../ledger/fold-change.ts'
import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { ChangeRecord } from '../model/record.ts'
import { codes } from './codes.ts'
import { readConfig } from './estate.ts'
import { append, branchAfter, by, expectGenesis, moved, openRecords, trusted } from './records.ts'
import type { World } from './world.ts'

const report = reporter(codes)

const day = 86_400_000

/**
 * Ends what waited too long to be merged: changes about which nobody said anything for as long as an approval holds, by the
 * base of each. What is merged is judged when it is applied; emergencies and standard changes have times of their own.
 */
export async function expireRecords(world: World): Promise<readonly Diagnostic[]> {
  const findings: Diagnostic[] = []
  for (const record of await openRecords(world)) {
    if (!isWaiting(record)) continue
    const days = (await readConfig(world, record.subject.base)).changes?.expireAfterDays ?? 7
    const last = Math.max(...[record.openedAt, ...record.approvals.map((a) => a.at)].map((at) => Date.parse(at)))
    if (world.clock.now().getTime() - last <= days * day) continue
    findings.push(await expireRecord(world, record, `nothing was said about it for ${days} days`))
  }
  return findings
}

/** Ends one change for good, and says so. */
export async function expireRecord(world: World, record: ChangeRecord, reason: string): Promise<Diagnostic> {
  const signer = await world.engineSigner()
  const genesis = await expectGenesis(world)
  await append(world, async (view) => {
    const current = trusted(await findChange(view, record.id)) ?? record
    if (current.transition.uuid !== record.transition.uuid) return { entries: [], result: undefined }
    const gone = moved(expire(current, by(world), [reason]))
    const beside = { branch: await branchAfter(view, genesis, gone.subject.ref, [gone]) }
    return { entries: [changeEntry(gone, signer, beside)], result: undefined }
  })
  return report('change-expired', { summary: `${record.id} is expired: ${reason}`, subject: record.id })
}

const isWaiting = ({ state, type, merge }: ChangeRecord): boolean =>
  merge === undefined && type === 'normal' && (state === 'proposed' || state === 'approved' || state === 'scheduled')
