import type { Json, JsonPath, LoadedDocument } from '../model/document.ts'
import { isObject } from '../schema/is-object.ts'
import { linearPattern } from '../schema/linear-pattern.ts'
import type { CheckInput, ValueFinding } from './check-input.ts'

/** Rollouts and tests of services: patterns that can be answered in linear time, and waves that can be told apart by their names. */
export function rolloutFindings({ graph }: CheckInput): ValueFinding[] {
  return [
    ...graph.ofKind('Rollout').flatMap((document) => [...patternFindings(document), ...nameFindings(document)]),
    ...graph.ofKind('ServiceTest').flatMap((document) => patternFindings(document)),
  ]
}

/** Looks at every `body` of an answer and `output` of a command, wherever they stand. */
function patternFindings(document: LoadedDocument): ValueFinding[] {
  const findings: ValueFinding[] = []
  const visit = (value: Json, path: JsonPath): void => {
    if (Array.isArray(value)) value.forEach((item, i) => void visit(item, [...path, i]))
    if (!isObject(value)) return
    for (const [key, item] of Object.entries(value)) {
      const here = [...path, key]
      if ((key !== 'body' && key !== 'output') || typeof item !== 'string') visit(item, here)
      else {
        const found = linearPattern(item)
        if ('refused' in found)
          findings.push({ document, path: here, what: 'value', summary: `the pattern is refused: ${found.refused}` })
      }
    }
  }
  visit(document.document.spec, ['spec'])
  return findings
}

function nameFindings(document: LoadedDocument): ValueFinding[] {
  const { waves } = document.document.spec
  const names = (Array.isArray(waves) ? waves : []).map((wave) => (isObject(wave) ? wave['name'] : undefined))
  return names.flatMap((name, i) =>
    typeof name === 'string' && names.indexOf(name) < i
      ? [{ document, path: ['spec', 'waves', i, 'name'], what: 'value', summary: `there is a wave ${name} before it` }]
      : [],
  )
}
