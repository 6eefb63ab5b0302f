import type { Address } from '../model/address.ts'
import { compareDiagnostics, type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { Document, LoadedDocument } from '../model/document.ts'
import type { Graph } from '../model/graph.ts'
import type { Action, ApprovalRequirement, Verdict } from '../model/plan.ts'
import { compileRule, evaluate } from '../policy/rule.ts'
import type { Authorship } from './authors.ts'
import { askAboutAction, askAboutDocument, type ChangePolicySpec, hostsOf, type Question } from './change-policy.ts'
import { type ChangedDocument, changedDocuments } from './changed-documents.ts'
import { codes } from './codes.ts'
import { oneIndependent } from './judge-approvals.ts'
import { listed, ownerRequirements } from './owners.ts'
import { peopleOf, referenced } from './people.ts'

const report = reporter(codes)

export interface PolicyQuestion {
  /** Documents of the base commit: its change policies judge, by its teams and owners. */
  readonly base: Graph
  /** Documents of the merge result. */
  readonly merged: Graph
  readonly actions: readonly Pick<Action, 'host' | 'resource' | 'verb' | 'reversibility'>[]
  readonly authorship: Authorship
  readonly rule: 'one-independent' | 'solo'
}

/**
 * Judges a change by the `ChangePolicy` documents of its base: what is denied, what deserves a warning, and who has to agree.
 * Approvals are asked for by policies, by the owners of changed documents, for actions that nothing takes
 * back, and, where none of these asks, by the estate's rule.
 */
export function judgePolicies(question: PolicyQuestion): Verdict {
  const { base, merged, actions, authorship, rule } = question
  const changed = changedDocuments(base, merged)
  const asked = base.ofKind('ChangePolicy').map((policy) => judgeOne(policy, changed, question))
  // A solo estate has nobody to ask but those whom its own policies name.
  const owners = rule === 'solo' ? noRequirements : ownerRequirements(changed, peopleOf(base), authorship)
  const final = actions.filter((a) => a.reversibility === 'irreversible')
  const named = final.map((a) => `${a.verb} ${a.resource} on ${a.host}`)
  const requirements = [
    ...asked.flatMap((a) => a.requirements),
    ...owners.requirements,
    ...(final.length > 0 && rule !== 'solo'
      ? [{ count: 1, teams: [], because: `nothing takes back: ${listed(named)}` }]
      : []),
  ]
  const warnings = [
    ...asked.flatMap((a) => a.warnings),
    ...owners.warnings,
    ...(final.length > 0 ? [report('irreversible-action', { summary: `nothing takes back: ${listed(named)}` })] : []),
  ]
  return {
    denials: asked.flatMap((a) => a.denials).sort(compareDiagnostics),
    warnings: warnings.sort(compareDiagnostics),
    requirements: requirements.length === 0 && rule === 'one-independent' ? [oneIndependent] : requirements,
  }
}

const noRequirements = { requirements: [], warnings: [] } as const
const nothing: Verdict = { denials: [], warnings: [], requirements: [] }

function judgeOne(policy: LoadedDocument, changed: readonly ChangedDocument[], question: PolicyQuestion): Verdict {
  const spec = policy.document.spec as unknown as ChangePolicySpec
  const compiled = compileRule(spec.when, [spec.over === 'actions' ? 'action' : 'change'])
  if ('diagnostic' in compiled) return broken(policy, compiled.diagnostic.summary, changed)
  const hits: Hit[] = []
  for (const { about, place, contexts } of questionsFor(spec, changed, question)) {
    for (const context of contexts) {
      const answer = evaluate(compiled.rule, context)
      if ('diagnostic' in answer) return broken(policy, `${about}: ${answer.diagnostic.summary}`, changed)
      if (!answer.value) continue
      hits.push({ about, ...(place !== undefined && { place }) })
      break
    }
  }
  return hits.length === 0 ? nothing : outcomeOf(policy.address, spec, hits)
}

interface Hit {
  readonly about: string
  readonly place?: LoadedDocument
}

function questionsFor(
  spec: ChangePolicySpec,
  changed: readonly ChangedDocument[],
  { actions, base, merged }: PolicyQuestion,
): readonly Question[] {
  if (spec.over !== 'actions') return changed.flatMap((c) => askAboutDocument(c, spec) ?? [])
  const hosts = hostsOf(base, merged)
  return actions.flatMap((a) => askAboutAction(a, hosts.get(a.host) ?? [], spec) ?? [])
}

function outcomeOf(policy: Address, spec: ChangePolicySpec, hits: readonly Hit[]): Verdict {
  const { outcome, message } = spec
  if ('approvals' in outcome) {
    const teams = (outcome.approvals.teams ?? []).map((t) => referenced(t, 'Team'))
    const because = `${message} (${policy}, for ${listed(hits.map((h) => h.about))})`
    return { ...nothing, requirements: [{ count: outcome.approvals.count, teams, because }] }
  }
  const deny = 'deny' in outcome
  const found = hits.map(({ about, place }) =>
    report(deny ? 'change-denied' : 'change-warning', {
      summary: `${about}: ${message}`,
      detail: `asked by ${policy}`,
      ...(place !== undefined && { file: place.file, line: place.line, subject: place.address }),
    }),
  )
  return deny ? { ...nothing, denials: found } : { ...nothing, warnings: found }
}

/**
 * A rule that can't be answered denies, with one way out: a change of nothing but change policies, this one among them,
 * needs one person instead, or a broken policy could never be mended.
 */
function broken(policy: LoadedDocument, because: string, changed: readonly ChangedDocument[]): Verdict {
  const found = (severity: Diagnostic['severity']): Diagnostic =>
    report('policy-broken', {
      severity,
      summary: `${policy.address} can not judge ${because}`,
      file: policy.file,
      line: policy.line,
      subject: policy.address,
    })
  const mends =
    changed.every((c) => kindOfChange(c) === 'ChangePolicy') && changed.some((c) => c.address === policy.address)
  if (!mends) return { ...nothing, denials: [found('error')] }
  const requirement: ApprovalRequirement = { count: 1, teams: [], because: `it mends ${policy.address}` }
  return { denials: [], warnings: [found('warning')], requirements: [requirement] }
}

function kindOfChange({ before, after }: ChangedDocument): string | undefined {
  const document: Document | undefined = (before ?? after)?.document
  return document?.kind
}
