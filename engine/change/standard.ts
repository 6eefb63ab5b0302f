import picomatch from 'picomatch'
import { type Address, kindOf, nameOf } from '../model/address.ts'
import { compareText } from '../model/diagnostic.ts'
import type { LoadedDocument } from '../model/document.ts'
import type { Graph } from '../model/graph.ts'
import type { Action, StandardMatch, Verdict } from '../model/plan.ts'
import type { Authorship } from './authors.ts'
import { hostsOf } from './change-policy.ts'
import { type ChangedDocument, changedDocuments } from './changed-documents.ts'
import { changedNodes } from './changed-nodes.ts'
import { fieldMatches, fieldText } from './field-paths.ts'
import { listed } from './owners.ts'
import { belongsTo, type People, peopleOf, referenced } from './people.ts'

/** `spec` of a `StandardChange` document. */
interface StandardChangeSpec {
  readonly documents?: readonly {
    readonly kinds: readonly string[]
    readonly names?: readonly string[]
    readonly labels?: Readonly<Record<string, string>>
    readonly fields: readonly string[]
    readonly verbs?: readonly string[]
  }[]
  readonly files?: readonly string[]
  readonly actions: {
    readonly types: readonly string[]
    readonly environments: readonly string[]
    readonly verbs?: readonly string[]
    readonly reversibility?: readonly string[]
  }
  readonly limits?: { readonly hosts?: number; readonly actions?: number; readonly risk?: number }
  readonly teams: readonly string[]
  readonly expires: string
}

export interface StandardQuestion {
  /** Documents of the base commit: its templates count, and nobody else's. */
  readonly base: Graph
  readonly merged: Graph
  /** Paths that changed and hold no documents, or hold what hosts get as it stands. */
  readonly files: readonly string[]
  /** Whether a file decides who may agree to what, so that no template covers it. */
  readonly isRule: (path: string) => boolean
  readonly actions: readonly Pick<Action, 'host' | 'resource' | 'verb' | 'reversibility'>[]
  /** 0 to 100; undefined where nobody worked it out. */
  readonly risk: number | undefined
  readonly authorship: Authorship
  readonly verdict: Pick<Verdict, 'denials' | 'changeType'>
  /** When it is judged. */
  readonly at: Date
}

/** Kinds that decide who may agree to what: a template over them could make itself wider. */
const rules: ReadonlySet<string> = new Set([
  ...['Estate', 'Policy', 'ChangePolicy', 'StandardChange', 'ChangeWindow', 'Freeze', 'Pipeline', 'Team', 'Person'],
  ...['RecordType', 'CatalogItem'],
])

/**
 * Finds the template that covers a change to the letter, the first by name; or the one that comes nearest, with the first thing
 * that keeps the change from being a standard one. Nothing is said where no template is about any of it.
 *
 * @param named only this template counts
 */
export function matchStandard(question: StandardQuestion, named?: Address): StandardMatch {
  const changed = changedDocuments(question.base, question.merged)
  const people = peopleOf(question.base)
  let nearest: Near | undefined
  for (const template of question.base.ofKind('StandardChange')) {
    if (named !== undefined && template.address !== named) continue
    const near = whyNot(template, changed, people, question)
    if (near === undefined) return { template: template.address }
    if (near.stage > (nearest?.stage ?? 0)) nearest = near
  }
  return nearest === undefined ? {} : { nearly: { template: nearest.template, because: nearest.because } }
}

/** Whether some template is about a document that changed: otherwise planning the change to ask is not worth it. */
export function mayBeStandard(base: Graph, merged: Graph): boolean {
  const templates = base.ofKind('StandardChange')
  if (templates.length === 0) return false
  const changed = changedDocuments(base, merged)
  return templates.some((template) => {
    const spec = specOf(template)
    return changed.length === 0 ? spec.files !== undefined : changed.every((c) => whyNotDocument(spec, c) === undefined)
  })
}

interface Near {
  readonly template: Address
  /** How many of the checks it passed, and of the documents, the first of them. */
  readonly stage: number
  readonly because: string
}

const specOf = ({ document }: LoadedDocument): StandardChangeSpec => document.spec as unknown as StandardChangeSpec

function whyNot(
  template: LoadedDocument,
  changed: readonly ChangedDocument[],
  people: People,
  question: StandardQuestion,
): Near | undefined {
  const spec = specOf(template)
  const strays = changed.map((c) => whyNotDocument(spec, c))
  const stray = strays.find((s) => s !== undefined)
  const near = (stage: number, because: string): Near => ({ template: template.address, stage, because })
  if (changed.length === 0 && coveredFiles(spec, question).length === 0)
    return near(0, 'nothing that it is about changes')
  if (stray !== undefined) {
    const close = strays.reduce((sum, s) => sum + (s === undefined ? 1 : s.about ? 0.5 : 0), 0)
    return near(close / changed.length, stray.because)
  }
  const checks = [
    () => whyNotFiles(spec, question),
    () => whyNotActions(spec, question),
    () => whyNotLimits(spec, question),
    () => whyNotAuthors(spec, people, question),
    () => whyNotNow(spec, question),
  ]
  for (const [i, check] of checks.entries()) {
    const because = check()
    if (because !== undefined) return near(i + 1, because)
  }
  return undefined
}

