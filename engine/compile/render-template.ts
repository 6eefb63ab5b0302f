import { Liquid, type Template } from 'liquidjs'
import { compareText } from '../model/diagnostic.ts'
import type { JsonObject } from '../model/document.ts'
import { holdsMark, secretKey, secretsIn } from '../model/secret-ref.ts'
import { guardFilters, isBroken } from './secret-filters.ts'

export type Rendered =
  | { readonly text: string }
  | { readonly error: string; readonly line?: number; readonly column?: number }

/** What would read files, or give another answer tomorrow. */
const refused = {
  tags: ['include', 'render', 'layout', 'block'],
  filters: ['date', 'date_to_xmlschema', 'date_to_rfc822', 'date_to_string', 'date_to_long_string', 'sample'],
}

/** Fills templates. One that was read stays read: a profile's template is filled once for each of its hosts. */
export class Renderer {
  readonly #engine: Liquid
  readonly #read = new Map<string, Template[] | Error>()

  constructor() {
    this.#engine = new Liquid({
      strictVariables: true,
      strictFilters: true,
      ownPropertyOnly: true,
      templates: {},
      // Without one it asks the machine for its own: that costs as much as all the rest, and no answer may depend on it.
      locale: 'en-US',
      parseLimit: 1_000_000,
      memoryLimit: 50_000_000,
      renderLimit: 5_000,
    })
    for (const tag of refused.tags) delete this.#engine.tags[tag]
    for (const filter of refused.filters) delete this.#engine.filters[filter]
    this.#engine.registerFilter('values', valuesOf)
    guardFilters(this.#engine)
  }

  render(template: string, variables: JsonObject): Rendered {
    const read = this.#parse(template)
    if (read instanceof Error) return failure(read)
    try {
      const text = String(this.#engine.renderSync(read, { ...variables }))
      if (!holdsMark(text)) return { text }
      const stranger = strangerIn(text, variables)
      if (stranger !== undefined)
        return { error: `it makes up the secret ${stranger}; name it in a variable, with secret:` }
      if (!isBroken(text)) return { text }
      const broken = text.split('\n').findIndex(isBroken)
      return { error: `a secret was cut or changed, in line ${broken + 1} of what it makes; use it as it is` }
    } catch (error) {
      return failure(error)
    }
  }

  #parse(template: string): Template[] | Error {
    const known = this.#read.get(template)
    if (known !== undefined) return known
    let read: Template[] | Error
    try {
      read = this.#engine.parse(template)
    } catch (error) {
      read = error instanceof Error ? error : new Error(String(error))
    }
    this.#read.set(template, read)
    return read
  }
}

/**
 * A secret that no variable names: put together from pieces, by filters that decode or take apart. Only what documents name
 * has been looked at by those who approve, and by policies. Documents themselves hold references, which are never filled.
 */
function strangerIn(text: string, { documents: _, ...variables }: JsonObject): string | undefined {
  const named = new Set(secretsIn(variables).map(secretKey))
  return secretsIn(text).find((secret) => !named.has(secretKey(secret)))?.reference
}

/** A map's values by the order of its keys, for `for`, `where` and `map`: `documents.Host | values`. */
function valuesOf(map: unknown): unknown {
  if (typeof map !== 'object' || map === null || Array.isArray(map)) return map
  return Object.keys(map)
    .sort(compareText)
    .map((key) => (map as Readonly<Record<string, unknown>>)[key])
}

interface Positioned {
  readonly token?: { getPosition?(): readonly number[] }
}

function failure(error: unknown): Rendered {
  const message = error instanceof Error ? error.message : String(error)
  const [line, column] = (error as Positioned).token?.getPosition?.() ?? []
  const said = message.split('\n')[0]?.replace(/, line:\d+, col:\d+$/, '') ?? message
  return { error: said, ...(line !== undefined && { line }), ...(column !== undefined && { column }) }
}
