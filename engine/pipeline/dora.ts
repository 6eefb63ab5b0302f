import { type Dora, doraFigures } from '../audit/dora.ts'
import { firstEvent, within } from '../audit/past-change.ts'
import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import { nearest } from '../schema/nearest.ts'
import { detailsOf } from './audit-report.ts'
import { codes } from './codes.ts'
import { pastRecords } from './past-changes.ts'
import { readPeriod } from './period.ts'
import { expectGenesis } from './records.ts'
import type { World } from './world.ts'

const report = reporter(codes)

export interface DoraOptions {
  readonly from?: string
  readonly to?: string
  readonly environment?: string
  readonly by?: 'service' | 'team' | 'environment'
}

/** The four figures of a period, from what the ledger says. Believes the ledger: `audit verify` checks it. */
export async function dora(world: World, options: DoraOptions): Promise<Dora | { refused: readonly Diagnostic[] }> {
  await expectGenesis(world)
  const period = readPeriod(options, world.clock.now())
  if ('refused' in period) return period
  const { changes } = await pastRecords(world)
  const { environment } = options
  const known = new Set(changes.flatMap((c) => c.record.deployment?.environments ?? []))
  if (environment !== undefined && !known.has(environment)) {
    const near = nearest(environment, known)
    const summary = `nothing was ever carried out in an environment ${environment}`
    return {
      refused: [report('document-unknown', { summary, ...(near !== undefined && { hint: `did you mean ${near}?` }) })],
    }
  }
  const ended = changes.filter((c) =>
    [firstEvent(c, ['finish', 'fail']), firstEvent(c, ['finish'])].some((e) => within(period, e?.at)),
  )
  return doraFigures({ ...options, changes, period, details: await detailsOf(world, ended) })
}
