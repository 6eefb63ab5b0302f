import type { Sha256 } from './canonical.ts'
import type { Json } from './document.ts'

/**
 * Secrets as everything but apply sees them: references. What compiles puts an opaque token in the place of each; only the machine
 * that applies puts the value in the place of the token, in memory, just before it is sent.
 *
 * A token stands between two Unicode noncharacters, which no document may hold, so nobody can write one by hand:
 * U+FDD0 `age/db-password@0123456789ab` U+FDD1, with the version behind the `@` and forms such as `|json` behind that.
 */
const open = '\ufdd0'
const close = '\ufdd1'
const tokenForm = /\ufdd0((?:age|env|file)\/[^\ufdd0\ufdd1|@]+)@([A-Za-z0-9._-]*)((?:\|[a-z0-9]+)*)\ufdd1/g

export type SecretProvider = 'age' | 'env' | 'file'

export interface SecretRef {
  readonly provider: SecretProvider
  /** What stands behind the provider: a name, a path; for one value of a SOPS file without its key. */
  readonly name: string
  /** The key in a SOPS file, `db.password`. */
  readonly key?: string
}

/** A secret of the estate as it lies there, encrypted. */
export type Sealed =
  | { readonly form: 'age'; readonly bytes: Uint8Array }
  /** One value of a SOPS file: `ENC[AES256_GCM,…]`, the keys it stands under, and the data key for each age recipient. */
  | {
      readonly form: 'sops'
      readonly value: string
      readonly path: readonly string[]
      readonly dataKeys: readonly string[]
    }

/** A reference with the version that is wanted. */
export interface WantedSecret {
  /** `age/db-password`: all that is ever shown of a secret. */
  readonly reference: string
  readonly version: string
}

/** Where the estate keeps encrypted values. */
export const secretsFolder = 'secrets'

const part = '[A-Za-z0-9][A-Za-z0-9._-]*'
const forms: Readonly<Record<SecretProvider, RegExp>> = {
  age: new RegExp(`^${part}(?:/${part})*(?:#[A-Za-z0-9_][A-Za-z0-9_.-]*)?$`),
  env: /^[A-Za-z_][A-Za-z0-9_]*$/,
  file: /^\/?[A-Za-z0-9_.][A-Za-z0-9_.-]*(?:\/[A-Za-z0-9_.][A-Za-z0-9_.-]*)*$/,
}

/** Reads `age/db-password`, `age/web.yaml#db.password`, `env/DB_PASSWORD`, `file/db` or `file//run/secrets/db`. */
export function parseSecretRef(text: string): SecretRef | undefined {
  const slash = text.indexOf('/')
  const provider = text.slice(0, slash)
  const rest = text.slice(slash + 1)
  if (provider !== 'age' && provider !== 'env' && provider !== 'file') return undefined
  if (!forms[provider].test(rest) || rest.split('/').some((p) => p === '..' || p === '.')) return undefined
  const hash = provider === 'age' ? rest.indexOf('#') : -1
  if (hash === -1) return { provider, name: rest }
  return /\.(?:ya?ml|json)$/.test(rest.slice(0, hash))
    ? { provider, name: rest.slice(0, hash), key: rest.slice(hash + 1) }
    : undefined
}

/** File of the estate that holds an `age/` secret. */
export const secretFile = ({ name, key }: SecretRef): string =>
  `${secretsFolder}/${name}${key === undefined ? '.age' : ''}`

/** The text that stands for a secret until it is applied. */
export const secretToken = ({ reference, version }: WantedSecret): string => `${open}${reference}@${version}${close}`

