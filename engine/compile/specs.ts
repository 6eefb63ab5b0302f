import { nameOf } from '../model/address.ts'
import type { JsonObject, LoadedDocument } from '../model/document.ts'
import type { Graph } from '../model/graph.ts'

/** The parts of documents that the compiler reads; their schemas have held them to this form. */
export interface Selector {
  readonly all?: true
  readonly labels?: Readonly<Record<string, string | readonly string[]>>
  readonly environments?: readonly string[]
  readonly sites?: readonly string[]
  readonly hosts?: readonly string[]
}

export interface HostSpec {
  readonly address: string
  readonly environment: string
  readonly site?: string
  readonly ssh?: { readonly user?: string; readonly port?: number; readonly jump?: string; readonly transport?: string }
  readonly variables?: JsonObject
  /** What was seen of it and written down, for templates. */
  readonly facts?: JsonObject
}

export interface ProfileSpec {
  readonly selector: Selector
  readonly variables?: JsonObject
  readonly resources: readonly Readonly<Record<string, JsonObject>>[]
}

export interface GrantSpec {
  readonly to: readonly string[]
  readonly role: string
  readonly on: Selector
  /** One of the two. */
  readonly expires?: string
  readonly hours?: number
}

export interface RoleSpec {
  readonly shell?: string
  readonly groups?: readonly string[]
  readonly sudo?: readonly {
    readonly commands: readonly string[]
    readonly runAs?: string
    readonly password?: boolean
  }[]
}

export interface TeamSpec {
  readonly members: readonly string[]
}

export interface PersonSpec {
  readonly fullName: string
  readonly login?: string
  readonly active?: boolean
  readonly sshKeys?: readonly {
    readonly key: string
    readonly validFrom?: string
    readonly validUntil?: string
    readonly revoked?: boolean
    readonly use?: 'signing' | 'login' | 'both'
  }[]
}

export interface ServiceAccountSpec extends Pick<PersonSpec, 'active' | 'sshKeys'> {
  readonly purpose: string
  readonly login: string
  readonly expires: string
  readonly interactive?: boolean
}

/** Addresses, and hosts whose addresses are meant. */
export interface Endpoints {
  readonly addresses?: readonly string[]
  readonly hosts?: Selector
}

export interface FirewallRuleSpec {
  readonly on: Selector
  readonly direction?: 'in' | 'out' | 'forward'
  readonly protocol?: string | readonly string[]
  readonly ports?: readonly (number | string)[]
  readonly from?: Endpoints
  readonly to?: Endpoints
  readonly interface?: string
  readonly action: 'accept' | 'drop' | 'reject'
  readonly log?: boolean
  readonly priority?: number
  readonly expires?: string
}

export interface SpecsByKind {
  Host: HostSpec
  Profile: ProfileSpec
  AccessGrant: GrantSpec
  Role: RoleSpec
  Team: TeamSpec
  Person: PersonSpec
  ServiceAccount: ServiceAccountSpec
  Group: JsonObject
  FirewallRule: FirewallRuleSpec
}

/** All documents of a kind, sorted by address. */
export function documentsOf<K extends keyof SpecsByKind>(graph: Graph, kind: K): LoadedDocument<SpecsByKind[K]>[] {
  return graph.ofKind(kind) as unknown as LoadedDocument<SpecsByKind[K]>[]
}

/** The document that a reference means: a bare name, or an address whose kind is written in any case. */
export function referred<K extends keyof SpecsByKind>(
  graph: Graph,
  kind: K,
  reference: string,
): LoadedDocument<SpecsByKind[K]> | undefined {
  return graph.documents.get(`${kind}/${nameOf(reference)}`) as LoadedDocument<SpecsByKind[K]> | undefined
}
