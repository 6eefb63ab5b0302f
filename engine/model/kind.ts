import type { JsonObject } from './document.ts'

/**
 * A kind of document: a JSON Schema 2020-12 of its `spec`, read from `schemas/<domain>/<Kind>.yaml`.
 * `title` is the kind's name and `examples` are specs that must be valid.
 * Our keywords:
 * - `ref: Kind` or `ref: [Kind, …]`: the string names another document (bare name where one kind is allowed, else an address)
 * - `acyclic: true` beside `ref`: following this path must never come back
 * - `unique: <scope>`: no two documents hold the same value within the scope (`estate`, or a sibling path such as `rack.rack`)
 * - `sensitive: true`: the value is masked wherever it is printed
 * - `allocate: address` (`prefix`, `vlan`): a request such as `{ from: prefix/NAME }` may stand there until a value is allocated
 * - `immutable: true`: the value may not change once merged
 */
export interface Kind {
  readonly name: string
  /** Folder under `schemas/`: the part of IT operations it belongs to. */
  readonly domain: string
  readonly schema: JsonObject
  /** File the schema was read from, for diagnostics about it. */
  readonly file: string
}

/** Every kind by its name, as its schema spells it. */
export type Kinds = ReadonlyMap<string, Kind>
