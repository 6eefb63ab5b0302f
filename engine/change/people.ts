import { type Account, accountName, accountNumber, parseAccount } from '../model/account.ts'
import { type Address, addressOf } from '../model/address.ts'
import { compareText } from '../model/diagnostic.ts'
import type { JsonObject } from '../model/document.ts'
import type { Graph } from '../model/graph.ts'
import { canonicalSshKey } from '../model/ssh-key.ts'

/** A key of a person, as the base commit's documents describe it. Moments are ISO 8601. */
interface PersonKey {
  /** `type base64`, without comment. */
  readonly key: string
  readonly validFrom?: string
  readonly validUntil?: string
  readonly revoked: boolean
  readonly use: 'signing' | 'login' | 'both'
}

export interface JudgedPerson {
  readonly address: Address
  readonly email: string
  readonly active: boolean
  readonly bot: boolean
  readonly keys: readonly PersonKey[]
  /** Accounts on forges, in small letters. */
  readonly accounts: readonly Account[]
}

/** The people and teams of one commit, found by address, e-mail, key and account. */
export interface People {
  readonly byAddress: ReadonlyMap<Address, JudgedPerson>
  readonly members: ReadonlyMap<Address, ReadonlySet<Address>>
  /** Several people where a document is wrong: none of them is then meant for sure. */
  ownersOfKey(publicKey: string): readonly JudgedPerson[]
  /** Also by the address that a forge makes up for an account that hides its own. */
  byEmail(email: string): readonly JudgedPerson[]
  /** Whose an account is for sure: by its number where the forge tells one, else by its login where the base knows no number for it. */
  byAccount(account: Account): readonly JudgedPerson[]
  /** Whoever an account may be of: those, and who lists its login where one side says no number. For what counts against somebody. */
  maybeOfAccount(account: Account): readonly JudgedPerson[]
}

interface PersonSpec {
  readonly email: string
  readonly bot?: boolean
  readonly active?: boolean
  readonly accounts?: readonly string[]
  readonly sshKeys?: readonly (Partial<PersonKey> & { readonly key: string })[]
}

/** Reads who is who out of the base commit's documents. */
export function peopleOf(base: Graph): People {
  const byAddress = new Map(base.ofKind('Person').map((d) => [d.address, personOf(d.address, d.document.spec)]))
  const byKey = new Map<string, JudgedPerson[]>()
  const byEmail = new Map<string, JudgedPerson[]>()
  const byLogin = new Map<string, JudgedPerson[]>()
  const byNumber = new Map<string, JudgedPerson[]>()
  for (const person of byAddress.values()) {
    push(byEmail, person.email.toLowerCase(), person)
    for (const key of new Set(person.keys.map((k) => k.key))) push(byKey, key, person)
    for (const name of new Set(person.accounts.map(accountName))) push(byLogin, name, person)
    for (const number of new Set(person.accounts.flatMap((a) => accountNumber(a) ?? []))) push(byNumber, number, person)
  }
  const unnumbered = (account: Account) =>
    (byLogin.get(accountName(account)) ?? []).filter((person) =>
      entriesOf(person, account).some((a) => a.id === undefined),
    )
  const numbered = (account: Account) => byNumber.get(accountNumber(account) ?? '') ?? []
  const maybeOfAccount = (account: Account) =>
    account.id === undefined
      ? (byLogin.get(accountName(account)) ?? [])
      : [...new Set([...numbered(account), ...unnumbered(account)])]
  return {
    byAddress,
    members: new Map(base.ofKind('Team').map((d) => [d.address, membersOf(d.document.spec)])),
    ownersOfKey: (publicKey) => byKey.get(canonicalSshKey(publicKey) ?? '') ?? [],
    byEmail: (email) => {
      const address = email.trim().toLowerCase()
      return [...(byEmail.get(address) ?? []), ...hiddenAccounts(address).flatMap(maybeOfAccount)]
    },
    byAccount: (account) => (account.id === undefined ? unnumbered(account) : numbered(account)),
    maybeOfAccount,
  }
}

