import { load } from 'js-yaml'
import type { Sha256 } from '../model/canonical.ts'
import type { Json, JsonObject, JsonPath } from '../model/document.ts'
import {
  parseSecretRef,
  type Sealed,
  type SecretRef,
  secretFile,
  secretsFolder,
  secretToken,
} from '../model/secret-ref.ts'
import { nearest } from '../schema/nearest.ts'

/** Files below `secrets/` at the commit that is compiled, by path. */
export type SecretFiles = ReadonlyMap<string, Uint8Array>

export interface SecretProblem {
  readonly code: 'secret-invalid' | 'secret-missing' | 'secret-not-encrypted'
  /** Below the value that was looked at; of a file of the estate where none is named. */
  readonly path: JsonPath
  readonly summary: string
  readonly hint?: string
}

interface Placed {
  readonly value: Json
  readonly problems: readonly SecretProblem[]
}

/** Knows the encrypted files of one commit, and puts tokens in the place of references. No value is ever read. */
export class EstateSecrets {
  readonly #files: SecretFiles
  readonly #sha256: Sha256
  readonly #sops = new Map<string, JsonObject | undefined>()
  readonly #placed = new WeakMap<object, Placed>()

  constructor(files: SecretFiles, sha256: Sha256) {
    this.#files = files
    this.#sha256 = sha256
  }

  /** A value with a token in the place of each `{ secret: … }`. What holds none comes back as it is. */
  place<Value extends Json>(value: Value): { readonly value: Value; readonly problems: readonly SecretProblem[] } {
    if (typeof value !== 'object' || value === null || !mentions(value)) return { value, problems: [] }
    const known = this.#placed.get(value)
    if (known !== undefined) return known as { value: Value; problems: readonly SecretProblem[] }
    const problems: SecretProblem[] = []
    const placed = { value: this.#put(value, [], problems) as Value, problems }
    this.#placed.set(value, placed)
    return placed
  }

  /** The encrypted value that an `age/` reference names; undefined for what does not lie in the estate. */
  sealed(reference: string): Sealed | undefined {
    const ref = parseSecretRef(reference)
    if (ref === undefined || ref.provider !== 'age') return undefined
    const found = this.#find(ref)
    return 'sealed' in found ? found.sealed : undefined
  }

  /** Files in the folder for encrypted values that hold something else. */
  problems(): readonly SecretProblem[] {
    return [...this.#files].flatMap(([path, bytes]) =>
      path.endsWith('.age') && !isAge(bytes)
        ? [{ code: 'secret-not-encrypted' as const, path: [], summary: `${path} is not encrypted with age` }]
        : [],
    )
  }

  #put(value: Json, path: JsonPath, problems: SecretProblem[]): Json {
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value))
      return (value as readonly Json[]).map((item, i) => this.#put(item, [...path, i], problems))
    const map = value as JsonObject
    const token = isReference(map) ? this.#token(map, path, problems) : undefined
    if (token !== undefined) return token
    return Object.fromEntries(
      Object.entries(map).map(([key, item]) => [key, this.#put(item, [...path, key], problems)]),
    )
  }

  #token(map: JsonObject, path: JsonPath, problems: SecretProblem[]): string {
    const reference = String(map['secret'])
    const asked = typeof map['version'] === 'string' ? map['version'] : ''
    const ref = parseSecretRef(reference)
    if (ref === undefined) {
      problems.push({ code: 'secret-invalid', path: [...path, 'secret'], summary: `${reference} names no secret` })
      return ''
    }
    if (ref.provider !== 'age') return secretToken({ reference, version: asked })
    const found = this.#find(ref)
    if ('sealed' in found) return secretToken({ reference, version: `${asked}${this.#digest(found.sealed)}` })
    problems.push({ ...found, path: [...path, 'secret'] })
    return ''
  }

  #digest(sealed: Sealed): string {
    return this.#sha256(sealed.form === 'age' ? sealed.bytes : sealed.value).slice(0, 16)
  }

  #find(ref: SecretRef): { readonly sealed: Sealed } | Omit<SecretProblem, 'path'> {
    const file = secretFile(ref)
    const bytes = this.#files.get(file)
    if (bytes === undefined) return { code: 'secret-missing', ...this.#missing(ref, file) }
    if (ref.key !== undefined) return this.#sopsValue(ref.key, file, bytes)
    if (isAge(bytes)) return { sealed: { form: 'age', bytes } }
    return { code: 'secret-not-encrypted', summary: `${file} is not encrypted with age` }
  }

  #missing(ref: SecretRef, file: string): { readonly summary: string; readonly hint?: string } {
    const names = [...this.#files.keys()].map((path) => path.slice(secretsFolder.length + 1).replace(/\.age$/, ''))
    const near = nearest(ref.name, names)
    const hint = near === undefined ? {} : { hint: `did you mean age/${near}?` }
    return { summary: `there is no ${file} in the estate`, ...hint }
  }

  #sopsValue(key: string, file: string, bytes: Uint8Array): { readonly sealed: Sealed } | Omit<SecretProblem, 'path'> {
    const document = this.#sopsFile(file, bytes)
    const dataKeys = dataKeysOf(document)
    if (document === undefined || dataKeys.length === 0)
      return { code: 'secret-not-encrypted', summary: `${file} is no SOPS file with age recipients` }
    const names = key.split('.')
    // Values of a list are bound to the list's own place.
    const path: string[] = []
    let value: Json | undefined = document
    for (const name of names) {
      if (!Array.isArray(value)) path.push(name)
      value = childOf(value, name)
    }
    if (typeof value === 'string' && value.startsWith('ENC['))
      return { sealed: { form: 'sops', value, path, dataKeys } }
    if (value !== undefined && path[0] !== 'sops')
      return { code: 'secret-not-encrypted', summary: `${key} in ${file} is not one encrypted value` }
    const near = nearest(key, keysOf(document))
    const hint = near === undefined ? {} : { hint: `did you mean ${near}?` }
    return { code: 'secret-missing', summary: `there is no ${key} in ${file}`, ...hint }
  }

  #sopsFile(file: string, bytes: Uint8Array): JsonObject | undefined {
    if (this.#sops.has(file)) return this.#sops.get(file)
    let document: JsonObject | undefined
    try {
      const read: unknown = load(new TextDecoder().decode(bytes))
      if (typeof read === 'object' && read !== null && !Array.isArray(read)) document = read as JsonObject
    } catch {
      // Not YAML: it holds no encrypted value either.
    }
    this.#sops.set(file, document)
    return document
  }
}

