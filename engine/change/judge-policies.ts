import { type Address, addressOf, nameOf } from '../model/address.ts'
import { compareDiagnostics, type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { Document, LoadedDocument } from '../model/document.ts'
import type { Graph } from '../model/graph.ts'
import type { Action, ApprovalRequirement, Risk, Verdict, WindowDemand } from '../model/plan.ts'
import { compileRule, costOfAll, costOfOne, evaluate } from '../policy/rule.ts'
import type { Authorship } from './authors.ts'
import {
  askAboutAction,
  askAboutDocument,
  type ChangePolicySpec,
  hostsOf,
  type Question,
  variablesOf,
} from './change-policy.ts'
import { type ChangedDocument, changedDocuments } from './changed-documents.ts'
import { codes } from './codes.ts'
import { oneIndependent } from './judge-approvals.ts'
import { listed, type OwnedPaths, ownerRequirements } from './owners.ts'
import { peopleOf, referenced } from './people.ts'
import { promotionRequirements } from './release-approvals.ts'
import { riskRequirements } from './risk-thresholds.ts'

const report = reporter(codes)

export interface PolicyQuestion {
  /** Documents of the base commit: its change policies judge, by its teams and owners. */
  readonly base: Graph
  /** Documents of the merge result. */
  readonly merged: Graph
  readonly actions: readonly Pick<Action, 'host' | 'resource' | 'verb' | 'reversibility'>[]
  readonly authorship: Authorship
  /** Files that are changed, where the base has CODEOWNERS. */
  readonly owned?: OwnedPaths
  readonly rule: 'one-independent' | 'solo'
  /** Found without any policy. Of a change with a record: the one that it is judged by, see `judgedRisk`. */
  readonly risk: Pick<Risk, 'score' | 'level' | 'factors'>
  /** Documents with other policies and thresholds of risk than the base's: what would they have said? */
  readonly rules?: Graph
}

/**
 * Judges a change by the `ChangePolicy` documents of its base: what is denied, what deserves a warning, who has to agree, and
 * when it may be done. Approvals are asked for by policies, by the owners of changed documents, for actions that nothing takes
 * back, for a high risk, and, where none of these asks, by the estate's rule.
 */
export function judgePolicies(question: PolicyQuestion): Verdict {
  const { base, merged, actions, authorship, owned, rule, risk, rules = base } = question
  const changed = changedDocuments(base, merged)
  const asked = rules.ofKind('ChangePolicy').map((policy) => judgeOne(policy, changed, question))
  // A solo estate has nobody to ask but those whom its own policies name.
  const owners = rule === 'solo' ? noRequirements : ownerRequirements(changed, peopleOf(base), authorship, owned)
  const final = actions.filter((a) => a.reversibility === 'irreversible')
  const named = final.map((a) => `${a.verb} ${a.resource} on ${a.host}`)
  const requirements = [
    ...asked.flatMap((a) => a.requirements),
    ...owners.requirements,
    ...promotionRequirements(changed, base),
    ...(final.length > 0 && rule !== 'solo'
      ? [{ count: 1, teams: [], because: `nothing takes back: ${listed(named)}` }]
      : []),
    ...(actions.length > 0 ? riskRequirements(risk, rules, rule) : []),
  ]
  const windows = asked.flatMap((a) => a.windows ?? [])
  const warnings = [
    ...asked.flatMap((a) => a.warnings),
    ...owners.warnings,
    ...(final.length > 0 ? [report('irreversible-action', { summary: `nothing takes back: ${listed(named)}` })] : []),
  ]
  return {
    denials: asked.flatMap((a) => a.denials).sort(compareDiagnostics),
    warnings: warnings.sort(compareDiagnostics),
    requirements: requirements.length === 0 && rule === 'one-independent' ? [oneIndependent] : requirements,
    ...(windows.length > 0 && { windows }),
    ...(asked.some((a) => a.changeType === 'normal') && { changeType: 'normal' }),
  }
}

const noRequirements = { requirements: [], warnings: [] } as const
const nothing: Verdict = { denials: [], warnings: [], requirements: [] }

function judgeOne(policy: LoadedDocument, changed: readonly ChangedDocument[], question: PolicyQuestion): Verdict {
  const spec = policy.document.spec as unknown as ChangePolicySpec
  const compiled = compileRule(spec.when ?? 'true', variablesOf(spec.over))
  if ('diagnostic' in compiled) return broken(policy, compiled.diagnostic.summary, changed)
  const hits: Hit[] = []
  let left = costOfAll
  for (const { about, place, contexts } of questionsFor(spec, changed, question)) {
    for (const context of contexts) {
      const answer = evaluate(compiled.rule, context, Math.min(costOfOne, left))
      left -= compiled.rule.spent()
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
  { actions, base, merged, risk }: PolicyQuestion,
): readonly Question[] {
  if (spec.over !== 'actions') return changed.flatMap((c) => askAboutDocument(c, spec, risk) ?? [])
  const hosts = hostsOf(base, merged)
  return actions.flatMap((a) => askAboutAction(a, hosts.get(a.host) ?? [], spec, risk) ?? [])
}

function outcomeOf(policy: Address, spec: ChangePolicySpec, hits: readonly Hit[]): Verdict {
  const { outcome, message } = spec
  const because = `${message} (${policy}, for ${listed(hits.map((h) => h.about))})`
  if ('approvals' in outcome) {
    const teams = (outcome.approvals.teams ?? []).map((t) => referenced(t, 'Team'))
    return { ...nothing, requirements: [{ count: outcome.approvals.count, teams, because }] }
  }
  if ('window' in outcome) {
    const named = outcome.window === true ? [] : outcome.window
    const demand: WindowDemand = {
      windows: named.map((w) => addressOf('ChangeWindow', nameOf(w))),
      because,
    }
    return { ...nothing, windows: [demand] }
  }
  if ('changeType' in outcome) return { ...nothing, changeType: outcome.changeType }
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