/** Accounts that an address such as `4711+ben@users.noreply.github.com` may be of; GitLab puts a hyphen after the number. */
function hiddenAccounts(email: string): readonly Account[] {
  const [, local, host] = /^([^@]+)@users\.noreply\.([^@]+)$/.exec(email) ?? []
  if (local === undefined || host === undefined) return []
  const [, id, login] = /^(\d+)[+-](.+)$/.exec(local) ?? []
  // Written without a number, a login may begin with digits and a hyphen.
  return [{ host, login: local }, ...(id === undefined || login === undefined ? [] : [{ host, login, id }])]
}

/** The entries of a person's list with the login of an account. */
function entriesOf(person: JudgedPerson, account: Account): readonly Account[] {
  return person.accounts.filter((a) => accountName(a) === accountName(account))
}

/** True where somebody is meant by a list of teams and people; an empty list means everybody. */
export function belongsTo(people: People, person: Address, wanted: readonly Address[]): boolean {
  return wanted.length === 0 || wanted.some((w) => w === person || people.members.get(w)?.has(person) === true)
}

/** Active humans among the members of a team, or the person that is named; sorted. */
export function humansOf(people: People, owner: Address): readonly Address[] {
  const named = people.members.get(owner) ?? (people.byAddress.has(owner) ? new Set([owner]) : new Set<Address>())
  return [...named].filter((a) => isActiveHuman(people.byAddress.get(a))).sort(compareText)
}

/** The address behind a reference: a bare name is of the kind that is expected, and kinds compare without case. */
export function referenced(reference: string, expected: 'Person' | 'Team'): Address {
  const slash = reference.indexOf('/')
  if (slash < 0) return addressOf(expected, reference)
  const kind = reference.slice(0, slash).toLowerCase()
  return addressOf(kind === 'team' ? 'Team' : kind === 'person' ? 'Person' : kind, reference.slice(slash + 1))
}

/** Why a key can't be relied upon at a moment; undefined where it can. Times are milliseconds. */
export function keyFault(
  key: PersonKey,
  at: number,
  now: number,
):
  | { readonly code: 'key-revoked' | 'key-login-only' | 'key-not-yet-valid' | 'key-expired'; readonly because: string }
  | undefined {
  if (key.revoked) return { code: 'key-revoked', because: 'the key is revoked' }
  if (key.use === 'login') return { code: 'key-login-only', because: 'the key is for logging in, not for signing' }
  if (key.validFrom !== undefined && !(at >= Date.parse(key.validFrom)))
    return { code: 'key-not-yet-valid', because: `the key is valid from ${key.validFrom} on` }
  // Who signs also writes the time, so a key that has ended could be dated back: it has to be valid now as well.
  if (key.validUntil !== undefined && !(Math.max(at, now) <= Date.parse(key.validUntil)))
    return { code: 'key-expired', because: `the key was valid until ${key.validUntil}` }
  return undefined
}

/** The entry of a person's list that a public key stands for. */
export function keyOf(person: JudgedPerson, publicKey: string): PersonKey | undefined {
  const wanted = canonicalSshKey(publicKey)
  const entries = person.keys.filter((k) => k.key === wanted)
  // Listed twice with different words: the stricter one counts.
  return entries.find((k) => k.revoked) ?? entries.find((k) => k.use === 'login') ?? entries[0]
}

export function isActiveHuman(person: JudgedPerson | undefined): boolean {
  return person?.active === true && !person.bot
}

function personOf(address: Address, spec: JsonObject): JudgedPerson {
  const { email, bot, active, accounts, sshKeys } = spec as unknown as PersonSpec
  const keys = (sshKeys ?? []).map(
    (k): PersonKey => ({
      key: canonicalSshKey(k.key) ?? k.key,
      ...(k.validFrom !== undefined && { validFrom: k.validFrom }),
      ...(k.validUntil !== undefined && { validUntil: k.validUntil }),
      revoked: k.revoked ?? false,
      use: k.use ?? 'both',
    }),
  )
  return {
    address,
    email,
    active: active ?? true,
    bot: bot ?? false,
    keys,
    accounts: (accounts ?? []).map(parseAccount),
  }
}

function membersOf(spec: JsonObject): ReadonlySet<Address> {
  const members = (spec as { readonly members?: readonly string[] }).members ?? []
  return new Set(members.map((m) => referenced(m, 'Person')))
}

function push<Key, Value>(map: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [value])
  else list.push(value)
}
