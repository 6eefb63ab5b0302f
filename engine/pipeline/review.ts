import { changeEntry } from '../ledger/entries.ts'
import { findChange } from '../ledger/find-records.ts'
import { close, review as reviewed } from '../ledger/fold-change.ts'
import type { Address } from '../model/address.ts'
import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import { signStatement } from '../model/dsse.ts'
import { escapeControls } from '../model/escape.ts'
import type { ChangeRecord, Review } from '../model/record.ts'
import type { Signer } from '../ports/repository.ts'
import { authorsOfRecord } from './authors-of-record.ts'
import { codes } from './codes.ts'
import type { EstateAt } from './estate-at.ts'
import { type PersonHere, personHere } from './person-here.ts'
import { append, branchAfter, by, expectGenesis, findRecord, moved, trusted } from './records.ts'
import type { World } from './world.ts'

const report = reporter(codes)

type Refused = { readonly refused: readonly Diagnostic[] }

export interface ReviewOptions {
  readonly change: string
  readonly outcome: Review['outcome']
  readonly comment?: string
}

/** Looks back at a change in one's own name: somebody who neither wrote it nor broke the glass for it. */
export async function reviewChange(world: World, options: ReviewOptions): Promise<ChangeRecord | Refused> {
  const found = await recordAndPerson(world, options.change)
  if ('refused' in found) return found
  const { record, person, signer, estate } = found
  const involved = await handIn(world, record, estate, person)
  if (involved !== undefined)
    return { refused: [report('reviewer-not-independent', { summary: `${person} ${involved} ${record.id}` })] }
  const comment = options.comment === undefined ? undefined : escapeControls(options.comment.trim()).slice(0, 2000)
  const said = {
    reviewer: person,
    at: world.clock.now().toISOString(),
    outcome: options.outcome,
    ...(comment !== undefined && { comment }),
  }
  const predicate = { ...said, subject: record.subject, change: record.id }
  const envelope = await signStatement('review', predicate, signer, world.fingerprint)
  return move(world, record, signer, (current) => reviewed(current, { ...said, envelope }, by(world, person)))
}

/** Says that nothing is left to be done about a change. */
export async function closeChange(world: World, change: string): Promise<ChangeRecord | Refused> {
  const found = await recordAndPerson(world, change)
  if ('refused' in found) return found
  const { record, person, signer } = found
  return move(world, record, signer, (current) => close(current, by(world, person)))
}

async function move(
  world: World,
  record: ChangeRecord,
  signer: Signer,
  fold: (current: ChangeRecord) => Parameters<typeof moved<ChangeRecord>>[0],
): Promise<ChangeRecord> {
  const genesis = await expectGenesis(world)
  return append(world, async (view) => {
    const now = moved(fold(trusted(await findChange(view, record.id)) ?? record))
    const branch = await branchAfter(view, genesis, now.subject.ref, [now])
    return { entries: [changeEntry(now, signer, { branch })], result: now }
  })
}

interface Found extends PersonHere {
  readonly record: ChangeRecord
}

/** The record, and who is at the keyboard by the target branch as it stands. */
async function recordAndPerson(world: World, change: string): Promise<Found | Refused> {
  const record = await findRecord(world, change)
  if (record === undefined) return { refused: [report('change-unknown', { summary: `there is no ${change}` })] }
  const here = await personHere(world)
  return 'refused' in here ? here : { record, ...here }
}

/** What somebody had to do with a change, so that they can't look back at it; undefined where they had nothing. */
async function handIn(
  world: World,
  record: ChangeRecord,
  estate: EstateAt,
  person: Address,
): Promise<string | undefined> {
  if (record.emergency?.person === person) return 'broke the glass for'
  return (await authorsOfRecord(world, record, estate.graph)).includes(person) ? 'wrote some of' : undefined
}
