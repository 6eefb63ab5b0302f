import { findRelease } from '../ledger/release-record.ts'
import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import { parseReleaseName } from '../model/version.ts'
import { codes } from './codes.ts'
import type { EstateAt } from './estate-at.ts'
import { trusted } from './records.ts'
import { readinessOf } from './release-evidence.ts'
import { pipelineNamed } from './release-find.ts'
import { releaseFollowed } from './release-pins.ts'
import type { World } from './world.ts'

const report = reporter(codes)

interface Question {
  readonly base: EstateAt
  /** The documents that judge it. */
  readonly rules: EstateAt
  readonly desired: EstateAt
  readonly range: { readonly base: string; readonly head: string }
  /** It is approved and merged: what was accepted then is said, and refused no more. */
  readonly agreed: boolean
}

/**
 * What speaks against the promotions of a change, by the pipelines that judge it: however the line was moved. A commit of the
 * change that says why it is done all the same makes a warning of it, for those who approve.
 */
export async function promotionFaults(world: World, question: Question): Promise<readonly Diagnostic[]> {
  const { base, rules, desired, range } = question
  if (base === desired) return []
  const moved = desired.graph.ofKind('Environment').filter((environment) => {
    const release = releaseFollowed(environment)
    return release !== undefined && release !== releaseFollowed(base.graph.documents.get(environment.address))
  })
  if (moved.length === 0) return []
  const commits = await (await world.repository()).commitsBetween(range.base, range.head)
  const forced = commits.some((c) => /^Forced-Because: \S/m.test(c.message))
  const view = await (await world.ledger()).view()
  const found: Diagnostic[] = []
  for (const environment of moved) {
    const id = releaseFollowed(environment) ?? ''
    const record = trusted(await findRelease(view, id))
    const pipeline = pipelineNamed(rules.graph, parseReleaseName(id)?.pipeline)
    if (record === undefined || 'refused' in pipeline) continue
    const at = pipeline.stages.findIndex((s) => s.environments.includes(environment.document.metadata.name))
    const stage = pipeline.stages[at]
    if (stage === undefined) continue
    const findings = await readinessOf(world, { record, stage, before: pipeline.stages[at - 1], estate: base })
    for (const { criterion, evidence } of findings.filter((f) => f.outcome === 'unmet'))
      found.push(
        report('release-not-ready', {
          severity: forced || question.agreed ? 'warning' : 'error',
          file: environment.file,
          line: environment.line,
          subject: environment.address,
          summary: `${id} to ${stage.name}: ${criterion}: ${evidence}`,
        }),
      )
  }
  return found
}
