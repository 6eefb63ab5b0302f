import { kindOf, nameOf } from '../model/address.ts'
import { canonicalJson } from '../model/canonical.ts'
import type { Document, JsonObject, LoadedDocument } from '../model/document.ts'
import type { Graph } from '../model/graph.ts'
import type { Action } from '../model/plan.ts'
import type { ChangedDocument } from './changed-documents.ts'

/** `spec` of a `ChangePolicy` document. */
export interface ChangePolicySpec {
  readonly over?: 'documents' | 'actions'
  readonly match?: {
    readonly kinds?: readonly string[]
    readonly labels?: Labels
    readonly environments?: readonly string[]
  }
  readonly when: string
  readonly outcome:
    | { readonly deny: true }
    | { readonly warn: true }
    | { readonly approvals: { readonly count: number; readonly teams?: readonly string[] } }
  readonly message: string
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
interface HostSide {
  readonly labels: Labels
  readonly environment: string
}

/**
 * What a policy is asked about a changed document; undefined where it does not look at it. Labels count as they were and as they
 * will be: a change must not slip out of a rule by relabelling what it touches.
 */
export function askAboutDocument(changed: ChangedDocument, spec: ChangePolicySpec): Question | undefined {
  const { address, verb, before, after } = changed
  const { kinds, labels, environments } = spec.match ?? {}
  const sides = [before, after].flatMap((side) => (side === undefined ? [] : [side.document]))
  if (!oneOfKinds(kinds, kindOf(address))) return undefined
  const meant = sides.filter((d) => carries(d.metadata.labels ?? {}, labels) && inEnvironments(d, environments))
  if (meant.length === 0) return undefined
  const place = after ?? before
  const change = {
    kind: kindOf(address),
    name: nameOf(address),
    verb,
    before: asJson(before?.document),
    after: asJson(after?.document),
  }
  const contexts = distinct(sides.map((d) => ({ change: { ...change, labels: d.metadata.labels ?? {} } })))
  return { about: `${verb} ${address}`, ...(place !== undefined && { place }), contexts }
}

/** What a policy is asked about an action; undefined where it does not look at it. */
export function askAboutAction(
  action: Pick<Action, 'host' | 'resource' | 'verb' | 'reversibility'>,
  sides: readonly HostSide[],
  spec: ChangePolicySpec,
): Question | undefined {
  const { kinds, labels, environments } = spec.match ?? {}
  const colon = action.resource.indexOf(':')
  const type = action.resource.slice(0, colon)
  if (!oneOfKinds(kinds, type)) return undefined
  const meant = sides.some(
    (s) => carries(s.labels, labels) && (environments === undefined || environments.includes(s.environment)),
  )
  if (!meant && (labels !== undefined || environments !== undefined)) return undefined
  const { host, verb, reversibility } = action
  const about = { host, type, name: action.resource.slice(colon + 1), verb, reversibility }
  const seen = sides.length === 0 ? [{ labels: {}, environment: '' }] : sides
  const contexts = distinct(seen.map(({ labels, environment }) => ({ action: { ...about, labels, environment } })))
  return { about: `${verb} ${action.resource} on ${host}`, contexts }
}

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
