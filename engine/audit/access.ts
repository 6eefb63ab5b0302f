import type { Address } from '../model/address.ts'
import { compareText } from '../model/diagnostic.ts'
import type { JsonObject } from '../model/document.ts'
import type { AppliedHost } from '../model/record.ts'
import type { Catalogue, Resource } from '../model/resource.ts'

/** The change that a document got its present form by. */
export interface Given {
  readonly document: Address
  /** Commit of the target branch that brought it. */
  readonly commit: string
  /** Undefined where it came before the ledger, or without a record. */
  readonly change?: string
  readonly approvers: readonly Address[]
  readonly at: string
  /** Why there is no record: older than the ledger, or it never had one. */
  readonly without?: 'before-adoption' | 'unrecorded'
  /** The record says that it was not approved. */
  readonly unapproved?: true
}

/** What a host was told of an access by a moment. `partly`: some of its resources as wanted, some not; `unmanaged`: nothing of it is the engine's to put there. */
export type OnHost = 'applied' | 'partly' | 'not-applied' | 'unmanaged'

/** Who gets onto one host, and what they may do there. */
export interface AccessRow {
  readonly host: string
  readonly login: string
  readonly person?: Address
  /** It comes to being root: by sudo for everything, by a group that can, or by being it. */
  readonly root: boolean
  readonly roles: readonly string[]
  readonly groups: readonly string[]
  readonly sudo: readonly { readonly commands: readonly string[]; readonly runAs: string; readonly expires?: string }[]
  readonly keys: readonly { readonly fingerprint: string; readonly expires?: string }[]
  /** Last day of the account. */
  readonly expires?: string
  /** Documents that ask for it: grants and profiles. */
  readonly via: readonly Address[]
  readonly onHost: OnHost
  /** Changes that set what is on the host. */
  readonly appliedBy: readonly string[]
}

/** What a host was told of and the documents no longer give. */
export interface LeftOver {
  readonly host: string
  readonly resource: string
  readonly change: string
  readonly at: string
}

export interface AccessQuestion {
  readonly catalogue: Catalogue
  readonly applied: AppliedHost | undefined
  /** Account name → person. */
  readonly people: ReadonlyMap<string, Address>
  /** Account with which the engine logs in, and whether it uses sudo. */
  readonly engine: { readonly login: string; readonly sudo: boolean }
  readonly digest: (spec: JsonObject) => string
  readonly fingerprint: (key: string) => string | undefined
}

const types: ReadonlySet<string> = new Set(['user', 'authorizedKey', 'sudoRule'])
/** Members of these become root, by sudo as distributions set it up or without. */
const rootGroups: ReadonlySet<string> = new Set([
  ...['sudo', 'wheel', 'admin', 'docker', 'lxd', 'incus', 'incus-admin', 'disk'],
])

/** True for a resource that lets somebody in, or up. */
export const isAccess = (resource: string): boolean => types.has(resource.slice(0, resource.indexOf(':')))

/** Who has access to a host by its catalogue, one row for each account; sorted. */
export function accessOn(question: AccessQuestion): readonly AccessRow[] {
  const accounts = new Map<string, Resource[]>()
  for (const resource of question.catalogue.resources) {
    if (!types.has(resource.type) || resource.spec['ensure'] === 'absent') continue
    for (const login of loginsOf(resource)) accounts.set(login, [...(accounts.get(login) ?? []), resource])
  }
  const { engine, catalogue } = question
  if (!accounts.has(engine.login)) accounts.set(engine.login, [])
  return [...accounts]
    .sort(([a], [b]) => compareText(a, b))
    .map(([login, resources]) => {
      const row = rowOf(login, resources, question)
      if (login !== engine.login) return row
      const via: readonly Address[] = [...row.via, `Host/${catalogue.host}`]
      const root = row.root || engine.sudo || login === 'root'
      return { ...row, root, roles: [...row.roles, 'the engine itself'], via }
    })
}

/** Access that was put on a host and that the documents no longer want there; sorted. */
export function leftOvers({ catalogue, applied, digest }: AccessQuestion): readonly LeftOver[] {
  const wanted = new Map<string, Resource>(catalogue.resources.map((r) => [r.id, r]))
  return Object.entries(applied?.resources ?? {})
    .filter(([id, { spec }]) => {
      const want = wanted.get(id)
      return isAccess(id) && (want === undefined || (want.spec['ensure'] === 'absent' && digest(want.spec) !== spec))
    })
    .map(([resource, { change, at }]) => ({ host: catalogue.host, resource, change, at }))
    .sort((a, b) => compareText(a.resource, b.resource))
}

function loginsOf({ type, spec }: Resource): readonly string[] {
  if (type === 'user') return [text(spec, 'login')]
  return type === 'authorizedKey' ? [text(spec, 'user')] : texts(spec, 'subjects')
}

function rowOf(login: string, resources: readonly Resource[], question: AccessQuestion): AccessRow {
  const of = (type: string) => resources.filter((r) => r.type === type).map((r) => r.spec)
  const accounts = of('user')
  const groups = [...new Set(accounts.flatMap((spec) => texts(spec, 'groups')))].sort(compareText)
  const sudo = of('sudoRule').map((spec) => ({
    commands: texts(spec, 'commands'),
    runAs: text(spec, 'runAs', 'root'),
    ...expiry(spec),
  }))
  const keys = of('authorizedKey').map((spec) => ({
    fingerprint: question.fingerprint(text(spec, 'key')) ?? 'unreadable',
    ...expiry(spec),
  }))
  const person = question.people.get(login)
  const everything = sudo.some((s) => s.commands.includes('ALL') && ['root', 'ALL'].includes(s.runAs))
  return {
    host: question.catalogue.host,
    login,
    ...(person !== undefined && { person }),
    root: login === 'root' || everything || groups.some((g) => rootGroups.has(g)),
    roles: [],
    groups,
    sudo,
    keys: keys.sort((a, b) => compareText(a.fingerprint, b.fingerprint)),
    ...expiry(accounts[0] ?? {}),
    via: [...new Set(resources.flatMap((r) => r.declaredBy.map((d) => d.address)))].sort(compareText),
    ...appliedOf(resources, question),
  }
}

function appliedOf(
  resources: readonly Resource[],
  { applied, digest }: AccessQuestion,
): Pick<AccessRow, 'onHost' | 'appliedBy'> {
  const found = resources.map((r) => {
    const last = applied?.resources[r.id]
    return last !== undefined && last.spec === digest(r.spec) ? last.change : undefined
  })
  const changes = found.filter((change) => change !== undefined)
  return { onHost: onHostOf(changes.length, found.length), appliedBy: [...new Set(changes)].sort(compareText) }
}

function onHostOf(applied: number, wanted: number): OnHost {
  if (wanted === 0) return 'unmanaged'
  if (applied === 0) return 'not-applied'
  return applied === wanted ? 'applied' : 'partly'
}

const expiry = (spec: JsonObject): { readonly expires?: string } =>
  typeof spec['expires'] === 'string' ? { expires: spec['expires'] } : {}

const text = (spec: JsonObject, name: string, otherwise = ''): string =>
  typeof spec[name] === 'string' ? spec[name] : otherwise

const texts = (spec: JsonObject, name: string): readonly string[] => {
  const value = spec[name]
  return Array.isArray(value) ? value.map(String) : []
}
