import { CORE_SCHEMA, load, YAMLException } from 'js-yaml'
import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { JsonObject } from '../model/document.ts'
import type { Kind, Kinds } from '../model/kind.ts'
import { codes } from './codes.ts'
import { compileKind } from './compile-kind.ts'
import { embedFragments, type Fragments } from './embed-fragments.ts'
import { isObject } from './is-object.ts'
import type { Validator } from './validator.ts'

const report = reporter(codes)

/** A schema file of the estate: `schemas/<domain>/<Kind>.yaml`, or a fragment with a lower-case name. */
export interface SchemaFile {
  readonly path: string
  readonly bytes: Uint8Array
}

export interface OwnKinds {
  /** The estate's own kinds; built-in ones are not among them. */
  readonly kinds: Kinds
  readonly validators: ReadonlyMap<string, Validator>
  readonly diagnostics: readonly Diagnostic[]
}

/** Largest schema file that is read. */
const maxBytes = 1_048_576

/** Reads and compiles kinds of the estate's own. `builtIn` and `fragments` come with the engine; a built-in kind can't be replaced. */
export async function readKinds(files: readonly SchemaFile[], builtIn: Kinds, fragments: Fragments): Promise<OwnKinds> {
  const diagnostics: Diagnostic[] = []
  const schemas: { readonly file: SchemaFile; readonly schema: JsonObject }[] = []
  for (const file of files) {
    const schema = readSchema(file)
    if (typeof schema === 'string')
      diagnostics.push(report('schema-invalid', { summary: schema, file: file.path, line: 1, column: 1 }))
    else schemas.push({ file, schema })
  }
  const isKind = ({ file }: { file: SchemaFile }) => /^[A-Z]/.test(baseName(file.path))
  const own = new Map(fragments)
  for (const { file, schema } of schemas.filter((s) => !isKind(s)))
    own.set(`urn:plumbline:v1:${baseName(file.path)}`, schema)
  const kinds = new Map<string, Kind>()
  const validators = new Map<string, Validator>()
  for (const { file, schema } of schemas.filter(isKind)) {
    const taken = new Map([...builtIn, ...kinds])
    const result = await readKind(file, schema, taken, own)
    if ('diagnostic' in result) diagnostics.push(result.diagnostic)
    else {
      kinds.set(result.kind.name, result.kind)
      validators.set(result.kind.name, result.validator)
    }
  }
  return { kinds, validators, diagnostics }
}

type ReadKind = { readonly kind: Kind; readonly validator: Validator } | { readonly diagnostic: Diagnostic }

async function readKind(file: SchemaFile, schema: JsonObject, builtIn: Kinds, fragments: Fragments): Promise<ReadKind> {
  const name = baseName(file.path)
  const refuse = (code: 'schema-invalid' | 'schema-pattern', summary: string, detail?: string): ReadKind => ({
    diagnostic: report(code, {
      summary,
      ...(detail === undefined ? {} : { detail }),
      file: file.path,
      line: 1,
      column: 1,
    }),
  })
  const wrong = mistakeIn(name, schema, builtIn)
  if (wrong !== undefined) return refuse('schema-invalid', wrong)
  const domain = file.path.split('/').at(-2) ?? ''
  const kind: Kind = { name, domain, schema: embedFragments(schema, fragments), file: file.path }
  const compiled = await compileKind(kind, fragments.get('urn:plumbline:v1:metadata') ?? {})
  if ('refused' in compiled) {
    if (compiled.refused === 'pattern')
      return refuse('schema-pattern', `a pattern is refused: ${compiled.because}`, compiled.pattern)
    return refuse('schema-invalid', `the schema can’t be compiled: ${compiled.because}`)
  }
  const broken = brokenExample(kind, compiled.validator)
  return broken === undefined ? { kind, validator: compiled.validator } : refuse('schema-invalid', broken)
}

function mistakeIn(name: string, schema: JsonObject, builtIn: Kinds): string | undefined {
  const taken = builtIn.get(name)
  if (taken !== undefined) return `there is a kind ${name} already, in ${taken.file}`
  if (!/^[A-Z][A-Za-z0-9]{1,62}$/.test(name)) return 'a kind is named in letters and digits, starting with a capital'
  if (schema['title'] !== name) return `the title must be ${name}, as the file is named`
  if (schema['type'] !== 'object') return 'the schema of a kind describes a map: type: object'
  return undefined
}

/** Examples must be valid: they are what people copy. */
function brokenExample({ name, schema }: Kind, validate: Validator): string | undefined {
  const { examples } = schema
  if (!Array.isArray(examples)) return undefined
  const index = examples.findIndex(
    (spec) => !validate({ apiVersion: 'plumbline/v1', kind: name, metadata: { name: 'example' }, spec }),
  )
  if (index === -1) return undefined
  const [error] = validate.errors ?? []
  return `example ${index + 1} is not valid: ${error?.instancePath ?? ''} ${error?.message ?? ''}`
}

/** The schema in a file, or what is wrong with the file. */
function readSchema(file: SchemaFile): JsonObject | string {
  if (file.bytes.length > maxBytes) return `the file has more than ${maxBytes} bytes`
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(file.bytes)
    const schema = load(text, { schema: CORE_SCHEMA, maxDepth: 64, maxAliases: 0 }) as JsonObject
    return isObject(schema) ? schema : 'a schema is a map'
  } catch (error) {
    if (error instanceof YAMLException)
      return `not YAML: ${error.reason}${error.mark === undefined ? '' : ` in line ${error.mark.line + 1}`}`
    return 'the file is not UTF-8'
  }
}

const baseName = (path: string): string => (path.split('/').at(-1) ?? '').replace(/\.ya?ml$/, '')
