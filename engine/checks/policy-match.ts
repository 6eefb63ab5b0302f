import type { Diagnostic } from '../model/diagnostic.ts'
import type { Json, LoadedDocument } from '../model/document.ts'
import { compileRule } from '../policy/rule.ts'
import { isObject } from '../schema/is-object.ts'
import { nearest } from '../schema/nearest.ts'
import type { CheckInput, ValueFinding } from './check-input.ts'

/** What would switch a policy off without a word: names under `match` that nothing is called, and parts that its `over` knows nothing of. */
export function matchFindings({ graph, kinds, types }: CheckInput): ValueFinding[] {
  const look = (document: LoadedDocument, known: readonly string[], what: string, at = ['kinds']): ValueFinding[] => {
    const names = at.reduce<Json | undefined>(
      (value, key) => (isObject(value) ? value[key] : undefined),
      document.document.spec['match'],
    )
    return (Array.isArray(names) ? names : []).flatMap((name: Json, i: number) => {
      if (typeof name !== 'string' || known.includes(name)) return []
      const near = nearest(name, known)
      const summary = `there is no ${what} of the name under match.${at.join('.')}`
      const hint = near === undefined ? {} : { hint: `Did you mean ${near}?` }
      return [{ document, path: ['spec', 'match', ...at, i], what: 'value' as const, summary, ...hint }]
    })
  }
  const kindNames = [...kinds.keys()]
  const typeNames = [...(types?.keys() ?? [])]
  return [
    ...graph.ofKind('Policy').flatMap((policy) => look(policy, kindNames, 'kind')),
    ...graph.ofKind('ChangePolicy').flatMap((policy) => {
      const misplaced = misplacedIn(policy)
      if (policy.document.spec['over'] !== 'actions') return [...misplaced, ...look(policy, kindNames, 'kind')]
      if (types === undefined) return misplaced
      return [
        ...misplaced,
        ...look(policy, typeNames, 'resource type'),
        ...look(policy, typeNames, 'resource type', ['actions', 'types']),
      ]
    }),
  ]
}

/** Parts of `match` that are about documents in a policy over actions, and the other way round. */
function misplacedIn(policy: LoadedDocument): ValueFinding[] {
  const { over, match } = policy.document.spec
  const [foreign, own] = over === 'actions' ? [['paths', 'fields'], 'actions'] : [['actions'], 'documents']
  return foreign
    .filter((part) => isObject(match) && part in match)
    .map((part) => ({
      document: policy,
      path: ['spec', 'match', part],
      what: 'key' as const,
      summary: `match.${part} says nothing here: the policy looks at ${own}`,
      hint:
        own === 'actions' ? 'Leave out over: actions, or make two policies' : 'Say over: actions, or make two policies',
    }))
}

/** Expressions of change policies that can't be compiled: they are told before they are merged and judge something. */
export function changePolicyDiagnostics({ graph, locate }: CheckInput): Diagnostic[] {
  return graph.ofKind('ChangePolicy').flatMap((policy) => {
    const { when, over } = policy.document.spec
    if (typeof when !== 'string') return []
    const subject = policy.address
    const compiled = compileRule(when, [over === 'actions' ? 'action' : 'change', 'risk'], { subject })
    if ('rule' in compiled) return []
    return [{ ...compiled.diagnostic, ...locate(policy, ['spec', 'when']) }]
  })
}
