import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { Json, JsonObject, JsonPath, LoadedDocument, Locate } from '../model/document.ts'
import { lazyPlace } from '../model/lazy-place.ts'
import type { ResourceType } from '../model/resource.ts'
import { codes } from './codes.ts'
import type { Entry, Wish } from './merge-resources.ts'
import { type Resolved, resolveContent, type TemplateVariables } from './resolve-content.ts'
import type { EstateSecrets, SecretProblem } from './secrets.ts'
import type { HostSpec, ProfileSpec } from './specs.ts'

const report = reporter(codes)

type Tools = Parameters<typeof resolveContent>[2] & { readonly secrets: EstateSecrets }

/** One resource of a profile: the same for all hosts, or to be filled for each. */
export type Item =
  | { readonly entry: Entry }
  | {
      readonly forHost: (
        variables: TemplateVariables,
      ) => { readonly entry: Entry } | { readonly diagnostic: Diagnostic }
    }

/** The resources of a profile, checked once for all its hosts. */
export function profileItems(
  profile: LoadedDocument<ProfileSpec>,
  types: ReadonlyMap<string, ResourceType>,
  locate: Locate,
  tools: Tools,
): { readonly items: readonly Item[]; readonly diagnostics: readonly Diagnostic[] } {
  const items: Item[] = []
  const diagnostics: Diagnostic[] = []
  const subject = profile.address
  for (const [index, declared] of profile.document.spec.resources.entries()) {
    const [typeName = '', written = {}] = Object.entries(declared)[0] ?? []
    const path: JsonPath = ['spec', 'resources', index, typeName]
    const { value: said, problems } = tools.secrets.place(written)
    diagnostics.push(...problems.map((p) => secretProblem(p, profile, path, locate)))
    const place = lazyPlace(locate, profile, path, 'key')
    const type = types.get(typeName)
    if (type === undefined) {
      const summary = `there is no resource type ${JSON.stringify(typeName)}`
      diagnostics.push(report('unknown-resource-type', { ...place, subject, summary }))
      continue
    }
    diagnostics.push(...(type.check?.(said, { place, subject }) ?? []))
    const { requires, restartOn, notifies, ...spec } = said
    const wishes = (field: string, ids: Json | undefined): Wish[] =>
      strings(ids).map((id, i) => ({ id, place: lazyPlace(locate, profile, [...path, field, i]) }))
    const shared = {
      declaration: { address: subject, place },
      requires: wishes('requires', requires),
      restartOn: wishes('restartOn', restartOn),
      notifies: wishes('notifies', notifies),
    }
    const finish = (resolved: Resolved): { readonly entry: Entry } | { readonly diagnostic: Diagnostic } => {
      if ('spec' in resolved) return { entry: { ...entryOf(type, resolved.spec), ...shared } }
      const at = lazyPlace(locate, profile, [...path, resolved.field])
      return { diagnostic: report(resolved.problem, { ...at, subject, ...wordsFor(resolved) }) }
    }
    const fill = (variables: TemplateVariables) => finish(resolveContent(spec, variables, tools))
    if (typeof spec['template'] === 'string') items.push({ forHost: fill })
    else {
      const done = fill({ profile: {}, host: {} })
      if ('entry' in done) items.push(done)
      else diagnostics.push(done.diagnostic)
    }
  }
  const { problems } = tools.secrets.place(profile.document.spec.variables ?? {})
  diagnostics.push(...problems.map((p) => secretProblem(p, profile, ['spec', 'variables'], locate)))
  return { items, diagnostics }
}

/** What is wrong with a reference, at its place. */
export function secretProblem(
  { code, path, summary, hint }: SecretProblem,
  document: LoadedDocument<unknown>,
  base: JsonPath,
  locate: Locate,
): Diagnostic {
  const place = lazyPlace(locate, document, [...base, ...path])
  return report(code, { ...place, subject: document.address, summary, ...(hint !== undefined && { hint }) })
}

/** A resource of a type, with the name its own type gives it. */
export function entryOf(type: ResourceType, spec: JsonObject): Pick<Entry, 'id' | 'type' | 'name' | 'spec'> {
  const name = type.identify(spec)
  return { id: `${type.name}:${name}`, type: type.name, name, spec: type.normalise(spec) }
}

function wordsFor(resolved: Exclude<Resolved, { spec: unknown }>): {
  readonly summary: string
  readonly detail?: string
} {
  if (resolved.problem === 'source-missing') return { summary: `there is no file ${resolved.detail} in the estate` }
  if (resolved.problem === 'content-too-large') return { summary: `the content is too large: ${resolved.detail}` }
  return { summary: `the template can't be filled: ${resolved.detail}` }
}

/** What templates of a profile may use on a host; `host` is always the host, and `documents` all documents. */
export function variablesFor(
  profile: ProfileSpec,
  host: LoadedDocument<HostSpec>,
  documents: JsonObject,
  secrets: EstateSecrets,
): TemplateVariables {
  const { metadata, spec } = host.document
  const about = {
    name: metadata.name,
    address: spec.address,
    labels: { ...metadata.labels },
    environment: spec.environment,
    ...(spec.site !== undefined && { site: spec.site }),
    facts: spec.facts ?? {},
  }
  return {
    profile: secrets.place(profile.variables ?? {}).value,
    host: { ...secrets.place(spec.variables ?? {}).value, host: about, documents },
  }
}

const strings = (value: Json | undefined): string[] =>
  Array.isArray(value) ? value.filter((v): v is string => typeof v === 'string') : []
