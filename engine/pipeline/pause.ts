import { changeEntry } from '../ledger/entries.ts'
import { findChange } from '../ledger/find-records.ts'
import { pause } from '../ledger/fold-change.ts'
import type { Address } from '../model/address.ts'
import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { ChangeRecord } from '../model/record.ts'
import { codes } from './codes.ts'
import { personHere } from './person-here.ts'
import { append, by, expectGenesis, findRecord, moved, trusted } from './records.ts'
import type { World } from './world.ts'

const report = reporter(codes)

export interface Paused {
  readonly record: ChangeRecord
  readonly person: Address
}

/**
 * Asks, signed by the person at the keyboard, that no further wave of a change is started. Whoever carries it out reads it after
 * the wave that is under way.
 */
export async function pauseChange(
  world: World,
  { change, reason }: { readonly change: string; readonly reason: string },
): Promise<Paused | { readonly refused: readonly Diagnostic[] }> {
  await expectGenesis(world)
  const found = await findRecord(world, change)
  if (found === undefined) return { refused: [report('change-unknown', { summary: `there is no ${change}` })] }
  const here = await personHere(world)
  if ('refused' in here) return here
  const { person, signer } = here
  return append<Paused | { readonly refused: readonly Diagnostic[] }>(world, async (view) => {
    const current = trusted(await findChange(view, found.id)) ?? found
    if (current.state !== 'implementing') {
      const refused = [report('change-not-under-way', { summary: `${current.id} is ${current.state}` })]
      return { entries: [], result: { refused } }
    }
    const record = moved(pause(current, reason, by(world, person)))
    return { entries: [changeEntry(record, signer)], result: { record, person } }
  })
}
