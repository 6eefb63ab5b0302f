import { Ajv2020 } from 'ajv/dist/2020.js'
import standalone from 'ajv/dist/standalone/index.js'
import formats from 'ajv-formats'
import { build } from 'esbuild'
import type { Json, JsonObject } from '../../engine/model/document.ts'
import { documentSchema } from '../../engine/schema/document-schema.ts'
import { vocabulary } from '../../engine/schema/vocabulary.ts'
import type { Inputs } from './read-inputs.ts'

/** Text of `validators.js`: one function for each kind over whole documents, with nothing left to compile at run time. */
export async function validatorsText({ schemas, kinds }: Inputs): Promise<string> {
  const ajv = new Ajv2020({
    allErrors: true,
    allowUnionTypes: true,
    strict: true,
    strictTypes: false,
    strictRequired: false,
    code: { source: true, esm: true, lines: false },
  })
  formats.default(ajv)
  ajv.addVocabulary([...vocabulary])
  for (const [id, schema] of schemas) ajv.addSchema({ ...(withoutWords(schema) as JsonObject), $id: id })
  for (const { name } of kinds) {
    const schema = documentSchema(name, { $ref: 'urn:plumbline:v1:metadata' }, { $ref: `urn:plumbline:v1:${name}` })
    ajv.addSchema({ ...schema, $id: `urn:plumbline:v1:document:${name}` })
  }
  const names = Object.fromEntries(
    kinds.map((kind) => [`validate${kind.name}`, `urn:plumbline:v1:document:${kind.name}`]),
  )
  const code = standalone.default(ajv, names)
  const map = kinds.map((kind) => `  ['${kind.name}', validate${kind.name}],`).join('\n')
  const bundled = await build({
    stdin: { contents: `${code}\nexport const validators = new Map([\n${map}\n])\n`, resolveDir: '.', loader: 'js' },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    minifySyntax: true,
    minifyWhitespace: true,
    logLevel: 'error',
  })
  return bundled.outputFiles[0]?.text ?? ''
}

/** Descriptions and examples are for people; compiled in, they would only make the command larger. */
function withoutWords(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutWords)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, item]) => !isWords(key, item))
      .map(([key, item]) => [key, withoutWords(item)]),
  )
}

/** A property may be called so as well; then a schema stands there, which is a map. */
function isWords(key: string, value: Json): boolean {
  if (key === 'description' || key === 'title') return typeof value === 'string'
  return key === 'examples' && Array.isArray(value)
}
