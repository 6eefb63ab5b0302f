import picomatch from 'picomatch'
import { kindOf, nameOf } from '../model/address.ts'
import { canonicalJson } from '../model/canonical.ts'
import type { Document, JsonObject, LoadedDocument } from '../model/document.ts'
import type { Graph } from '../model/graph.ts'
import type { Action, Risk } from '../model/plan.ts'
import type { ChangedDocument } from './changed-documents.ts'
import { changedLeaves, fieldMatches, fieldText } from './field-paths.ts'

/** `spec` of a `ChangePolicy` document. */
export interface ChangePolicySpec {
  readonly over?: 'documents' | 'actions'
  readonly match?: {
    readonly kinds?: readonly string[]
    readonly labels?: Labels
    readonly environments?: readonly string[]
    /** Globs over the files of changed documents. */
    readonly paths?: readonly string[]
    /** Fields that changed, as `fieldMatches` reads them. */
    readonly fields?: readonly string[]
    readonly actions?: {
      readonly verbs?: readonly string[]
      readonly types?: readonly string[]
      readonly reversibility?: readonly string[]
    }
  }
  /** True where it is not given. */
  readonly when?: string
  readonly outcome: PolicyOutcome
  readonly message: string
  readonly tests?: readonly PolicyTestSpec[]
}

export type PolicyOutcome =
  | { readonly deny: true }
  | { readonly warn: true }
  | { readonly approvals: { readonly count: number; readonly teams?: readonly string[] } }
  | { readonly window: true | readonly string[] }
  | { readonly changeType: 'normal' }

/** One of a policy's own examples. */
export interface PolicyTestSpec {
  readonly name: string
  readonly change?: {
    readonly before?: ExampleDocument
    readonly after?: ExampleDocument
    readonly path?: string
  }
  readonly action?: Pick<Action, 'host' | 'resource' | 'verb'> & {
    readonly reversibility?: Action['reversibility']
    readonly labels?: Labels
    readonly environment?: string
  }
  /** Score of the change's risk; 0 where it is not given. */
  readonly risk?: number
  readonly expect: 'deny' | 'warn' | 'approvals' | 'window' | 'changeType' | 'none'
}

/** What an example says of a document; the rest is filled in. */
export interface ExampleDocument {
  readonly kind: string
  readonly metadata: Document['metadata']
  readonly spec?: JsonObject
}

/** What an expression may name. */
export function variablesOf(over: unknown): readonly string[] {
  return [over === 'actions' ? 'action' : 'change', 'risk']
}

type Labels = Readonly<Record<string, string>>

/** One thing a policy looks at. It is meant as soon as one of the contexts makes the rule true. */
export interface Question {
  /** For people: the document or the action. */
  readonly about: string
  readonly place?: LoadedDocument
  readonly contexts: readonly JsonObject[]
}

/** Labels and environment of a host, in the base and in the merge result. */
export interface HostSide {
  readonly labels: Labels
  readonly environment: string
}

/**
 * What a policy is asked about a changed document; undefined where it does not look at it. Labels count as they were and as they
 * will be: a change must not slip out of a rule by relabelling what it touches.
 */
export function askAboutDocument(
  changed: ChangedDocument,
  spec: ChangePolicySpec,
  risk: JudgedRisk,
): Question | undefined {
  const { address, verb, before, after } = changed
  const { kinds, labels, environments, paths, fields: wanted } = spec.match ?? {}
  const sides = [before, after].flatMap((side) => side ?? [])
  if (!oneOfKinds(kinds, kindOf(address))) return undefined
  if (paths !== undefined && !sides.some((side) => inPaths(side.file, paths))) return undefined
  const meant = sides.some(
    ({ document }) => carries(document.metadata.labels ?? {}, labels) && inEnvironments(document, environments),
  )
  if (!meant) return undefined
  const fields = changedLeaves(before?.document, after?.document)
  if (wanted !== undefined && !fields.some((path) => wanted.some((pattern) => fieldMatches(pattern, path))))
    return undefined
  const place = after ?? before
  const change = {
    kind: kindOf(address),
    name: nameOf(address),
    verb,
    before: asJson(before?.document),
    after: asJson(after?.document),
    fields: fields.map(fieldText),
  }
  const contexts = distinct(
    sides.map(({ document, file }) => ({
      change: { ...change, labels: document.metadata.labels ?? {}, path: file },
      risk: riskContext(risk),
    })),
  )
  return { about: `${verb} ${address}`, ...(place !== undefined && { place }), contexts }
}

