import { type Address, nameOf } from '../model/address.ts'
import { compareText, type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { JsonObject, LoadedDocument, Locate, Place } from '../model/document.ts'
import type { GrantStarts } from '../model/grant-starts.ts'
import type { Graph } from '../model/graph.ts'
import { lazyPlace } from '../model/lazy-place.ts'
import { lifetimeText } from '../model/lifetime.ts'
import { membersIn } from '../model/members.ts'
import type { ResourceType } from '../model/resource.ts'
import { codes } from './codes.ts'
import type { Entry } from './merge-resources.ts'
import { entryOf } from './profile-items.ts'
import { documentsOf, type GrantSpec, type PersonSpec, type RoleSpec, referred } from './specs.ts'

const report = reporter(codes)
const day = 86_400_000
const hour = 3_600_000

/** When something ends: at a moment, or so long after it was put on a host where that is yet to be done. */
interface End {
  /** Milliseconds since 1970; of what has not begun, as if it began now. */
  readonly at: number
  readonly hours?: number
}

/** Somebody who may log in: a person, or a program with an account of its own. */
interface Principal {
  readonly address: Address
  readonly login: string | undefined
  readonly fullName: string
  readonly active: boolean
  /** Milliseconds since 1970. */
  readonly until: number
  /** It gets the shell of the role. */
  readonly interactive: boolean
  readonly sshKeys: PersonSpec['sshKeys']
}

/** A grant with everything it refers to. */
export interface Grant {
  readonly document: LoadedDocument<GrantSpec>
  readonly place: Place
  readonly role: LoadedDocument<RoleSpec> | undefined
  readonly rolePlace: Place
  /** A moment that can't be read has passed. */
  readonly end: End
  readonly people: readonly Principal[]
}

/** Somebody's access to one host, over all grants. */
interface Access {
  readonly person: Principal
  readonly grants: Grant[]
}

export function readGrants(
  graph: Graph,
  locate: Locate,
  now: number,
  starts: GrantStarts = new Map(),
): readonly Grant[] {
  const members = membersIn(graph)
  return documentsOf(graph, 'AccessGrant').map((document): Grant => {
    const { to, role, hours } = document.document.spec
    const roleDocument = referred(graph, 'Role', role)
    return {
      document,
      place: lazyPlace(locate, document, ['spec', hours === undefined ? 'expires' : 'hours'], 'key'),
      role: roleDocument,
      rolePlace: lazyPlace(locate, roleDocument ?? document, ['spec'], 'key'),
      end: endOf(document, now, starts),
      people: [...members(to).who.keys()].sort(compareText).flatMap((address) => principalOf(graph, address) ?? []),
    }
  })
}

function endOf({ address, document }: LoadedDocument<GrantSpec>, now: number, starts: GrantStarts): End {
  const { expires, hours } = document.spec
  if (hours === undefined) return { at: Date.parse(expires ?? '') || 0 }
  const start = starts.get(address)
  return start === undefined ? { at: now + hours * hour, hours } : { at: start + hours * hour }
}

function principalOf(graph: Graph, address: Address): Principal | undefined {
  const person = address.startsWith('Person/') ? referred(graph, 'Person', address) : undefined
  if (person !== undefined) {
    const { login, fullName, active, sshKeys } = person.document.spec
    const always = { until: Number.POSITIVE_INFINITY, interactive: true }
    return { address, login, fullName, active: active !== false, sshKeys, ...always }
  }
  const account = address.startsWith('ServiceAccount/') ? referred(graph, 'ServiceAccount', address) : undefined
  if (account === undefined) return undefined
  const { login, purpose, active, expires, interactive, sshKeys } = account.document.spec
  const until = Date.parse(expires) || 0
  return {
    address,
    login,
    fullName: purpose,
    active: active !== false,
    until,
    interactive: interactive === true,
    sshKeys,
  }
}

/** Findings about grants that don't depend on a host. */
export function checkGrants(grants: readonly Grant[], now: number): readonly Diagnostic[] {
  return grants.flatMap((grant) =>
    grant.people.flatMap((person) => {
      const { login } = person
      if (!holds(grant, person, now)) return []
      // Made only for a finding: spreading a place looks it up, and that reads the file again.
      const found = (code: keyof typeof codes, lack: string) => {
        const summary = `${person.address} gets access by ${grant.document.address} and has ${lack}`
        return [report(code, { ...grant.place, subject: grant.document.address, summary })]
      }
      if (login === undefined) return found('grant-without-login', 'no login')
      if (keysOf(person, now).some((key) => key.state === 'open')) return []
      return found('grant-without-key', 'no key to log in with')
    }),
  )
}

const holds = (grant: Grant, person: Principal, now: number): boolean =>
  grant.end.at > now && grant.role !== undefined && person.active && person.until > now

/**
 * Accounts, keys and sudo rules that grants come to on the hosts they select. What has ended becomes removal: the account is locked,
 * keys and rules go. The account and keys that somebody gets by one grant are checked and normalised once for all grants of the same
 * role that end at the same moment.
 *
 * The function takes the account that the engine itself logs in with, which no grant may touch, and the grants.
 */
export function accessReader(
  types: ReadonlyMap<string, ResourceType>,
  now: number,
): (
  engineUser: string,
  grants: readonly Grant[],
) => { readonly entries: readonly Entry[]; readonly diagnostics: readonly Diagnostic[] } {
  const sound = new Map<string, readonly Bare[]>()
  return (engineUser, grants) => {
    const diagnostics: Diagnostic[] = []
    const entries: Entry[] = []
    const add = (bare: readonly Bare[], because: readonly Grant[]): void => {
      for (const { id, type, name, spec } of bare)
        for (const grant of because) {
          const declaration = { address: grant.document.address, place: grant.place }
          entries.push({ id, type, name, spec, declaration, requires: none, restartOn: none, notifies: none })
        }
    }
    const read = (wanted: readonly Wanted[], subject: Address): Bare[] =>
      wanted.flatMap(({ type: name, spec, place }) => {
        const type = types.get(name)
        if (type === undefined) return []
        diagnostics.push(...(type.check?.(spec, { place, subject }) ?? []))
        return [entryOf(type, spec)]
      })
    for (const { person, grants: all } of byPerson(grants)) {
      const { login } = person
      const [first, ...others] = all
      if (login === undefined || first === undefined) continue
      if (login === engineUser) {
        const about = { ...first.place, subject: first.document.address }
        const summary = `${person.address} has the login ${login}, which the engine uses itself`
        diagnostics.push(report('engine-login', { ...about, summary }))
        continue
      }
      const holding = all.filter((grant) => holds(grant, person, now))
      const because = holding.length > 0 ? holding : all
      const { document, place } = holding[0] ?? first
      const { at, hours } = first.end
      const key = others.length > 0 ? undefined : `${person.address} ${first.role?.address} ${at} ${hours}`
      const known = key === undefined ? undefined : sound.get(key)
      if (known === undefined) {
        const before = diagnostics.length
        const bare = read(accountFor(login, person, holding, place, now), document.address)
        if (key !== undefined && diagnostics.length === before) sound.set(key, bare)
        add(bare, because)
      } else add(known, because)
      for (const grant of all)
        add(read(rulesOf(login, person, grant, holding.includes(grant)), grant.document.address), [grant])
    }
    return { entries, diagnostics }
  }
}

/** An entry before it is said whose it is. */
type Bare = ReturnType<typeof entryOf>

const none: readonly never[] = []

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
  readonly place: Place
}

