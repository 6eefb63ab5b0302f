import type { Address } from '../model/address.ts'
import { canonicalJson } from '../model/canonical.ts'
import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { Json, LoadedDocument } from '../model/document.ts'
import type { Graph } from '../model/graph.ts'
import { lazyPlace } from '../model/lazy-place.ts'
import { compileRule, evaluate, type Rule } from '../policy/rule.ts'
import { isObject } from '../schema/is-object.ts'
import type { CheckInput } from './check-input.ts'
import { codes } from './codes.ts'

const report = reporter(codes)

/** A policy ready to be asked. */
interface Policy {
  readonly loaded: LoadedDocument
  readonly rule: Rule
}

/**
 * Policies over documents, with their own examples. Where there is a base its policies hold as well: a change can't loosen
 * the rule that it breaks.
 */
export function policyDiagnostics(input: CheckInput): Diagnostic[] {
  const diagnostics: Diagnostic[] = []
  const own = input.graph.ofKind('Policy')
  for (const loaded of own) {
    const policy = compile(loaded, input)
    if (policy === undefined) continue
    if ('diagnostic' in policy) diagnostics.push(policy.diagnostic)
    else diagnostics.push(...examples(policy, input), ...judge(policy, input))
  }
  for (const loaded of input.base?.ofKind('Policy') ?? []) {
    const now = input.graph.documents.get(loaded.address)
    if (now !== undefined && canonicalJson(now.document) === canonicalJson(loaded.document)) continue
    const policy = compile(loaded)
    const same = (d: Diagnostic) =>
      diagnostics.some((o) => o.subject === d.subject && o.detail === d.detail && o.code === d.code)
    if (policy !== undefined && 'rule' in policy)
      diagnostics.push(...judge(policy, input).filter((d) => isVerdict(d) && !same(d)))
  }
  return diagnostics
}

const isVerdict = (diagnostic: Diagnostic): boolean => diagnostic.code in codes

function compile(loaded: LoadedDocument, input?: CheckInput): Policy | { readonly diagnostic: Diagnostic } | undefined {
  const source = loaded.document.spec['rule']
  if (typeof source !== 'string') return undefined
  const subject = loaded.address
  // Looked up only for a finding: it costs a second reading of the file.
  const place = input === undefined ? {} : lazyPlace(input.locate, loaded, ['spec', 'rule'])
  const compiled = compileRule(source, ['document', 'reach'], Object.assign(place, { subject }))
  return 'rule' in compiled ? { loaded, rule: compiled.rule } : compiled
}

function judge({ loaded, rule }: Policy, input: CheckInput): Diagnostic[] {
  const diagnostics: Diagnostic[] = []
  const { message, severity } = loaded.document.spec
  for (const candidate of candidates(loaded, input.graph)) {
    const reach = rule.source.includes('reach') ? referrers(input.graph, candidate.address) : []
    const result = evaluate(rule, { document: candidate.document, reach })
    if ('diagnostic' in result) {
      // One is enough: it is the rule that has to be mended.
      return [...diagnostics, { ...result.diagnostic, detail: `on ${candidate.address}: ${rule.source}` }]
    }
    if (result.value) continue
    const code = severity === 'warn' ? 'policy-warned' : 'policy-denied'
    const { file, line } = candidate
    const summary = typeof message === 'string' ? message : 'the policy does not hold'
    diagnostics.push(
      report(code, { summary, detail: loaded.address, file, line, column: 1, subject: candidate.address }),
    )
  }
  return diagnostics
}

function candidates(policy: LoadedDocument, graph: Graph): LoadedDocument[] {
  const { match } = policy.document.spec
  const { kinds, names, labels } = isObject(match) ? match : {}
  const documents = Array.isArray(kinds)
    ? kinds.flatMap((kind) => graph.ofKind(String(kind)))
    : [...graph.documents.values()]
  return documents.filter(({ document: { metadata } }) => {
    if (Array.isArray(names) && !names.includes(metadata.name)) return false
    return !isObject(labels) || Object.entries(labels).every(([key, value]) => metadata.labels?.[key] === value)
  })
}

function referrers(graph: Graph, address: Address): Address[] {
  const found = new Set([address])
  for (const at of found)
    for (const edge of graph.incoming(at)) if (edge.label !== 'metadata.owner') found.add(edge.from)
  found.delete(address)
  return [...found].sort()
}

function examples({ loaded, rule }: Policy, { locate }: CheckInput): Diagnostic[] {
  const given = loaded.document.spec['examples']
  if (!isObject(given)) return []
  const run = (list: Json | undefined, field: 'accepts' | 'refuses'): Diagnostic[] =>
    (Array.isArray(list) ? list : []).flatMap((document, i) => {
      const result = evaluate(rule, { document, reach: [] })
      if ('value' in result && result.value === (field === 'accepts')) return []
      const summary =
        'value' in result
          ? `the policy ${result.value ? 'accepts' : 'refuses'} this example`
          : result.diagnostic.summary
      const place = locate(loaded, ['spec', 'examples', field, i])
      return [report('policy-example', { summary, subject: loaded.address, ...place })]
    })
  return [...run(given['accepts'], 'accepts'), ...run(given['refuses'], 'refuses')]
}
