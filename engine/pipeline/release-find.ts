import { findRelease, releasedPipelines, releasedVersions } from '../ledger/release-record.ts'
import { nameOf } from '../model/address.ts'
import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { LoadedDocument } from '../model/document.ts'
import type { Graph } from '../model/graph.ts'
import type { ReleaseRecord } from '../model/release.ts'
import { parseReleaseName } from '../model/version.ts'
import type { LedgerView } from '../ports/ledger.ts'
import type { Numbering } from '../release/numbering.ts'
import type { ReadyRules } from '../release/readiness.ts'
import { nearest } from '../schema/nearest.ts'
import { codes } from './codes.ts'
import { trusted } from './records.ts'

const report = reporter(codes)
export type Refused = { readonly refused: readonly Diagnostic[] }

export interface Stage {
  readonly name: string
  readonly environments: readonly string[]
  readonly ready?: ReadyRules
}

/** A `Pipeline` document, as the rest of the release commands want it. */
export interface Pipeline {
  readonly name: string
  readonly document: LoadedDocument
  readonly numbering: Numbering
  readonly stages: readonly Stage[]
}

/** The pipeline that is meant: the one named, or the only one. */
export function pipelineNamed(graph: Graph, name: string | undefined): Pipeline | Refused {
  const all = graph.ofKind('Pipeline')
  const names = all.map((p) => p.document.metadata.name)
  const wanted = name?.replace(/^pipeline\//i, '') ?? (names.length === 1 ? names[0] : undefined)
  const document = all.find((p) => p.document.metadata.name === wanted)
  if (document !== undefined && wanted !== undefined) {
    const { numbering, stages } = document.document.spec as unknown as Pick<Pipeline, 'numbering' | 'stages'>
    const bare = stages.map((s) => ({ ...s, environments: s.environments.map(nameOf) }))
    return { name: wanted, document, numbering, stages: bare }
  }
  if (names.length === 0)
    return refused('pipeline-unknown', 'the estate has no pipeline', 'describe one: plumbline explain pipeline')
  if (wanted === undefined)
    return refused('pipeline-unknown', `there is more than one pipeline: ${names.join(', ')}`, 'name the one you mean')
  const near = nearest(wanted, names)
  return refused('pipeline-unknown', `there is no pipeline ${wanted}`, near && `did you mean ${near}?`)
}

/** A stage of a pipeline and the one before it. */
export function stageNamed(
  pipeline: Pipeline,
  name: string,
): { readonly stage: Stage; readonly before: Stage | undefined } | Refused {
  const at = pipeline.stages.findIndex((s) => s.name === name)
  const stage = pipeline.stages[at]
  if (stage !== undefined) return { stage, before: pipeline.stages[at - 1] }
  const names = pipeline.stages.map((s) => s.name)
  return refused('pipeline-unknown', `${pipeline.name} has no stage ${name}`, `its stages are ${names.join(', ')}`)
}

/** The release that `platform/1.4.0`, or `1.4.0` where that is clear, means. */
export async function releaseNamed(view: LedgerView, text: string): Promise<ReleaseRecord | Refused> {
  const id = text.includes('/') ? text : await inOnePipeline(view, text)
  if (typeof id === 'object') return id
  const found = parseReleaseName(id) === undefined ? undefined : trusted(await findRelease(view, id))
  if (found !== undefined) return found
  const near = nearest(id, await releaseIds(view))
  return refused('release-unknown', `there is no release ${text}`, near && `did you mean ${near}?`)
}

async function inOnePipeline(view: LedgerView, version: string): Promise<string | Refused> {
  const ids = (await releaseIds(view)).filter((id) => id.endsWith(`/${version}`))
  const [only, other] = ids
  if (only !== undefined && other !== undefined)
    return refused(
      'release-unknown',
      `${version} is a release of more than one pipeline`,
      `name one: ${ids.join(', ')}`,
    )
  const [pipeline = 'pipeline'] = await releasedPipelines(view)
  return only ?? `${pipeline}/${version}`
}

/** Ids of all releases, by pipeline, the newest first. */
export async function releaseIds(view: LedgerView): Promise<readonly string[]> {
  const ids: string[] = []
  for (const pipeline of await releasedPipelines(view))
    ids.push(...(await releasedVersions(view, pipeline)).map((version) => `${pipeline}/${version}`))
  return ids
}

/** The newest release of a pipeline before a version that was not withdrawn. */
export async function releaseBefore(view: LedgerView, record: ReleaseRecord): Promise<ReleaseRecord | undefined> {
  const versions = await releasedVersions(view, record.pipeline)
  for (const version of versions.slice(versions.indexOf(record.version) + 1)) {
    const found = trusted(await findRelease(view, `${record.pipeline}/${version}`))
    if (found?.state === 'released') return found
  }
  return undefined
}

export function refused(code: keyof typeof codes, summary: string, hint?: string | undefined): Refused {
  return { refused: [report(code, { summary, ...(hint !== undefined && { hint }) })] }
}