/** What keeps a document from being covered; `about` where the template is about such documents, and more of it changes. */
function whyNotDocument(
  spec: StandardChangeSpec,
  { address, verb, before, after }: ChangedDocument,
): { readonly about: boolean; readonly because: string } | undefined {
  const kind = kindOf(address)
  const stray = (because: string, about = false) => ({ about, because })
  if (rules.has(kind)) return stray(`${address} is what changes are judged by`)
  const entries = (spec.documents ?? []).filter(
    ({ kinds, names }) =>
      kinds.some((k) => k.toLowerCase() === kind.toLowerCase()) && (names?.includes(nameOf(address)) ?? true),
  )
  if (entries.length === 0) return stray(`it says nothing of ${address}`)
  const sides = [before, after].flatMap((side) => (side === undefined ? [] : [side.document]))
  const labelled = entries.filter((e) =>
    sides.every((d) => Object.entries(e.labels ?? {}).every(([key, value]) => d.metadata.labels?.[key] === value)),
  )
  if (labelled.length === 0) return stray(`${address} does not carry its labels`)
  const meant = labelled.filter((e) => (e.verbs ?? ['update']).includes(verb))
  if (meant.length === 0) return stray(`it lets nobody ${verb} ${address}`)
  const nodes = changedNodes(before?.document, after?.document)
  if (kind === 'Environment' && nodes.some((node) => node[0] === 'spec' && node[1] === 'follows'))
    return stray(`${address} follows another release, which its pipeline judges`, true)
  const fields = meant.map((e) => nodes.find((node) => !e.fields.some((pattern) => fieldMatches(pattern, node))))
  return fields.includes(undefined) ? undefined : stray(`${fieldText(fields[0] ?? [])} of ${address} changes`, true)
}

function whyNotFiles(spec: StandardChangeSpec, question: StandardQuestion): string | undefined {
  const { files, isRule } = question
  const covered = new Set(coveredFiles(spec, question))
  const stray = files.find((path) => !covered.has(path))
  if (stray === undefined) return undefined
  return isRule(stray) ? `${stray} is what changes are judged by` : `the file ${stray} changes`
}

function coveredFiles(spec: StandardChangeSpec, { files, isRule }: StandardQuestion): readonly string[] {
  const globs = [...(spec.files ?? [])]
  return globs.length === 0 ? [] : files.filter((path) => !isRule(path) && picomatch.isMatch(path, globs, globbing))
}

const globbing = { dot: true, noextglob: true, nonegate: true, nobrace: true }

function whyNotActions(spec: StandardChangeSpec, { actions, base, merged }: StandardQuestion): string | undefined {
  const { types, environments, verbs = ['update', 'restart'] } = spec.actions
  const reversible = spec.actions.reversibility ?? ['exact', 'inverse', 'best-effort']
  const wanted = environments.map(nameOf)
  const hosts = hostsOf(base, merged)
  for (const { host, resource, verb, reversibility } of actions) {
    const what = `${verb} ${resource} on ${host}`
    if (!types.includes(resource.slice(0, resource.indexOf(':')))) return `${what}: it is not for this type`
    if (!verbs.includes(verb)) return `${what}: it does not let ${verb}`
    // Whatever a template says: nothing takes it back, so somebody looks at it.
    if (reversibility === 'irreversible') return `${what}: nothing takes that back`
    if (!reversible.includes(reversibility)) return `${what}: a rollback could promise no more than ${reversibility}`
    const sides = hosts.get(host) ?? []
    const outside = sides.find((s) => !wanted.includes(nameOf(s.environment)))
    if (sides.length === 0 || outside !== undefined)
      return `${what}: it is not for environment ${outside?.environment ?? 'unknown'}`
  }
  return undefined
}

function whyNotLimits({ limits = {} }: StandardChangeSpec, { actions, risk }: StandardQuestion): string | undefined {
  const hosts = new Set(actions.map((a) => a.host)).size
  if (hosts > (limits.hosts ?? Number.POSITIVE_INFINITY)) return `${hosts} hosts, of at most ${limits.hosts}`
  if (actions.length > (limits.actions ?? Number.POSITIVE_INFINITY))
    return `${actions.length} actions, of at most ${limits.actions}`
  if (limits.risk === undefined || (risk ?? Number.POSITIVE_INFINITY) <= limits.risk) return undefined
  return `its risk is ${risk ?? 'unknown'}, of at most ${limits.risk}`
}

function whyNotAuthors(spec: StandardChangeSpec, people: People, { authorship }: StandardQuestion): string | undefined {
  const [unproven] = authorship.unproven
  if (unproven !== undefined) return unproven.summary
  if (authorship.authors.length === 0) return 'nobody is known to have written it'
  const teams = spec.teams.map((t) => referenced(t, 'Team'))
  const stray = authorship.authors.find((a) => !belongsTo(people, a, teams))
  return stray === undefined ? undefined : `${stray} is in none of its teams (${listed([...teams].sort(compareText))})`
}

function whyNotNow({ expires }: StandardChangeSpec, { verdict, at }: StandardQuestion): string | undefined {
  // Written so that a date nobody can read has passed.
  if (!(at.getTime() < Date.parse(expires))) return `it ended at ${expires} and has to be agreed to anew`
  const [denial] = verdict.denials
  if (denial !== undefined) return `a policy denies it: ${denial.summary}`
  return verdict.changeType === 'normal' ? 'a policy asks that it is agreed to like any other' : undefined
}
