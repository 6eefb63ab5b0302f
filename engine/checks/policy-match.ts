import type { Diagnostic } from '../model/diagnostic.ts'
import type { LoadedDocument } from '../model/document.ts'
import { compileRule } from '../policy/rule.ts'
import { isObject } from '../schema/is-object.ts'
import { nearest } from '../schema/nearest.ts'
import type { CheckInput, ValueFinding } from './check-input.ts'

/** Names under `match.kinds` of policies that nothing is called: a slip there would switch the policy off without a word. */
export function matchFindings({ graph, kinds, types }: CheckInput): ValueFinding[] {
  const look = (document: LoadedDocument, known: readonly string[], what: string): ValueFinding[] => {
    const { match } = document.document.spec
    const names = isObject(match) && Array.isArray(match['kinds']) ? match['kinds'] : []
    return names.flatMap((name, i) => {
      if (typeof name !== 'string' || known.includes(name)) return []
      const near = nearest(name, known)
      const summary = `there is no ${what} of the name under match.kinds`
      const hint = near === undefined ? {} : { hint: `Did you mean ${near}?` }
      return [{ document, path: ['spec', 'match', 'kinds', i], what: 'value' as const, summary, ...hint }]
    })
  }
  const kindNames = [...kinds.keys()]
  const typeNames = [...(types?.keys() ?? [])]
  return [
    ...graph.ofKind('Policy').flatMap((policy) => look(policy, kindNames, 'kind')),
    ...graph.ofKind('ChangePolicy').flatMap((policy) => {
      if (policy.document.spec['over'] !== 'actions') return look(policy, kindNames, 'kind')
      return types === undefined ? [] : look(policy, typeNames, 'resource type')
    }),
  ]
}

/** Expressions of change policies that can't be compiled: they are told before they are merged and judge something. */
export function changePolicyDiagnostics({ graph, locate }: CheckInput): Diagnostic[] {
  return graph.ofKind('ChangePolicy').flatMap((policy) => {
    const { when, over } = policy.document.spec
    if (typeof when !== 'string') return []
    const subject = policy.address
    const compiled = compileRule(when, [over === 'actions' ? 'action' : 'change'], { subject })
    if ('rule' in compiled) return []
    return [{ ...compiled.diagnostic, ...locate(policy, ['spec', 'when']) }]
  })
}
