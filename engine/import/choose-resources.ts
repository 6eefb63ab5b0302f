import type { Address } from '../model/address.ts'
import { canonicalJson } from '../model/canonical.ts'
import { compareText } from '../model/diagnostic.ts'
import type { JsonObject } from '../model/document.ts'
import type { Discovered, ResourceId, ResourceType, Unknown } from '../model/resource.ts'
import { placeOf } from './sections.ts'

/** A resource as a document will say it. */
export interface Chosen {
  readonly type: string
  readonly name: string
  readonly spec: JsonObject
}

/** Something that is on the host and will not be in its documents. */
export interface LeftOut {
  readonly type: string
  readonly what: string
  readonly because: string
}

export interface ChooseInput {
  readonly discovered: ReadonlyMap<string, readonly Discovered[] | Unknown>
  readonly types: ReadonlyMap<string, ResourceType>
  /** The account that the engine logs in with. */
  readonly engineUser: string
  /** Resources that other documents ask for on the host already, and which ones do. */
  readonly declared: ReadonlyMap<ResourceId, Address>
  /** Why a spec can't stand in a document; undefined where it can. */
  readonly objection: (type: string, spec: JsonObject) => string | undefined
}

export interface Choice {
  /** In the order of a profile. */
  readonly resources: readonly Chosen[]
  readonly leftOut: readonly LeftOut[]
  /** Types that could not be looked for. */
  readonly unknown: readonly { readonly type: string; readonly unknown: Unknown }[]
}

/** How much a type knows of what it describes: where two tell of one file, the one that knows more has it. */
const knowing = (type: string): number =>
  ['file', 'directory', 'symlink'].includes(type) ? 0 : ['unit', 'certificate'].includes(type) ? 1 : 2

interface Candidate {
  readonly type: ResourceType
  readonly found: Discovered
}

/** Chooses from all that was discovered what a document shall say: each thing once, and nothing of the engine's own. */
export function chooseResources(input: ChooseInput): Choice {
  const { types } = input
  const candidates: Candidate[] = []
  const unknown: { readonly type: string; readonly unknown: Unknown }[] = []
  for (const [name, found] of input.discovered) {
    const type = types.get(name)
    if (!Array.isArray(found)) unknown.push({ type: name, unknown: found as Unknown })
    else if (type !== undefined) candidates.push(...(found as readonly Discovered[]).map((f) => ({ type, found: f })))
  }
  const claims = claimsOf(candidates)
  const resources = new Map<string, Chosen>()
  const leftOut: LeftOut[] = []
  for (const candidate of candidates) {
    const { type, found } = candidate
    if (isClaimed(candidate, claims)) continue
    if ('leftOut' in found) {
      leftOut.push({ type: type.name, what: found.leftOut, because: found.because })
      continue
    }
    const chosen = { type: type.name, name: type.identify(found.spec), spec: found.spec as JsonObject }
    const because = whyNot(chosen, input)
    if (because !== undefined) leftOut.push({ type: type.name, what: chosen.name, because })
    else if (!resources.has(idOf(chosen))) resources.set(idOf(chosen), chosen)
  }
  return { resources: inOrder([...resources.values()]), leftOut: eachOnce(leftOut), unknown }
}

const idOf = ({ type, name }: Chosen): string => `${type}:${name}`

function inOrder(resources: readonly Chosen[]): readonly Chosen[] {
  return [...resources].sort(
    (a, b) => placeOf(a.type) - placeOf(b.type) || compareText(a.type, b.type) || compareText(a.name, b.name),
  )
}

function eachOnce(leftOut: readonly LeftOut[]): readonly LeftOut[] {
  const each = new Map(leftOut.map((l) => [canonicalJson(l), l]))
  return [...each.values()].sort((a, b) => placeOf(a.type) - placeOf(b.type) || compareText(a.what, b.what))
}

/** Files, and how much the type knows that accounts for them. */
function claimsOf(candidates: readonly Candidate[]): ReadonlyMap<string, number> {
  const claims = new Map<string, number>()
  for (const { type, found } of candidates) {
    const paths = [...(found.claims ?? []), ...('spec' in found ? ownPaths(type, found.spec as JsonObject) : [])]
    for (const path of paths) claims.set(path, Math.max(claims.get(path) ?? 0, knowing(type.name)))
  }
  return claims
}

function ownPaths(type: ResourceType, spec: JsonObject): readonly string[] {
  const path = spec['path']
  return type.paths?.(spec) ?? (typeof path === 'string' && path.startsWith('/') ? [path] : [])
}

/** True where another type, which knows more, accounts for all that holds the resource. */
function isClaimed({ type, found }: Candidate, claims: ReadonlyMap<string, number>): boolean {
  if ('leftOut' in found) return knowing(type.name) === 0 && (claims.get(found.leftOut) ?? 0) > 0
  const paths = ownPaths(type, found.spec as JsonObject)
  return paths.length > 0 && paths.every((path) => (claims.get(path) ?? 0) > knowing(type.name))
}

function whyNot(chosen: Chosen, { declared, engineUser, objection }: ChooseInput): string | undefined {
  const other = declared.get(`${chosen.type}:${chosen.name}`)
  if (other !== undefined) return `${other} says what it shall be`
  if (isOfEngine(chosen, engineUser)) return 'the engine itself logs in with it'
  return objection(chosen.type, chosen.spec)
}

/** The account the engine uses, its own group, its keys, and what lets it become root: nothing that a plan should touch. */
function isOfEngine({ type, spec, name }: Chosen, user: string): boolean {
  if (type === 'user' || type === 'group') return (spec['login'] ?? spec['name'] ?? name) === user && user !== 'root'
  if (type === 'authorizedKey') return spec['user'] === user
  if (type === 'file') return isSudoOf(spec, user)
  const subjects = spec['subjects']
  return type === 'sudoRule' && Array.isArray(subjects) && subjects.length === 1 && subjects[0] === user
}

/** A file of sudo that speaks of nobody else. */
function isSudoOf({ path, content }: JsonObject, user: string): boolean {
  if (typeof path !== 'string' || typeof content !== 'string' || !path.startsWith('/etc/sudoers.d/')) return false
  const rules = content.split('\n').filter((line) => !/^\s*(#|$|Defaults)/.test(line))
  return rules.length > 0 && rules.every((line) => line.trim().split(/[\s:]/)[0] === user)
}