/** Somebody's account and keys, by the grants that hold; without one they go. */
function accountFor(
  login: string,
  person: Principal,
  holding: readonly Grant[],
  place: Place,
  now: number,
): readonly Wanted[] {
  const until = holding.map((grant) => grant.end).reduce(later, { at: 0 })
  const comment = `${nameOf(person.address)} (granted)`
  return [
    { type: 'user', spec: accountSpec(login, person, holding), place },
    ...keysOf(person, now).map((key): Wanted => {
      const open = holding.length > 0 && key.state === 'open'
      const ends = { expires: moment(earlier(earlier(until, { at: key.until }), { at: person.until })), comment }
      const spec = { user: login, key: key.key, ...(open ? ends : { ensure: 'absent' }) }
      return { type: 'authorizedKey', spec, place }
    }),
  ]
}

/** What separates the fields of an account's comment, or would end its line. */
const notInComments = /[:,\p{Cc}]+/gu

/** Over several grants: the latest end, all groups, and the shell of the one that lasts longest. */
function accountSpec(login: string, person: Principal, holding: readonly Grant[]): JsonObject {
  const [longest] = [...holding].sort(
    (a, b) => b.end.at - a.end.at || compareText(a.document.address, b.document.address),
  )
  if (longest === undefined) return { login, ensure: 'absent' }
  const groups = [...new Set(holding.flatMap((grant) => grant.role?.document.spec.groups ?? []))].sort(compareText)
  return {
    login,
    shell: person.interactive ? (longest.role?.document.spec.shell ?? '/bin/bash') : '/usr/sbin/nologin',
    groups,
    comment: person.fullName.replaceAll(notInComments, ' ').slice(0, 100),
    // The account ends with the day; keys and sudo end with the second.
    expires: lastDay(earlier(longest.end, { at: person.until })),
  }
}

/** One rule for each entry of the role, so that each grant ends on its own. */
function rulesOf(login: string, person: Principal, grant: Grant, holds: boolean): readonly Wanted[] {
  const rules = grant.role?.document.spec.sudo ?? []
  return rules.map(({ commands, runAs, password }, i): Wanted => {
    const name = `${grant.document.document.metadata.name}.${login}.${i + 1}`
    const rule = {
      name,
      subjects: [login],
      commands,
      ...(runAs !== undefined && { runAs }),
      ...(password !== undefined && { password }),
      expires: moment(earlier(grant.end, { at: person.until })),
    }
    const gone = { name, subjects: [], commands: [], ensure: 'absent' }
    return { type: 'sudoRule', spec: holds ? rule : gone, place: grant.rolePlace }
  })
}

interface Key {
  readonly key: string
  readonly state: 'open' | 'closed'
  readonly until: number
}

/** Keys for logging in: open now, or known and to be taken away. */
function keysOf(person: Pick<Principal, 'sshKeys'>, now: number): readonly Key[] {
  return (person.sshKeys ?? []).flatMap(({ key, use, revoked, validFrom, validUntil }): Key[] => {
    if (use === 'signing' && revoked !== true) return []
    const from = validFrom === undefined ? 0 : Date.parse(validFrom)
    const until = validUntil === undefined ? Number.POSITIVE_INFINITY : Date.parse(validUntil)
    const open = use !== 'signing' && revoked !== true && from <= now && until > now
    return [{ key, state: open ? 'open' : 'closed', until }]
  })
}

const later = (a: End, b: End): End => (b.at > a.at ? b : a)
const earlier = (a: End, b: End): End => (b.at < a.at ? b : a)

/** In UTC, to the second. */
const moment = ({ at, hours }: End): string =>
  hours === undefined ? `${new Date(Math.floor(at / 1000) * 1000).toISOString().slice(0, 19)}Z` : lifetimeText(hours)

const lastDay = ({ at, hours }: End): string =>
  hours === undefined ? new Date(Math.ceil(at / day) * day).toISOString().slice(0, 10) : lifetimeText(hours)
