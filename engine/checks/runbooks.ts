import type { LoadedDocument } from '../model/document.ts'
import { compileRule } from '../policy/rule.ts'
import { isObject } from '../schema/is-object.ts'
import { linearPattern } from '../schema/linear-pattern.ts'
import type { CheckInput, ValueFinding } from './check-input.ts'

/** What runbooks say of their steps that no schema can judge: patterns, who may run them, inputs that are not declared. */
export function runbookFindings({ graph }: CheckInput): ValueFinding[] {
  return graph
    .ofKind('Runbook')
    .flatMap((document) => [...whoFindings(document), ...inputFindings(document), ...stepFindings(document)])
}

function whoFindings(document: LoadedDocument): ValueFinding[] {
  const { who } = document.document.spec
  if (typeof who !== 'string') return []
  const compiled = compileRule(who, ['actor'])
  return 'rule' in compiled
    ? []
    : [
        {
          document,
          path: ['spec', 'who'],
          what: 'value',
          summary: `the rule is refused: ${compiled.diagnostic.summary}`,
        },
      ]
}

function inputFindings(document: LoadedDocument): ValueFinding[] {
  const { required, inputs } = document.document.spec
  const known = isObject(inputs) ? inputs : {}
  return (Array.isArray(required) ? (required as readonly unknown[]) : []).flatMap((name, i): ValueFinding[] =>
    typeof name !== 'string' || Object.hasOwn(known, name)
      ? []
      : [{ document, path: ['spec', 'required', i], what: 'value', summary: `there is no input ${name}` }],
  )
}

function stepFindings(document: LoadedDocument): ValueFinding[] {
  const { steps, inputs } = document.document.spec
  const known = isObject(inputs) ? inputs : {}
  return (Array.isArray(steps) ? (steps as readonly unknown[]) : []).flatMap((step, i): ValueFinding[] => {
    const { expect, inputs: used } = (step ?? {}) as { readonly expect?: unknown; readonly inputs?: unknown }
    const found: ValueFinding[] = []
    const tell = (key: string, summary: string) =>
      found.push({ document, path: ['spec', 'steps', i, key], what: 'value', summary })
    const pattern = typeof expect === 'string' ? linearPattern(expect) : undefined
    if (pattern !== undefined && 'refused' in pattern) tell('expect', `the pattern is refused: ${pattern.refused}`)
    for (const name of Array.isArray(used) ? (used as readonly unknown[]) : []) {
      const schema = typeof name === 'string' && Object.hasOwn(known, name) ? known[name] : undefined
      if (!isObject(schema) || schema['ref'] !== 'Host')
        tell('inputs', `input/${String(name)} is no input that names a Host`)
    }
    return found
  })
}
