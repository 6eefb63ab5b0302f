import { Ajv2020 } from 'ajv/dist/2020.js'
import standalone from 'ajv/dist/standalone/index.js'
import formats from 'ajv-formats'
import { build } from 'esbuild'
import type { Json, JsonObject } from '../../engine/model/document.ts'
import { documentSchema } from '../../engine/schema/document-schema.ts'
import { vocabulary } from '../../engine/schema/vocabulary.ts'
import type { Inputs } from './read-inputs.ts'

/** Text of `validators.js`: one function for each kind over whole documents, with nothing left to compile at run time. */
export const validatorsText = (inputs: Inputs): Promise<string> => standaloneText(inputs, { allErrors: true })

/**
 * Text of `quick-validators.js`: functions that accept the same documents and say nothing of others. They are a fraction of the
 * code, since they stop at the first mistake and make nothing of it, and what schemas share is there once.
 */
export const quickValidatorsText = (inputs: Inputs): Promise<string> =>
  standaloneText(inputs, { allErrors: false, messages: false, inlineRefs: false, shorten: withoutErrors })

interface Choices {
  readonly allErrors: boolean
  readonly messages?: boolean
  readonly inlineRefs?: boolean
  /** What becomes of the code before it is bundled. */
  readonly shorten?: (code: string) => string
}

async function standaloneText({ schemas, kinds }: Inputs, { shorten = same, ...choices }: Choices): Promise<string> {
  const ajv = new Ajv2020({
    ...choices,
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
  const code = shorten(standalone.default(ajv, names))
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
    minifyIdentifiers: shorten !== same,
    logLevel: 'error',
  })
  return bundled.outputFiles[0]?.text ?? ''
}

const same = (code: string): string => code

/** Each error of generated code becomes `{}`, since how many there are still counts; validators don't tell each other places. */
function withoutErrors(code: string): string {
  if (/dynamicAnchors[.[]|rootData[.[]/.test(code))
    throw new Error('a schema needs what quick validators are not handed')
  const parts: string[] = []
  let from = 0
  for (const { index } of code.matchAll(/\{instancePath[:,]/g)) {
    const end = endOfObject(code, index)
    const isPlace = code.slice(index, end).includes(',parentData:')
    parts.push(code.slice(from, index), isPlace ? 'undefined' : '{}')
    from = end
  }
  return parts.join('') + code.slice(from)
}

/** Where the object that begins at `start` ends. Braces in texts are not counted. */
function endOfObject(code: string, start: number): number {
  let depth = 0
  for (let i = start; i < code.length; i++) {
    const c = code[i]
    if (c === '"') i = endOfString(code, i)
    else if (c === '{') depth++
    else if (c === '}' && --depth === 0) return i + 1
  }
  throw new Error('an object of the generated code has no end')
}

function endOfString(code: string, start: number): number {
  let i = start + 1
  while (code[i] !== '"') i += code[i] === '\\' ? 2 : 1
  return i
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
