import type { Address } from '../model/address.ts'
import { canonicalJson } from '../model/canonical.ts'
import { compareText, type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { Json, JsonPath, LoadedDocument } from '../model/document.ts'
import type { Graph } from '../model/graph.ts'
import { codes } from './codes.ts'
import { nameFrom, type ScimDirectory, type ScimGroup, type ScimUser } from './read-scim.ts'

const report = reporter(codes)

/** Where a person's id in the directory is kept, so that they stay who they are when their name changes. */
const idNote = 'scim-id'

/** One value of a document that is there: set, as `edit-yaml` takes it. */
export interface FieldSet {
  readonly path: JsonPath
  readonly set: Json
}

/** What is to be written, and what was found on the way. */
export interface ScimDocuments {
  readonly created: readonly { readonly address: Address; readonly spec: Json; readonly note?: string }[]
  readonly changed: readonly { readonly document: LoadedDocument; readonly edits: readonly FieldSet[] }[]
  /** Documents that say already what the directory says. */
  readonly same: readonly Address[]
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * People and groups as a directory has them, held against those that are there. A person is known by the directory's id, else by
 * their address of mail, else by their name; a group by its id or name. Only what the directory answers for is set: names,
 * addresses, who has left, who of its people is in a group. Nobody who has left comes back by an import.
 */
export function scimDocuments(graph: Graph, directory: ScimDirectory): ScimDocuments {
  const draft = new Draft(graph)
  for (const fault of directory.faults) draft.say('scim-unreadable', fault)
  for (const user of directory.users) draft.addUser(user)
  draft.sayMissing(directory)
  draft.nameGroups(directory.groups)
  for (const group of directory.groups) draft.addGroup(group)
  return draft.done()
}

class Draft {
  readonly #graph: Graph
  readonly #diagnostics: Diagnostic[] = []
  readonly #created = new Map<Address, { readonly address: Address; readonly spec: Json; readonly note?: string }>()
  readonly #changed: { readonly document: LoadedDocument; readonly edits: readonly FieldSet[] }[] = []
  readonly #same: Address[] = []
  /** The directory's id → what it became. */
  readonly #known = new Map<string, { readonly address: Address; readonly active: boolean }>()
  readonly #taken = new Set<Address>()
  /** Addresses of mail of users that were taken. */
  readonly #mails = new Set<string>()
  readonly #byId = new Map<string, LoadedDocument>()
  readonly #byMail = new Map<string, LoadedDocument>()

  constructor(graph: Graph) {
    this.#graph = graph
    for (const person of graph.ofKind('Person')) {
      const id = person.document.metadata.annotations?.[idNote]
      if (id !== undefined) this.#byId.set(id, person)
      const { email } = person.document.spec
      if (typeof email === 'string') this.#byMail.set(email.toLowerCase(), person)
    }
  }

  say(code: keyof typeof codes, summary: string, subject?: Address): void {
    this.#diagnostics.push(report(code, { summary, ...(subject !== undefined && { subject }) }))
  }

  addUser(user: ScimUser): void {
    const { id, userName, fullName, email, active } = user
    const name = nameFrom(userName.replace(/@.*$/, ''))
    if (name === undefined || email === undefined) {
      const why = name === undefined ? 'a name that no document can have' : 'no address of mail'
      this.say('scim-user', `the user ${JSON.stringify(userName.slice(0, 60))} has ${why}`)
      return
    }
    const there = this.#person(id, email, name)
    const address = there?.address ?? (`Person/${name}` as const)
    const other = there?.document.metadata.annotations?.[idNote]
    const mail = email.toLowerCase()
    const sameMail = (this.#byMail.get(mail)?.address ?? address) !== address || this.#mails.has(mail)
    if (this.#taken.has(address) || sameMail || (other !== undefined && other !== id)) {
      this.say('scim-name', `${address} is somebody else than the user ${JSON.stringify(userName.slice(0, 60))}`)
      return
    }
    this.#mails.add(mail)
    this.#taken.add(address)
    this.#known.set(id, { address, active })
    if (there === undefined) {
      const spec = { fullName, email, ...(!active && { active: false }) }
      this.#created.set(address, { address, spec, note: id })
      return
    }
    const { spec } = there.document
    const left = spec['active'] === false
    if (left && active)
      this.say('scim-active', `${address} has left by its document, and not by the directory`, address)
    this.#change(there, [
      ...fieldSet(there, ['metadata', 'annotations'], { ...there.document.metadata.annotations, [idNote]: id }),
      ...fieldSet(there, ['spec', 'fullName'], fullName),
      ...fieldSet(there, ['spec', 'email'], email),
      ...(active || left ? [] : fieldSet(there, ['spec', 'active'], false)),
    ])
  }

  #person(id: string, email: string, name: string): LoadedDocument | undefined {
    return this.#byId.get(id) ?? this.#byMail.get(email.toLowerCase()) ?? this.#graph.documents.get(`Person/${name}`)
  }

  /** People that the directory had once: a list may be of a part only, so nothing is concluded from that. */
  sayMissing({ users }: ScimDirectory): void {
    if (users.length === 0) return
    for (const [id, { address, document }] of this.#byId)
      if (!this.#known.has(id) && document.spec['active'] !== false)
        this.say('scim-gone', `${address} is not in the directory any more`, address)
  }

  /** Groups may hold groups, so all of them have names before the first is written. */
  nameGroups(groups: readonly ScimGroup[]): void {
    const byId = new Map(this.#graph.ofKind('Group').map((g) => [String(g.document.spec['externalId'] ?? ''), g]))
    for (const { id, name } of groups) {
      const said = nameFrom(name)
      const named: Address | undefined = said === undefined ? undefined : `Group/${said}`
      const address = byId.get(id)?.address ?? named
      const other = address === undefined ? undefined : this.#graph.documents.get(address)?.document.spec['externalId']
      if (address === undefined)
        this.say('scim-user', `the group ${JSON.stringify(name.slice(0, 60))} has a name that no document can have`)
      else if (this.#taken.has(address) || (other !== undefined && other !== id))
        this.say('scim-name', `${address} is another group than ${JSON.stringify(name.slice(0, 60))}`)
      else {
        this.#taken.add(address)
        this.#known.set(id, { address, active: true })
      }
    }
  }

  addGroup({ id, name, members }: ScimGroup): void {
    const address = this.#known.get(id)?.address
    if (address === undefined) return
    const unknown = members.filter((m) => !this.#known.has(m))
    if (unknown.length > 0)
      this.say('scim-member', `${address} has ${unknown.length} members that nothing is known of`, address)
    const wanted = members.flatMap((m) => {
      const member = this.#known.get(m)
      return member?.active === true && member.address !== address ? [reference(member.address)] : []
    })
    const there = this.#graph.documents.get(address)
    if (there === undefined) {
      const purpose = name.length < 3 ? `The group ${name}` : name.slice(0, 200)
      const spec = { purpose, members: [...new Set(wanted)].sort(compareText), externalId: id }
      this.#created.set(address, { address, spec })
      return
    }
    const now = (Array.isArray(there.document.spec['members']) ? there.document.spec['members'] : []).map(String)
    const ofDirectory = new Set([...this.#known.values()].map((k) => reference(k.address)))
    const kept = now.filter((m) => wanted.includes(alike(m)) || !ofDirectory.has(alike(m)))
    const fresh = [...new Set(wanted)].filter((m) => !kept.some((k) => alike(k) === m)).sort(compareText)
    this.#change(there, [
      ...fieldSet(there, ['spec', 'externalId'], id),
      ...(fresh.length === 0 && kept.length === now.length
        ? []
        : fieldSet(there, ['spec', 'members'], [...kept, ...fresh])),
    ])
  }

  #change(document: LoadedDocument, edits: readonly FieldSet[]): void {
    if (edits.length === 0) this.#same.push(document.address)
    else this.#changed.push({ document, edits })
  }

  done(): ScimDocuments {
    return {
      created: [...this.#created.values()].sort((a, b) => compareText(a.address, b.address)),
      changed: this.#changed.sort((a, b) => compareText(a.document.address, b.document.address)),
      same: this.#same.sort(compareText),
      diagnostics: this.#diagnostics,
    }
  }
}

/** As documents write it: `person/n.ito`. */
const reference = (address: Address): string =>
  `${address.slice(0, address.indexOf('/')).toLowerCase()}${address.slice(address.indexOf('/'))}`

/** A reference whatever its kind is spelled like. */
const alike = (text: string): string => text.replace(/^[^/]*/, (kind) => kind.toLowerCase())

function fieldSet({ document }: LoadedDocument, path: JsonPath, value: Json): readonly FieldSet[] {
  let now: unknown = document
  for (const step of path) now = (now as Record<string, unknown> | undefined)?.[step]
  return canonicalJson((now ?? null) as Json) === canonicalJson(value) ? [] : [{ path, set: value }]
}
