import { canonicalJson } from '../model/canonical.ts'
import { type MarkedSchema, visitMarks } from '../schema/marks.ts'
import type { CheckInput, ValueFinding } from './check-input.ts'
import { shown, valueAt } from './schema-findings.ts'

/** Values marked immutable that differ from the base's. What the base did not say may still be said. */
export function immutableFindings(input: CheckInput, marks: ReadonlyMap<string, MarkedSchema>): ValueFinding[] {
  const findings: ValueFinding[] = []
  for (const before of input.base?.documents.values() ?? []) {
    const schema = marks.get(before.document.kind)
    const document = input.graph.documents.get(before.address)
    if (schema === undefined || document === undefined) continue
    visitMarks(schema, before.document.spec, ({ immutable }, old, path) => {
      if (immutable !== true) return
      const now = valueAt(document.document.spec, path)
      if (now !== undefined && canonicalJson(now) === canonicalJson(old)) return
      const summary = `${shown(['spec', ...path])} may not change once it is merged`
      findings.push({ document, path: ['spec', ...path], what: 'value', summary })
    })
  }
  return findings
}