/** Ways to write a value that a template may ask for; they are carried out when the value is known. */
export const secretForms: Readonly<Record<string, (value: string) => string>> = {
  json: (value) => JSON.stringify(value),
  url: (value) => encodeURIComponent(value),
  base64: toBase64,
  html: (value) => value.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`),
}

/** The token for a value in another form; undefined where the text is more than one token. */
export function tokenInForm(text: string, form: keyof typeof secretForms): string | undefined {
  const [only] = text.match(tokenForm) ?? []
  return only === text ? `${text.slice(0, -1)}|${form}${close}` : undefined
}

/** Whether a mark is in the text: also of what was a token and was cut or changed. */
export const holdsMark = (text: string): boolean => text.includes(open) || text.includes(close)

/** Whether a spec, or a part of one, holds a secret. */
export function holdsSecret(value: Json | undefined): boolean {
  if (typeof value === 'string') return holdsMark(value)
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return (value as readonly Json[]).some(holdsSecret)
  for (const item of Object.values(value)) if (holdsSecret(item)) return true
  return false
}

/** The secrets that a spec holds, each once, in the order of their appearance. */
export function secretsIn(value: Json | undefined): readonly WantedSecret[] {
  const found = new Map<string, WantedSecret>()
  eachText(value, (text) => {
    for (const [, reference = '', version = ''] of text.matchAll(tokenForm))
      found.set(secretKey({ reference, version }), { reference, version })
  })
  return [...found.values()]
}

/** Tells secrets apart: the same reference with another version is another value. */
export const secretKey = ({ reference, version }: WantedSecret): string => `${reference}@${version}`

/** A text without its tokens: what is left must hold no mark. */
export const withoutTokens = (text: string): string => text.replace(tokenForm, '')

/** For people: each token as its reference. */
export const nameTokens = (text: string): string =>
  text.replace(tokenForm, (_, reference: string) => `{secret ${reference}}`).replace(/[\ufdd0\ufdd1]/g, '')

/** A spec for people: each token as its reference and version, `{secret age/db-password@0123456789abcdef}`. */
export function nameSecrets<Value extends Json>(value: Value): Value {
  if (!holdsSecret(value)) return value
  const name = (item: Json): Json => {
    if (typeof item === 'string')
      return item.replace(
        tokenForm,
        (_, reference: string, version: string) => `{secret ${version === '' ? reference : `${reference}@${version}`}}`,
      )
    if (typeof item !== 'object' || item === null) return item
    if (Array.isArray(item)) return (item as readonly Json[]).map(name)
    return Object.fromEntries(Object.entries(item).map(([key, inner]) => [key, name(inner as Json)]))
  }
  return name(value) as Value
}

/**
 * Puts values in the place of tokens. A digest of content that the compiler put beside it is made again. The result lives in
 * memory only.
 *
 * @param values by `secretKey`; every token of the spec must be among them
 */
export function fillSecrets<Spec extends Json>(spec: Spec, values: ReadonlyMap<string, string>, sha256: Sha256): Spec {
  return fill(spec, values, sha256) as Spec
}

function fill(value: Json, values: ReadonlyMap<string, string>, sha256: Sha256): Json {
  if (typeof value === 'string') return holdsMark(value) ? fillText(value, values) : value
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return (value as readonly Json[]).map((item) => fill(item, values, sha256))
  const filled = Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, fill(item as Json, values, sha256)]),
  )
  const content = filled['content']
  if (typeof filled['sha256'] === 'string' && typeof content === 'string') filled['sha256'] = sha256(content)
  return filled
}

function fillText(text: string, values: ReadonlyMap<string, string>): string {
  return text.replace(tokenForm, (_, reference: string, version: string, asked: string) => {
    const value = values.get(secretKey({ reference, version }))
    if (value === undefined) throw new Error(`the secret ${reference} was not resolved`)
    return asked
      .split('|')
      .slice(1)
      .reduce((text, form) => {
        const write = secretForms[form]
        if (write === undefined) throw new Error(`there is no form ${form} of a secret`)
        return write(text)
      }, value)
  })
}

function eachText(value: Json | undefined, see: (text: string) => void): void {
  if (typeof value === 'string') see(value)
  else if (Array.isArray(value)) for (const item of value as readonly Json[]) eachText(item, see)
  else if (typeof value === 'object' && value !== null) for (const item of Object.values(value)) eachText(item, see)
}

function toBase64(text: string): string {
  let binary = ''
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte)
  return btoa(binary)
}
