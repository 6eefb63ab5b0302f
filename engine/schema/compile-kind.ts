import type { JsonObject } from '../model/document.ts'
import type { Kind } from '../model/kind.ts'
import { documentSchema } from './document-schema.ts'
import { linearPattern } from './linear-pattern.ts'
import type { Validator } from './validator.ts'
import { vocabulary } from './vocabulary.ts'

/** Thrown inside ajv for a pattern that is refused; caught here. */
class PatternRefused extends Error {
  readonly source: string

  constructor(source: string, refused: string) {
    super(refused)
    this.source = source
  }
}

export type CompiledKind =
  | { readonly validator: Validator }
  | { readonly refused: 'schema' | 'pattern'; readonly because: string; readonly pattern?: string }

/**
 * Compiles a kind that was not there when the engine was built. ajv is loaded for that only. Patterns run in an engine that
 * answers in linear time; `metadata` is the schema of that part of the envelope.
 */
export async function compileKind(kind: Kind, metadata: JsonObject): Promise<CompiledKind> {
  const ajv = await freshAjv()
  return settled(() => {
    const { $id: _id, ...spec } = kind.schema
    const id = `urn:plumbline:own:${kind.name}`
    ajv.addSchema({ ...spec, $id: id })
    ajv.addSchema({ ...metadata, $id: 'urn:plumbline:v1:metadata' })
    return ajv.compile(documentSchema(kind.name, { $ref: 'urn:plumbline:v1:metadata' }, { $ref: id }))
  })
}

/** Compiles a schema of an object that is no document: the fields of a record, the values of a form. Nothing unknown may be in it. */
export async function compileFields(schema: JsonObject): Promise<CompiledKind> {
  const ajv = await freshAjv()
  return settled(() => ajv.compile({ type: 'object', additionalProperties: false, ...schema }))
}

/** A compiler of its own for each: schemas of strangers don't get in each other's way. */
async function freshAjv() {
  const [{ default: ajv2020 }, formats] = await Promise.all([import('ajv/dist/2020.js'), import('ajv-formats')])
  const regExp = Object.assign(
    (source: string) => {
      const result = linearPattern(source)
      if ('refused' in result) throw new PatternRefused(source, result.refused)
      // ajv keeps patterns by their text.
      return { ...result.pattern, toString: () => source }
    },
    { code: 'linearPattern' },
  )
  // By way of the default: a bundle has no other export of it.
  const ajv = new ajv2020.Ajv2020({
    allErrors: true,
    allowUnionTypes: true,
    strictTypes: false,
    strictRequired: false,
    logger: false,
    code: { regExp: regExp as unknown as { (source: string, flags: string): RegExp; code: string } },
  })
  formats.default.default(ajv)
  ajv.addVocabulary([...vocabulary])
  return ajv
}

function settled(compile: () => unknown): CompiledKind {
  try {
    return { validator: compile() as Validator }
  } catch (error) {
    if (error instanceof PatternRefused) return { refused: 'pattern', because: error.message, pattern: error.source }
    return { refused: 'schema', because: error instanceof Error ? error.message : 'it can’t be compiled' }
  }
}
