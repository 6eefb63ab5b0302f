import type { JsonPath, LoadedDocument } from '../model/document.ts'
import type { Kind } from '../model/kind.ts'
import type { LeaseSort } from '../model/lease.ts'
import { allocationRequest, requestForm } from '../schema/allocation-request.ts'
import { isObject } from '../schema/is-object.ts'
import { markedSchema, visitMarks } from '../schema/marks.ts'
import type { CheckInput, ValueFinding } from './check-input.ts'
import { shown, valueAt } from './schema-findings.ts'

/**
 * Findings of a schema about values that are still asked for, `address: { from: prefix/NAME }`, said as what they are. Only
 * documents that their schema refuses are looked at: a value that is there is never a request.
 */
export function unallocated(
  { graph }: CheckInput,
  kind: Kind,
  findings: readonly ValueFinding[],
): readonly (ValueFinding & { readonly code: 'schema' | 'unallocated' })[] {
  const [first] = findings
  const sorts = first === undefined ? new Map<string, LeaseSort>() : sortsIn(first.document, kind)
  return findings.map((finding) => {
    const sort = sorts.get(finding.path.join('\0'))
    const value = valueAt(finding.document.document as never, finding.path)
    if (sort === undefined || !isObject(value)) return { ...finding, code: 'schema' }
    const request = allocationRequest(sort, value)
    if (request === undefined) {
      const hint = `Write the value, or ask for one: ${requestForm(sort)}`
      return { ...finding, code: 'schema', summary: `${shown(finding.path)} asks for nothing that is known`, hint }
    }
    const there = graph.documents.has(request.pool)
    const { document, path, what } = finding
    const summary = there
      ? `${shown(path)} is to come from ${request.pool}, and has no value yet`
      : `${shown(path)} is to come from ${request.pool}, which is not there`
    return { document, path, what, code: 'unallocated', summary }
  })
}

/** Which values of a document can be asked for. */
function sortsIn({ document }: LoadedDocument, kind: Kind): ReadonlyMap<string, LeaseSort> {
  const sorts = new Map<string, LeaseSort>()
  const schema = markedSchema(kind.schema)
  const visit = (path: JsonPath, sort: LeaseSort | undefined) => sort !== undefined && sorts.set(path.join('\0'), sort)
  if (schema !== undefined)
    visitMarks(schema, document.spec, (marks, _value, path) => visit(path, marks.allocate), ['spec'])
  return sorts
}