/** What a policy is asked about an action; undefined where it does not look at it. */
export function askAboutAction(
  action: Pick<Action, 'host' | 'resource' | 'verb' | 'reversibility'>,
  sides: readonly HostSide[],
  spec: ChangePolicySpec,
  risk: JudgedRisk,
): Question | undefined {
  const { kinds, labels, environments, actions } = spec.match ?? {}
  const { host, verb, reversibility } = action
  const colon = action.resource.indexOf(':')
  const type = action.resource.slice(0, colon)
  if (!oneOfKinds(kinds, type) || !oneOfKinds(actions?.types, type)) return undefined
  if (!oneOfKinds(actions?.verbs, verb) || !oneOfKinds(actions?.reversibility, reversibility)) return undefined
  const meant = sides.some(
    (s) => carries(s.labels, labels) && (environments === undefined || environments.includes(s.environment)),
  )
  if (!meant && (labels !== undefined || environments !== undefined)) return undefined
  const about = { host, type, name: action.resource.slice(colon + 1), verb, reversibility }
  const seen = sides.length === 0 ? [{ labels: {}, environment: '' }] : sides
  const contexts = distinct(
    seen.map((side) => ({
      action: { ...about, labels: side.labels, environment: side.environment },
      risk: riskContext(risk),
    })),
  )
  return { about: `${verb} ${action.resource} on ${host}`, contexts }
}

/** What rules may know of the risk: it is found without any policy, so that neither waits for the other. */
export type JudgedRisk = Pick<Risk, 'score' | 'level'>

const riskContext = ({ score, level }: JudgedRisk): JsonObject => ({ score, level })

/** Every host as the base and as the merge result describe it. */
export function hostsOf(base: Graph, merged: Graph): ReadonlyMap<string, readonly HostSide[]> {
  const hosts = new Map<string, HostSide[]>()
  for (const { document } of [...base.ofKind('Host'), ...merged.ofKind('Host')]) {
    const side = { labels: document.metadata.labels ?? {}, environment: String(document.spec['environment'] ?? '') }
    hosts.set(document.metadata.name, [...(hosts.get(document.metadata.name) ?? []), side])
  }
  return hosts
}

function oneOfKinds(kinds: readonly string[] | undefined, kind: string): boolean {
  return kinds === undefined || kinds.some((k) => k.toLowerCase() === kind.toLowerCase())
}

function inPaths(file: string, globs: readonly string[]): boolean {
  return picomatch.isMatch(file, [...globs], { dot: true, noextglob: true, nonegate: true, nobrace: true })
}

function carries(labels: Labels, wanted: Labels | undefined): boolean {
  return Object.entries(wanted ?? {}).every(([key, value]) => labels[key] === value)
}

/** A document is in an environment when it is a host of it, or the environment itself. */
function inEnvironments({ kind, metadata, spec }: Document, wanted: readonly string[] | undefined): boolean {
  if (wanted === undefined) return true
  const environment = kind === 'Environment' ? metadata.name : spec['environment']
  return typeof environment === 'string' && wanted.includes(environment)
}

function asJson(document: Document | undefined): JsonObject | null {
  return document === undefined ? null : (document as unknown as JsonObject)
}

function distinct(contexts: readonly JsonObject[]): readonly JsonObject[] {
  return [...new Map(contexts.map((c) => [canonicalJson(c), c])).values()]
}
