import type { Address } from '../model/address.ts'
import { compareText, type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { JsonObject, LoadedDocument, Locate, Place } from '../model/document.ts'
import type { Graph } from '../model/graph.ts'
import { lazyPlace } from '../model/lazy-place.ts'
import type { ResourceType } from '../model/resource.ts'
import { codes } from './codes.ts'
import type { Entry } from './merge-resources.ts'
import { entryOf } from './profile-items.ts'
import { bareName, documentsOf, type GrantSpec, means, type PersonSpec, type RoleSpec, referred } from './specs.ts'

const report = reporter(codes)
const day = 86_400_000

type PersonDocument = LoadedDocument<PersonSpec>

/** A grant with everything it refers to. */
export interface Grant {
  readonly document: LoadedDocument<GrantSpec>
  readonly place: Place
  readonly role: LoadedDocument<RoleSpec> | undefined
  readonly rolePlace: Place
  /** Milliseconds since 1970; a moment that can't be read has passed. */
  readonly expires: number
  readonly people: readonly PersonDocument[]
}

/** A person's access to one host, over all grants. */
interface Access {
  readonly person: PersonDocument
  readonly grants: Grant[]
}

export function readGrants(graph: Graph, locate: Locate): readonly Grant[] {
  return documentsOf(graph, 'AccessGrant').map((document): Grant => {
    const { to, role, expires } = document.document.spec
    const roleDocument = referred(graph, 'Role', role)
    return {
      document,
      place: lazyPlace(locate, document, ['spec', 'expires'], 'key'),
      role: roleDocument,
      rolePlace: lazyPlace(locate, roleDocument ?? document, ['spec'], 'key'),
      expires: Date.parse(expires) || 0,
      people: peopleOf(graph, to),
    }
  })
}

function peopleOf(graph: Graph, to: readonly string[]): readonly PersonDocument[] {
  const people = new Map<Address, PersonDocument>()
  for (const reference of to) {
    const team = reference.includes('/') && means(reference, 'Team') ? referred(graph, 'Team', reference) : undefined
    const names = team?.document.spec.members ?? (means(reference, 'Person') ? [reference] : [])
    for (const name of names) {
      const person = referred(graph, 'Person', bareName(name))
      if (person !== undefined) people.set(person.address, person)
    }
  }
  return [...people.values()].sort((a, b) => compareText(a.address, b.address))
}

/** Findings about grants that don't depend on a host. */
export function checkGrants(grants: readonly Grant[], now: number): readonly Diagnostic[] {
  return grants.flatMap((grant) =>
    grant.people.flatMap((person) => {
      const { login, active } = person.document.spec
      if (!holds(grant, person, now)) return []
      // Made only for a finding: spreading a place looks it up, and that reads the file again.
      const found = (code: keyof typeof codes, lack: string) => {
        const summary = `${person.address} gets access by ${grant.document.address} and has ${lack}`
        return [report(code, { ...grant.place, subject: grant.document.address, summary })]
      }
      if (login === undefined) return found('grant-without-login', 'no login')
      if (active === false || keysOf(person.document.spec, now).some((key) => key.state === 'open')) return []
      return found('grant-without-key', 'no key to log in with')
    }),
  )
}

const holds = (grant: Grant, person: PersonDocument, now: number): boolean =>
  grant.expires > now && grant.role !== undefined && person.document.spec.active !== false

/**
 * Accounts, keys and sudo rules that grants come to on the hosts they select. What has ended becomes removal: the account is locked,
 * keys and rules go.
 *
 * @param engineUser the account the engine itself logs in with, which no grant may touch
 */
export function accessEntries(
  engineUser: string,
  grants: readonly Grant[],
  types: ReadonlyMap<string, ResourceType>,
  now: number,
): { readonly entries: readonly Entry[]; readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = []
  const entries: Entry[] = []
  for (const access of byPerson(grants)) {
    const { login } = access.person.document.spec
    const [first] = access.grants
    if (login === undefined || first === undefined) continue
    if (login === engineUser) {
      const about = { ...first.place, subject: first.document.address }
      const summary = `${access.person.address} has the login ${login}, which the engine uses itself`
      diagnostics.push(report('engine-login', { ...about, summary }))
      continue
    }
    for (const wanted of wantedFor(login, access, now)) {
      const type = types.get(wanted.type)
      if (type === undefined) continue
      const { place, grants: because } = wanted
      const subject = because[0]?.document.address ?? first.document.address
      diagnostics.push(...(type.check?.(wanted.spec, { place, subject }) ?? []))
      for (const grant of because) {
        const declaration = { address: grant.document.address, place: grant.place }
        entries.push({ ...entryOf(type, wanted.spec), declaration, requires: [], restartOn: [], notifies: [] })
      }
    }
  }
  return { entries, diagnostics }
}

function byPerson(grants: readonly Grant[]): readonly Access[] {
  const people = new Map<Address, Access>()
  for (const grant of grants) {
    for (const person of grant.people) {
      const access = people.get(person.address)
      if (access === undefined) people.set(person.address, { person, grants: [grant] })
      else access.grants.push(grant)
    }
  }
  return [...people.values()].sort((a, b) => compareText(a.person.address, b.person.address))
}

interface Wanted {
  readonly type: 'user' | 'authorizedKey' | 'sudoRule'
  readonly spec: JsonObject
  readonly grants: readonly Grant[]
  readonly place: Place
}

function wantedFor(login: string, { person, grants }: Access, now: number): readonly Wanted[] {
  const holding = grants.filter((grant) => holds(grant, person, now))
  const because = holding.length > 0 ? holding : grants
  const place = because[0]?.place ?? grants[0]?.place
  if (place === undefined) return []
  const until = Math.max(0, ...holding.map((grant) => grant.expires))
  return [
    { type: 'user', spec: accountSpec(login, person.document.spec, holding), grants: because, place },
    ...keysOf(person.document.spec, now).map((key): Wanted => {
      const open = holding.length > 0 && key.state === 'open'
      const comment = `${bareName(person.address)} (granted)`
      const ends = { expires: moment(Math.min(until, key.until)), comment }
      const spec = { user: login, key: key.key, ...(open ? ends : { ensure: 'absent' }) }
      return { type: 'authorizedKey', spec, grants: because, place }
    }),
    ...grants.flatMap((grant) => rulesOf(login, grant, holding.includes(grant))),
  ]
}

/** Over several grants: the latest end, all groups, and the shell of the one that lasts longest. */
function accountSpec(login: string, person: PersonSpec, holding: readonly Grant[]): JsonObject {
  const [longest] = [...holding].sort(
    (a, b) => b.expires - a.expires || compareText(a.document.address, b.document.address),
  )
  if (longest === undefined) return { login, ensure: 'absent' }
  const groups = [...new Set(holding.flatMap((grant) => grant.role?.document.spec.groups ?? []))].sort(compareText)
  return {
    login,
    shell: longest.role?.document.spec.shell ?? '/bin/bash',
    groups,
    comment: person.fullName.replaceAll(/[:,\p{Cc}]+/gu, ' ').slice(0, 100),
    // The account ends with the day; keys and sudo end with the second.
    expires: new Date(Math.ceil(longest.expires / day) * day).toISOString().slice(0, 10),
  }
}

/** One rule for each entry of the role, so that each grant ends on its own. */
function rulesOf(login: string, grant: Grant, holds: boolean): readonly Wanted[] {
  const rules = grant.role?.document.spec.sudo ?? []
  return rules.map(({ commands, runAs, password }, i): Wanted => {
    const name = `${grant.document.document.metadata.name}.${login}.${i + 1}`
    const rule = {
      name,
      subjects: [login],
      commands,
      ...(runAs !== undefined && { runAs }),
      ...(password !== undefined && { password }),
      expires: moment(grant.expires),
    }
    const gone = { name, subjects: [], commands: [], ensure: 'absent' }
    return { type: 'sudoRule', spec: holds ? rule : gone, grants: [grant], place: grant.rolePlace }
  })
}

interface Key {
  readonly key: string
  readonly state: 'open' | 'closed'
  readonly until: number
}

/** Keys for logging in: open now, or known and to be taken away. */
function keysOf(person: PersonSpec, now: number): readonly Key[] {
  return (person.sshKeys ?? []).flatMap(({ key, use, revoked, validFrom, validUntil }): Key[] => {
    if (use === 'signing' && revoked !== true) return []
    const from = validFrom === undefined ? 0 : Date.parse(validFrom)
    const until = validUntil === undefined ? Number.POSITIVE_INFINITY : Date.parse(validUntil)
    const open = use !== 'signing' && revoked !== true && from <= now && until > now
    return [{ key, state: open ? 'open' : 'closed', until }]
  })
}

/** In UTC, to the second. */
const moment = (ms: number): string => `${new Date(Math.floor(ms / 1000) * 1000).toISOString().slice(0, 19)}Z`
