import { type Address, kindOf } from '../model/address.ts'
import { canonicalJson } from '../model/canonical.ts'
import type { Severity } from '../model/diagnostic.ts'
import type { JsonPath, LoadedDocument } from '../model/document.ts'
import type { Graph } from '../model/graph.ts'
import { membersIn } from '../model/members.ts'
import type { CheckInput, ValueFinding } from './check-input.ts'

export const zoned = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:[Zz]|[+-]\d{2}:\d{2})$/

/** When grants end: it must be said, with a zone. A grant that has ended is an error only in a change that touches it. */
export function expiryFindings(input: CheckInput): (ValueFinding & { readonly severity: Severity })[] {
  return input.graph.ofKind('AccessGrant').flatMap((document) => {
    const { expires, hours } = document.document.spec
    const at = (path: JsonPath, what: 'key' | 'value', summary: string, severity: Severity) => [
      { document, path, what, summary, severity },
    ]
    if (hours !== undefined)
      return lastingFindings(document, input).flatMap(([key, said, how]) => at(key, 'key', said, how))
    if (expires === undefined || expires === null)
      return at(['spec'], 'key', 'the grant does not say when it ends', 'error')
    const path = ['spec', 'expires']
    const time = typeof expires === 'string' && zoned.test(expires) ? Date.parse(expires) : Number.NaN
    if (Number.isNaN(time)) return at(path, 'value', 'the end of the grant is not a date and time with a zone', 'error')
    if (time > input.now.getTime()) return []
    return at(path, 'value', 'the grant has ended', hasChanged(document, input.base) ? 'error' : 'warning')
  })
}

/** Of a grant that lasts for hours: it says no other end, and is over some time after it began. */
function lastingFindings(
  { address, document }: LoadedDocument,
  { starts, now }: CheckInput,
): [JsonPath, string, Severity][] {
  const { expires, hours } = document.spec
  if (expires !== undefined)
    return [[['spec', 'expires'], 'the grant says both how long it lasts and when it ends', 'error']]
  const start = starts?.get(address)
  if (start === undefined || typeof hours !== 'number' || start + hours * 3_600_000 > now.getTime()) return []
  return [[['spec', 'hours'], 'the grant has ended', 'warning']]
}

function hasChanged(document: LoadedDocument, base: Graph | undefined): boolean {
  if (base === undefined) return false
  const before = base.documents.get(document.address)
  return before === undefined || canonicalJson(before.document) !== canonicalJson(document.document)
}

/** People who are granted access and have no login. A team may hold people who never log in: for them it is said once, softly. */
export function loginFindings(input: CheckInput): (ValueFinding & { readonly severity: Severity })[] {
  const { graph } = input
  const members = membersIn(graph)
  return graph.ofKind('AccessGrant').flatMap((document) =>
    graph
      .outgoing(document.address)
      .filter((edge) => edge.label === 'spec.to')
      .flatMap(({ to, path }) => {
        const direct = kindOf(to) === 'Person'
        const without = [...members([to]).who.keys()].filter((person) => !hasLogin(graph, person))
        const severity: Severity = direct ? 'error' : 'warning'
        return without.map((person) => {
          const summary = `${person} has no login${direct ? '' : `, as a member of ${to}`}`
          return { document, path, what: 'value' as const, summary, severity }
        })
      }),
  )
}

function hasLogin(graph: Graph, person: Address): boolean {
  const spec = graph.documents.get(person)?.document.spec
  return spec === undefined || typeof spec['login'] === 'string' || spec['active'] === false
}
