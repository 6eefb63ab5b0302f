import { addressOf } from '../model/address.ts'
import { canonicalJson } from '../model/canonical.ts'
import type { LoadedDocument } from '../model/document.ts'
import { compileRule, evaluate } from '../policy/rule.ts'
import {
  askAboutAction,
  askAboutDocument,
  type ChangePolicySpec,
  type ExampleDocument,
  type PolicyTestSpec,
  type Question,
  variablesOf,
} from './change-policy.ts'
import type { ChangedDocument } from './changed-documents.ts'
import { levelOf } from './risk.ts'

/** What came of one of a policy's own examples. */
export interface PolicyTestResult {
  readonly name: string
  /** Its place under `tests`, from 0. */
  readonly index: number
  readonly expected: PolicyTestSpec['expect']
  /** `broken`: it could not be answered, and `because` says why. */
  readonly got: PolicyTestSpec['expect'] | 'broken'
  readonly because?: string
}

/** Runs a policy's own examples, as a change would be judged by it. Each stands alone: no other policy has a say. */
export function runPolicyTests(spec: ChangePolicySpec): readonly PolicyTestResult[] {
  const compiled = compileRule(spec.when ?? 'true', variablesOf(spec.over))
  return (spec.tests ?? []).map((test, index) => {
    const about = { name: test.name, index, expected: test.expect }
    if ('diagnostic' in compiled) return { ...about, got: 'broken', because: compiled.diagnostic.summary }
    const question = questionOf(test, spec)
    if (typeof question === 'string') return { ...about, got: 'broken', because: question }
    for (const context of question?.contexts ?? []) {
      const answer = evaluate(compiled.rule, context)
      if ('diagnostic' in answer) return { ...about, got: 'broken', because: answer.diagnostic.summary }
      if (answer.value) return { ...about, got: outcomeOf(spec) }
    }
    const because = question === undefined ? 'match leaves it out' : 'when is false'
    return { ...about, got: 'none', because }
  })
}

/** What the policy is asked; nothing where it does not look at the example, or why the example is none. */
function questionOf(test: PolicyTestSpec, spec: ChangePolicySpec): Question | string | undefined {
  const score = test.risk ?? 0
  const risk = { score, level: levelOf(score) }
  if (spec.over === 'actions') {
    if (test.action === undefined) return 'the policy looks at actions, and the example is a change of a document'
    const { labels = {}, environment = '', reversibility = 'exact', ...action } = test.action
    return askAboutAction({ ...action, reversibility }, [{ labels, environment }], spec, risk)
  }
  if (test.change === undefined) return 'the policy looks at documents, and the example is an action'
  const changed = changedOf(test.change)
  return typeof changed === 'object' ? askAboutDocument(changed, spec, risk) : changed
}

function changedOf({
  before,
  after,
  path,
}: NonNullable<PolicyTestSpec['change']>): ChangedDocument | string | undefined {
  const [old, now] = [before, after].map((side) => (side === undefined ? undefined : loaded(side, path)))
  const address = (now ?? old)?.address
  if (address === undefined) return undefined
  if (old === undefined) return { address, verb: 'create', ...(now !== undefined && { after: now }) }
  if (now === undefined) return { address, verb: 'delete', before: old }
  if (old.address !== now.address)
    return `before is ${old.address} and after ${now.address}: that is no change of one document`
  if (canonicalJson(old.document) === canonicalJson(now.document)) return 'before and after are the same'
  return { address, verb: 'update', before: old, after: now }
}

function loaded({ kind, metadata, spec = {} }: ExampleDocument, path = 'inventory/example.yaml'): LoadedDocument {
  const document = { apiVersion: 'plumbline/v1', kind, metadata, spec }
  return { address: addressOf(kind, metadata.name), document, file: path, index: 0, line: 1 }
}

function outcomeOf({ outcome }: ChangePolicySpec): PolicyTestSpec['expect'] {
  if ('deny' in outcome) return 'deny'
  if ('warn' in outcome) return 'warn'
  if ('approvals' in outcome) return 'approvals'
  return 'window' in outcome ? 'window' : 'changeType'
}
