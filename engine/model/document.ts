import type { Address } from './address.ts'

/** A JSON value as YAML 1.2 core gives it. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }
export type JsonObject = { readonly [key: string]: Json }

/** Way from the root of a document to a value: keys and indexes. */
export type JsonPath = readonly (string | number)[]

export interface Metadata {
  readonly name: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  /** Who answers for the document: an address such as `Team/platform` (`team/platform` in the file). */
  readonly owner?: string
  readonly description?: string
}

/** A document of desired state, as written. */
export interface Document<Spec = JsonObject> {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: Metadata
  readonly spec: Spec
}

/** A document and where it stands. */
export interface LoadedDocument<Spec = JsonObject> {
  readonly address: Address
  readonly document: Document<Spec>
  /** Path inside the estate, with forward slashes. */
  readonly file: string
  /** Which document of the file, from 0. */
  readonly index: number
  /** Line its first key stands on, from 1. */
  readonly line: number
  /** The file holds the spec alone, in a form that others made; the rest was worked out from it. */
  readonly bare?: true
}

/** A place in a file; line and column count from 1. */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** Finds where a value of a document stands. Costs a second parse of that file, so it is asked for diagnostics only. */
export type Locate = (document: LoadedDocument, path: JsonPath, what?: 'key' | 'value') => Place
