import { findRelease } from '../ledger/release-record.ts'
import { nameOf } from '../model/address.ts'
import { compareText, type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { LoadedDocument, Locate } from '../model/document.ts'
import type { Graph } from '../model/graph.ts'
import { parseReleaseName } from '../model/version.ts'
import { RepositoryError } from '../ports/repository.ts'
import { nearest } from '../schema/nearest.ts'
import { codes } from './codes.ts'
import type { EstateAt, PinnedRelease } from './estate-at.ts'
import type { World } from './world.ts'

const report = reporter(codes)

/** What environments follow, other than the target branch. */
export interface Pins {
  /** Host → release. */
  readonly byHost: ReadonlyMap<string, PinnedRelease>
  readonly diagnostics: readonly Diagnostic[]
}

interface Question {
  readonly graph: Graph
  readonly locate: Locate
  /** Documents of the target branch: a pin that stands there already is judged more softly. Undefined: all are judged as new. */
  readonly before: Graph | 'same' | undefined
  /** Documents of a commit, without the pins that they hold. */
  readonly load: (commit: string) => Promise<EstateAt>
}

/** `platform/1.4.0`, where an environment follows a release. */
export function releaseFollowed(environment: LoadedDocument | undefined): string | undefined {
  const follows = environment?.document.spec['follows']
  const release = typeof follows === 'object' && follows !== null && 'release' in follows ? follows.release : undefined
  return typeof release === 'string' ? release : undefined
}

/** Releases that the environments of an estate follow, resolved through the ledger. Asks the ledger only where one does. */
export async function pinsOf(world: World, question: Question): Promise<Pins> {
  const pinned = question.graph.ofKind('Environment').filter((e) => releaseFollowed(e) !== undefined)
  if (pinned.length === 0) return { byHost: new Map(), diagnostics: [] }
  const diagnostics: Diagnostic[] = []
  const releases = new Map<string, PinnedRelease>()
  for (const environment of pinned) {
    const found = await resolved(world, question, environment)
    if ('release' in found) releases.set(environment.document.metadata.name, found)
    diagnostics.push(...('release' in found ? faultsOf(found, environment, question) : [found]))
  }
  const byHost = new Map<string, PinnedRelease>()
  for (const { document } of question.graph.ofKind('Host')) {
    const environment = document.spec['environment']
    const release = typeof environment === 'string' ? releases.get(nameOf(environment)) : undefined
    if (release !== undefined) byHost.set(document.metadata.name, release)
  }
  return { byHost, diagnostics }
}

async function resolved(
  world: World,
  question: Question,
  environment: LoadedDocument,
): Promise<PinnedRelease | Diagnostic> {
  const id = releaseFollowed(environment) ?? ''
  const unknown = (why: string, hint?: string): Diagnostic =>
    report('release-unknown', {
      ...placeOf(question, environment),
      subject: environment.address,
      summary: `${environment.address} follows ${id}: ${why}`,
      ...(hint !== undefined && { hint }),
    })
  const pipeline = parseReleaseName(id)?.pipeline ?? ''
  const pipelines = question.graph.ofKind('Pipeline').map((p) => p.document.metadata.name)
  if (!pipelines.includes(pipeline)) {
    const near = nearest(pipeline, pipelines)
    return unknown(`there is no Pipeline/${pipeline}`, near === undefined ? undefined : `did you mean ${near}?`)
  }
  try {
    const found = await findRelease(await (await world.ledger()).view(), id)
    if ('refused' in found) return { ...found.refused, subject: environment.address }
    if (found.record === undefined) return unknown('there is no such release')
    const { commit, state } = found.record
    if ((await (await world.repository()).resolve(commit)) === undefined)
      return unknown(`its commit ${commit} is not in this clone`, 'fetch the target branch with all of its history')
    return { release: id, commit, withdrawn: state === 'withdrawn', estate: await question.load(commit) }
  } catch (error) {
    if (error instanceof RepositoryError) return unknown(error.message, error.hint)
    throw error
  }
}

function faultsOf(found: PinnedRelease, environment: LoadedDocument, question: Question): readonly Diagnostic[] {
  const at = { ...placeOf(question, environment), subject: environment.address }
  // What only says who may do what, or judges changes, is not taken from a release.
  const broken = found.estate.diagnostics.find(
    (d) => d.severity === 'error' && /^(Host|Profile|FirewallRule|Site|Service)\//.test(d.subject ?? 'Host/'),
  )
  if (broken !== undefined)
    return [
      report('release-broken', {
        ...at,
        summary: `${environment.address} follows ${found.release}, whose documents can not be compiled: ${broken.summary}`,
      }),
    ]
  if (!found.withdrawn) return []
  const { before } = question
  const stood = before === 'same' || releaseFollowed(before?.documents.get(environment.address)) === found.release
  const summary = `${environment.address} follows ${found.release}, which was withdrawn`
  return [report(stood ? 'follows-withdrawn' : 'release-withdrawn', { ...at, summary })]
}

function placeOf({ locate }: Question, environment: LoadedDocument) {
  const { file, line, column } = locate(environment, ['spec', 'follows', 'release'])
  return { file, line, column }
}

/** What a plan leaves alone, since a release decides about it: one note for each release. */
export function heldBackNotes(base: EstateAt, desired: EstateAt): readonly Diagnostic[] {
  const byRelease = new Map<string, string[]>()
  for (const [host, release] of desired.compile.heldBack(base.compile))
    byRelease.set(release, [...(byRelease.get(release) ?? []), host])
  return [...byRelease]
    .sort(([a], [b]) => compareText(a, b))
    .map(([release, hosts]) => {
      const shown = `${hosts.slice(0, 5).join(', ')}${hosts.length > 5 ? ', …' : ''}`
      const [what, be] = hosts.length === 1 ? ['1 host follows', 'is'] : [`${hosts.length} hosts follow`, 'are']
      return report('follows-release', { summary: `${what} ${release} and ${be} not changed by this: ${shown}` })
    })
}
