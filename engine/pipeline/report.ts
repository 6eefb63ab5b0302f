import { type Diagnostic, hasErrors, reporter } from '../model/diagnostic.ts'
import type { Report, ReportResult } from '../model/practice.ts'
import { nearest } from '../schema/nearest.ts'
import { codes } from './codes.ts'
import { loadMeant } from './estate.ts'
import { originOf } from './origin.ts'
import { documentsMeant } from './report-about.ts'
import { reportInput } from './report-input.ts'
import { reportRecords } from './report-records.ts'
import type { World } from './world.ts'

const report = reporter(codes)

/** Every report of every practice, by name. */
export function reportsOf(world: World): ReadonlyMap<string, Report> {
  const all = world.practices.flatMap((p) => p.reports ?? []).map((r): [string, Report] => [r.name, r])
  return new Map(all.sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Runs a report over the working folder or a commit. Findings of the documents come with it: what is wrong may make it wrong. */
export async function runReport(
  world: World,
  name: string,
  options: { readonly about: readonly string[]; readonly commit?: string },
): Promise<
  | { readonly result: ReportResult; readonly of: string; readonly unsound: boolean }
  | { readonly refused: readonly Diagnostic[] }
> {
  const reports = reportsOf(world)
  const found = reports.get(name)
  if (found === undefined) {
    const near = nearest(name, reports.keys())
    const hint = near === undefined ? 'plumbline report lists them' : `did you mean ${near}?`
    return { refused: [report('report-unknown', { summary: `there is no report ${name.slice(0, 80)}`, hint })] }
  }
  const estate = await loadMeant(world, options.commit)
  const meant = documentsMeant(found, estate.graph, options.about)
  if ('refused' in meant) return meant
  const input = await reportInput(world, estate, { observed: found.observed === true })
  return {
    result: found.run(
      { ...input, ...(await reportRecords(world, estate, found.records)) },
      meant.documents,
      meant.parts,
    ),
    of: originOf(world, estate, options.commit),
    unsound: hasErrors(estate.diagnostics),
  }
}
