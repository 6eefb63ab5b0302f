import { dump } from 'js-yaml'
import { type Address, kindOf, nameOf, namePattern } from '../../model/address.ts'
import type { JsonObject, LoadedDocument } from '../../model/document.ts'
import { type ReportInput, specOf } from '../../model/practice.ts'

/** Where something was found, and whom its logins and keys belong to. */
export interface Place {
  readonly host: LoadedDocument
  readonly input: ReportInput
  readonly byLogin: ReadonlyMap<string, Address>
  /** By fingerprint. */
  readonly byKey: ReadonlyMap<string, { readonly person: Address; readonly key: string }>
}

/** Days that a grant proposed for what was found lasts: until then somebody has to have looked at it. */
const days = 90

/** The document that would explain an account: a grant where it is somebody's, else a profile for an account of a service. */
export function adoptAccount(place: Place, login: string, shell: string, groups: readonly string[] = []): string {
  const person = place.byLogin.get(login)
  if (person !== undefined) return grant(place, person, login)
  return profile(place, login, { user: { login, shell, ...(groups.length > 0 && { groups }) } })
}

/** The same for a key: a grant where it opens its owner's own account. */
export function adoptKey(place: Place, login: string, fingerprint: string): string {
  const known = place.byKey.get(fingerprint)
  if (known !== undefined && place.byLogin.get(login) === known.person) return grant(place, known.person, login)
  // Only its fingerprint was seen.
  const key = known?.key ?? `the line of ${fingerprint}`
  return profile(place, `${login}-key`, { authorizedKey: { user: login, key } })
}

/** The same for a rule of sudo. */
export function adoptSudo(place: Place, subject: string, rule: string, commands: string): string {
  const person = place.byLogin.get(subject)
  if (person !== undefined) return grant(place, person, subject, 'a-role-with-this-sudo')
  if (!/^%?[a-z_][a-z0-9_-]{0,31}$/.test(subject)) return `none can as it is written: ${rule}`
  const name = slug(`${subject}-sudo`)
  return profile(place, name, { sudoRule: { name, subjects: [subject], commands: commands.split(', ') } })
}

function grant({ host, input }: Place, to: Address, login: string, role = plainRole(input)): string {
  const name = host.document.metadata.name
  const expires = `${new Date(input.now.getTime() + days * 86_400_000).toISOString().slice(0, 10)}T18:00:00Z`
  const reason = `Found on ${name} without a grant; still needed`
  const who = `${kindOf(to)}/${nameOf(to)}`
  return text('AccessGrant', `${login}-on-${name}`, host, { to: [who], role, on: { hosts: [name] }, expires, reason })
}

/** A role that gives no more than the account. */
function plainRole({ graph }: ReportInput): string {
  const plain = graph.ofKind('Role').find((role) => {
    const { sudo = [], groups = [] } = specOf<{ sudo?: readonly unknown[]; groups?: readonly unknown[] }>(role)
    return sudo.length === 0 && groups.length === 0
  })
  return plain === undefined ? 'a-role' : nameOf(plain.address)
}

function profile({ host }: Place, name: string, resource: JsonObject): string {
  const on = host.document.metadata.name
  return text('Profile', `${name}-on-${on}`, host, { selector: { hosts: [on] }, resources: [resource] })
}

/** YAML on one line: what hosts named stays a value, whatever it is. */
function text(kind: string, name: string, host: LoadedDocument, spec: JsonObject): string {
  const { owner } = host.document.metadata
  const metadata = { name: slug(name), ...(owner !== undefined && { owner }) }
  return dump(
    { apiVersion: 'plumbline/v1', kind, metadata, spec },
    { flowLevel: 0, lineWidth: -1, noRefs: true },
  ).trim()
}

function slug(text: string): string {
  const name = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9.]+/g, '-')
    .replace(/^[.-]+/, '')
    .slice(0, 63)
  return namePattern.test(name) ? name : 'found'
}
