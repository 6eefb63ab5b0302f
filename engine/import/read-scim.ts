/** A user as a directory tells of one (RFC 7643, 4.1), as far as documents have a place for it. */
export interface ScimUser {
  readonly id: string
  readonly userName: string
  readonly fullName: string
  readonly email?: string
  /** What is not said is so: the RFC leaves the meaning to the directory, and none locks people out by silence. */
  readonly active: boolean
}

/** A group (RFC 7643, 4.2), with the ids of its members. */
export interface ScimGroup {
  readonly id: string
  readonly name: string
  readonly members: readonly string[]
}

export interface ScimDirectory {
  readonly users: readonly ScimUser[]
  readonly groups: readonly ScimGroup[]
  /** What could not be read, in words. */
  readonly faults: readonly string[]
}

type Resource = Readonly<Record<string, unknown>>

/** Reads answers of a directory: lists of resources (RFC 7644, 3.4.2), or resources alone. Nothing of them is believed unchecked. */
export function readScim(answers: readonly unknown[]): ScimDirectory {
  const users = new Map<string, ScimUser>()
  const groups = new Map<string, ScimGroup>()
  const faults: string[] = []
  for (const resource of answers.flatMap(resourcesOf)) {
    const read = readOne(resource)
    if (typeof read === 'string') faults.push(read)
    else if ('userName' in read) users.set(read.id, read)
    else groups.set(read.id, read)
  }
  return { users: [...users.values()].sort(byId), groups: [...groups.values()].sort(byId), faults }
}

const byId = (a: { readonly id: string }, b: { readonly id: string }): number => (a.id < b.id ? -1 : 1)

function resourcesOf(answer: unknown): readonly unknown[] {
  if (Array.isArray(answer)) return answer.flatMap(resourcesOf)
  const list = isObject(answer) ? answer['Resources'] : undefined
  return Array.isArray(list) ? list : isObject(answer) && 'totalResults' in answer ? [] : [answer]
}

/** What it is, or why it is nothing. */
function readOne(resource: unknown): ScimUser | ScimGroup | string {
  if (!isObject(resource)) return 'something in it is no resource'
  const id = text(resource['id'])
  if (id === undefined || id.length > 200) return 'a resource has no id, or one that is too long'
  const shown = JSON.stringify(id.slice(0, 40))
  if (resource['userName'] !== undefined) {
    const userName = text(resource['userName'])
    if (userName === undefined) return `the user ${shown} has no name of an account`
    const email = emailOf(resource['emails'], userName)
    return {
      ...{ id, userName, fullName: fullNameOf(resource, userName), active: resource['active'] !== false },
      ...(email !== undefined && { email }),
    }
  }
  const name = text(resource['displayName'])
  if (name === undefined) return `the resource ${shown} is neither a user nor a group`
  const members = Array.isArray(resource['members']) ? resource['members'] : []
  return { id, name, members: members.flatMap((m) => (isObject(m) ? (text(m['value']) ?? []) : [])) }
}

function fullNameOf(resource: Resource, userName: string): string {
  const name = isObject(resource['name']) ? resource['name'] : {}
  const parts = [text(name['givenName']), text(name['familyName'])].filter((part) => part !== undefined).join(' ')
  return (text(resource['displayName']) ?? text(name['formatted']) ?? (parts || userName)).slice(0, 100)
}

/** The primary address, one of work, or the first; a name of an account that is an address is one. */
function emailOf(emails: unknown, userName: string): string | undefined {
  const all = (Array.isArray(emails) ? emails : []).filter(isObject)
  const chosen = all.find((e) => e['primary'] === true) ?? all.find((e) => e['type'] === 'work') ?? all[0]
  const found = text(chosen?.['value']) ?? userName
  return /^[^\s@<>"]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/.test(found) ? found : undefined
}

const isObject = (value: unknown): value is Resource =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Text without control characters and odd blanks; undefined where nothing is left. */
function text(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  const plain = value
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
  return plain === '' ? undefined : plain
}

/** A name that a document can have; undefined where nothing of the text can stand in one. */
export function nameFrom(said: string): string | undefined {
  const name = said
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9.]+/g, '-')
    .replaceAll(/\.{2,}/g, '.')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, 63)
    .replace(/[^a-z0-9]+$/, '')
  return name === '' ? undefined : name
}
