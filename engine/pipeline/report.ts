import { type Diagnostic, hasErrors, reporter } from '../model/diagnostic.ts'
import type { LoadedDocument } from '../model/document.ts'
import type { Report, ReportResult, Wanted } from '../model/practice.ts'
import type { Catalogue } from '../model/resource.ts'
import { nearest } from '../schema/nearest.ts'
import { codes } from './codes.ts'
import { loadMeant } from './estate.ts'
import { lastSeen, type Seen } from './snapshot.ts'
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
  const documents = found.about === undefined ? [] : estate.graph.ofKind(found.about)
  const refused: Diagnostic[] = []
  const chosen = options.about.flatMap((wanted): readonly LoadedDocument[] => {
    const document = documents.find((d) => d.document.metadata.name === wanted || d.address === wanted)
    if (document === undefined) {
      const near = nearest(
        wanted,
        documents.map((d) => d.document.metadata.name),
      )
      refused.push(
        report('document-unknown', {
          summary: `there is no ${found.about ?? 'document'} ${wanted.slice(0, 80)}`,
          ...(near !== undefined && { hint: `did you mean ${near}?` }),
        }),
      )
    }
    return document === undefined ? [] : [document]
  })
  if (refused.length > 0) return { refused }
  const seen = found.observed === true ? await lastSeen(world) : new Map<string, Seen>()
  const input = {
    ...{ graph: estate.graph, locate: estate.locate, now: world.clock.now(), starts: estate.starts },
    seen: (host: string) => seen.get(host)?.facts,
    seenAt: (host: string) => seen.get(host)?.factsSeen,
    wanted: (host: string) => wantedOn(world, estate.compile.host(host)),
    fingerprint: world.fingerprint,
  }
  return {
    result: found.run(input, options.about.length === 0 ? documents : chosen),
    of: `${options.commit === undefined ? 'the working folder' : `commit ${estate.treeish.slice(0, 12)}`}, ${input.now.toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    unsound: hasErrors(estate.diagnostics),
  }
}

function wantedOn(world: World, { resources }: Catalogue): readonly Wanted[] {
  return resources.map(({ type, spec, declaredBy }) => ({
    ...{ type, spec },
    by: [...new Set(declaredBy.map((d) => d.address))],
    files: world.types.get(type)?.paths?.(spec) ?? [],
  }))
}
