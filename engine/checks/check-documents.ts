import type { Address } from '../model/address.ts'
import { compareDiagnostics, type Diagnostic, reporter, type Severity } from '../model/diagnostic.ts'
import type { LoadedDocument, Place } from '../model/document.ts'
import type { Graph } from '../model/graph.ts'
import { codes as schemaCodes } from '../schema/codes.ts'
import { isObject } from '../schema/is-object.ts'
import { type MarkedSchema, markedSchema } from '../schema/marks.ts'
import type { CheckInput, ValueFinding } from './check-input.ts'
import { codes } from './codes.ts'
import { eventRuleFindings } from './event-rules.ts'
import { exceptionFindings } from './exceptions.ts'
import { expiryFindings, loginFindings } from './grants.ts'
import { immutableFindings } from './immutable.ts'
import { platformFindings } from './network-platforms.ts'
import { policyDiagnostics } from './policies.ts'
import { changePolicyDiagnostics, matchFindings } from './policy-match.ts'
import { rolloutFindings } from './rollouts.ts'
import { runbookFindings } from './runbooks.ts'
import { schemaFindings } from './schema-findings.ts'
import { standardChangeFindings } from './standard-changes.ts'
import { lineFindings, reservedFindings } from './subjects.ts'
import { timeFindings } from './times.ts'
import { unallocated } from './unallocated.ts'
import { uniqueFindings } from './unique.ts'

export type { CheckInput } from './check-input.ts'

const book = { ...codes, 'unsafe-character': schemaCodes['unsafe-character'] }
const report = reporter(book)

type Coded = ValueFinding & { readonly code: keyof typeof book; readonly severity?: Severity }

/** Everything that is wrong with documents apart from their references, sorted by place. */
export function checkDocuments(input: CheckInput): Diagnostic[] {
  const alone = { ...input, graph: input.plain ?? input.graph }
  const marks = new Map<string, MarkedSchema>()
  for (const kind of input.kinds.values()) {
    const schema = input.graph.ofKind(kind.name).length === 0 ? undefined : markedSchema(kind.schema)
    if (schema !== undefined) marks.set(kind.name, schema)
  }
  const special: Coded[] = [
    ...coded('unsafe-character', lineFindings(alone)),
    ...coded('reserved-subject', reservedFindings(input)),
    ...coded('grant-expiry', expiryFindings(input)),
    ...coded('exception-expiry', exceptionFindings(input)),
    ...coded('standard-change', standardChangeFindings(input)),
    ...coded('rollout', rolloutFindings(input)),
    ...coded('event-rule', eventRuleFindings(input)),
    ...coded('platform-pattern', platformFindings(input)),
    ...coded('runbook', runbookFindings(input)),
    ...timeFindings(input),
  ]
  const wrong = schemaErrors(alone, special)
  const refused = new Set(wrong.map((f) => f.document.address))
  const findings: Coded[] = [
    ...special,
    ...wrong,
    ...coded('login-missing', loginFindings(input)),
    ...coded('policy-match', matchFindings(input)),
    ...coded('unique', uniqueFindings(alone, marks)),
    ...coded('immutable', immutableFindings(input, marks)),
  ]
  const diagnostics = findings.map((finding) => tell(finding, input))
  return [
    ...diagnostics,
    ...resourceDiagnostics(input, refused),
    ...policyDiagnostics(alone),
    ...changePolicyDiagnostics(input),
    ...practiceDiagnostics(input, refused),
  ].sort(compareDiagnostics)
}

/**
 * Whether a document that its schema takes is sound by itself: what is found in each document alone, whatever the others say, its
 * policies included. The graph holds it and the policies, and refuses to answer what else a policy asks of it.
 */
export const isSoundAlone = (input: CheckInput): boolean =>
  lineFindings(input).length === 0 && policyDiagnostics(input).length === 0

const coded = (code: Coded['code'], findings: readonly ValueFinding[]): Coded[] =>
  findings.map((finding) => ({ ...finding, code }))

/** What schemas find, apart from values about which something better has been said. */
function schemaErrors(input: CheckInput, said: readonly ValueFinding[]): Coded[] {
  const { graph, kinds, validators } = input
  const better = new Set(said.map((f) => `${f.document.address} ${f.path.join('.')}`))
  const findings: Coded[] = []
  for (const document of graph.documents.values()) {
    const kind = kinds.get(document.document.kind)
    const validate = validators.get(document.document.kind)
    if (kind === undefined || validate === undefined) continue
    for (const finding of unallocated(input, kind, schemaFindings(document, kind, validate))) {
      if (!better.has(`${document.address} ${finding.path.join('.')}`)) findings.push(finding)
    }
  }
  return findings
}

function tell({ document, path, what, code, ...words }: Coded, { locate }: CheckInput): Diagnostic {
  return report(code, { ...words, ...locate(document, path, what), subject: document.address })
}

/** What resource types find in the resources of well-formed profiles that a schema can't say. */
function resourceDiagnostics({ graph, types, locate }: CheckInput, wrong: ReadonlySet<Address>): Diagnostic[] {
  return graph.ofKind('Profile').flatMap((profile: LoadedDocument) => {
    const { resources } = profile.document.spec
    if (!Array.isArray(resources) || wrong.has(profile.address)) return []
    return resources.flatMap((item, i) => {
      const [name, spec] = isObject(item) ? (Object.entries(item)[0] ?? []) : []
      const type = name === undefined ? undefined : types?.get(name)
      if (name === undefined || type?.check === undefined || !isObject(spec)) return []
      return type.check(spec, {
        place: lazyPlace(() => locate(profile, ['spec', 'resources', i, name], 'key')),
        subject: profile.address,
      })
    })
  })
}

/** What practices find in well-formed documents. */
function practiceDiagnostics(
  { graph, locate, now, base, starts, practices = [] }: CheckInput,
  wrong: ReadonlySet<Address>,
) {
  // Many practices ask for the same kinds, and some for each document anew.
  const known = new Map<string, readonly LoadedDocument[]>()
  const soundOf = (kind: string): readonly LoadedDocument[] => {
    const found = known.get(kind) ?? graph.ofKind(kind).filter((d) => !wrong.has(d.address))
    known.set(kind, found)
    return found
  }
  const sound: Graph = {
    documents:
      wrong.size === 0 ? graph.documents : new Map([...graph.documents].filter(([address]) => !wrong.has(address))),
    ofKind: (kind) => soundOf(kind),
    outgoing: (address) => graph.outgoing(address),
    incoming: (address) => graph.incoming(address),
  }
  return practices.flatMap(
    (practice) =>
      practice.check?.({
        ...{ graph: sound, locate, now },
        ...(base !== undefined && { base }),
        ...(starts !== undefined && { starts }),
      }) ?? [],
  )
}

/** A place that is looked up when somebody reads it: most checks find nothing. */
function lazyPlace(find: () => Place): Place {
  let found: Place | undefined
  const place = (): Place => {
    found ??= find()
    return found
  }
  return {
    get file() {
      return place().file
    },
    get line() {
      return place().line
    },
    get column() {
      return place().column
    },
  }
}
