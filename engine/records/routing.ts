import { type Address, addressOf, nameOf } from '../model/address.ts'
import type { DeclaredRecord, RecordType } from '../model/declared-record.ts'
import type { JsonObject, LoadedDocument } from '../model/document.ts'
import type { Graph } from '../model/graph.ts'

/** The team whose work a record is, and why. */
export interface Route {
  readonly team: Address
  /** `it owns Service/shop`, `it looks after CatalogItem/shell-access`. */
  readonly because: string
}

/**
 * The team that answers for what a record is about: that of its service, else of whatever else its fields name (an item of the
 * catalogue, a host), else of the one service that stands on that. Undefined where nothing says so.
 */
export function routeOf(type: RecordType, { fields }: Pick<DeclaredRecord, 'fields'>, graph: Graph): Route | undefined {
  const { roles = {} } = type.spec
  const people = new Set([roles.team, roles.assignee, roles.requester])
  const others = Object.keys(type.spec.fields.properties).filter((name) => name !== roles.service && !people.has(name))
  const named = [...(roles.service === undefined ? [] : [roles.service]), ...others]
    .flatMap((field) => documentIn(type, fields, field, graph) ?? [])
    .filter(({ address }) => !/^(Person|Team|Group)\//.test(address))
  for (const document of named) {
    const route = ownerOf(document, graph)
    if (route !== undefined) return route
  }
  for (const document of named) {
    const standing = graph.incoming(document.address).filter((edge) => edge.from.startsWith('Service/'))
    const [service, another] = new Set(standing.map((edge) => edge.from))
    const found = another === undefined && service !== undefined ? graph.documents.get(service) : undefined
    const route = found && ownerOf(found, graph)
    if (route !== undefined) return { ...route, because: `${route.because}, which stands on ${document.address}` }
  }
  return undefined
}

/** The fields of a new record, with the team that answers for what it is about where they name none. */
export function routed(type: RecordType, fields: JsonObject, graph: Graph): JsonObject {
  const field = type.spec.roles?.team
  if (field === undefined || fields[field] !== undefined) return fields
  const route = routeOf(type, { fields }, graph)
  return route === undefined ? fields : { ...fields, [field]: nameOf(route.team) }
}

function ownerOf({ address, document }: LoadedDocument, graph: Graph): Route | undefined {
  const { team } = document.spec
  const looksAfter = typeof team === 'string' ? teamNamed(team, graph) : undefined
  if (looksAfter !== undefined) return { team: looksAfter, because: `it looks after ${address}` }
  const { owner } = document.metadata
  if (owner === undefined) return undefined
  const owning = teamNamed(owner, graph)
  if (owning !== undefined) return { team: owning, because: `it owns ${address}` }
  const person = addressOf('Person', nameOf(owner))
  if (!owner.toLowerCase().startsWith('person/') || !graph.documents.has(person)) return undefined
  const [only, another] = teamsOf(person, graph)
  return only === undefined || another !== undefined
    ? undefined
    : { team: only, because: `${person}, who owns ${address}, is in it` }
}

/** The teams that a person leads; those that they are in, where they lead none. */
function teamsOf(person: Address, graph: Graph): readonly Address[] {
  const isPerson = (name: unknown): boolean => typeof name === 'string' && nameOf(name) === nameOf(person)
  const teams = graph.ofKind('Team').filter(({ document }) => {
    const { members } = document.spec
    return Array.isArray(members) && members.some(isPerson)
  })
  const led = teams.filter(({ document }) => isPerson(document.spec['lead']))
  return (led.length > 0 ? led : teams).map((t) => t.address)
}

function teamNamed(name: string, graph: Graph): Address | undefined {
  if (name.includes('/') && !/^team\//i.test(name)) return undefined
  const address = addressOf('Team', nameOf(name))
  return graph.documents.has(address) ? address : undefined
}

function documentIn({ spec }: RecordType, fields: JsonObject, field: string, graph: Graph): LoadedDocument | undefined {
  const name = fields[field]
  const schema = spec.fields.properties[field] as { readonly ref?: string | readonly string[] } | null | undefined
  if (typeof name !== 'string' || schema?.ref === undefined) return undefined
  return [schema.ref]
    .flat()
    .map((kind) => graph.documents.get(addressOf(kind, nameOf(name))))
    .find((document) => document !== undefined && (!name.includes('/') || sameAddress(document.address, name)))
}

const sameAddress = (address: Address, name: string): boolean => address.toLowerCase() === name.toLowerCase()