/** Whether it is a file of age, as it is or in armour. */
export function isAge(bytes: Uint8Array): boolean {
  const start = new TextDecoder().decode(bytes.subarray(0, 64)).trimStart()
  return start.startsWith('age-encryption.org/v1\n') || start.startsWith('-----BEGIN AGE ENCRYPTED FILE-----')
}

/** Whether a map is a reference. Only fields whose schema takes one can hold it when documents are compiled. */
function isReference(map: JsonObject): boolean {
  const { secret, version: _, ...rest } = map
  return typeof secret === 'string' && /^(?:age|env|file)\//.test(secret) && Object.keys(rest).length === 0
}

/** References that stand anywhere in a document, such as `age/db-password`. */
export function referencesIn(value: Json | undefined): readonly string[] {
  if (typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) return (value as readonly Json[]).flatMap(referencesIn)
  const map = value as JsonObject
  return isReference(map) ? [String(map['secret'])] : Object.values(map).flatMap(referencesIn)
}

/** A quick look that nearly every spec passes. */
function mentions(value: Json): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return (value as readonly Json[]).some(mentions)
  const map = value as JsonObject
  if (typeof map['secret'] === 'string') return true
  for (const item of Object.values(map)) if (mentions(item)) return true
  return false
}

function dataKeysOf(document: JsonObject | undefined): readonly string[] {
  const recipients = childOf(childOf(document, 'sops'), 'age')
  if (!Array.isArray(recipients)) return []
  return (recipients as readonly Json[]).map((r) => childOf(r, 'enc')).filter((enc) => typeof enc === 'string')
}

function childOf(value: Json | undefined, name: string): Json | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  if (Array.isArray(value)) return /^\d+$/.test(name) ? (value as readonly Json[])[Number(name)] : undefined
  return Object.hasOwn(value, name) ? (value as JsonObject)[name] : undefined
}

function keysOf(value: Json, above: readonly string[] = []): string[] {
  if (typeof value === 'string') return [above.join('.')]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, item]) =>
    above.length === 0 && key === 'sops' ? [] : keysOf(item as Json, [...above, key]),
  )
}
