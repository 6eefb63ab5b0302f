import type { Json, JsonObject } from '../../model/document.ts'
import { schemaOf } from '../../model/form.ts'
import { compileFields } from '../../schema/compile-kind.ts'
import { answerAs } from './answer-as.ts'
import type { Choice, Prompter } from './prompter.ts'

/** Questions that a schema asks. */
export interface FieldsForm {
  readonly properties: JsonObject
  readonly $defs?: JsonObject
  /** Fields to ask for, in this order. */
  readonly names: readonly string[]
  /** Of them, those that can be left empty. */
  readonly optional?: ReadonlySet<string>
  /** Names of the documents of these kinds: what a `ref` can be. */
  readonly documents: (kinds: readonly string[]) => readonly Choice[]
}

/** What stands for no answer in a list. */
const nothing = ''

/** Asks for fields by their schemas: a list for an `enum`, names of documents for a `ref`, yes or no for a boolean; undefined where somebody broke off. */
export async function askFields(prompter: Prompter, form: FieldsForm): Promise<JsonObject | undefined> {
  const fields: Record<string, Json> = {}
  for (const name of form.names) {
    const schema = schemaOf(form.properties, name)
    if (schema === undefined) continue
    const answer = await askField(prompter, form, name, schema)
    if (answer === undefined) return undefined
    if (answer !== null) fields[name] = answer
  }
  return fields
}

/** Null where it was left empty. */
async function askField(
  prompter: Prompter,
  form: FieldsForm,
  name: string,
  schema: JsonObject,
): Promise<Json | undefined> {
  const message = questionOf(name, schema)
  const optional = form.optional?.has(name) === true
  const { enum: values, ref, type, default: usual } = schema
  if (type === 'boolean') return prompter.confirm({ message, initial: usual === true })
  const leftOut: readonly Choice[] = optional ? [{ value: nothing, label: '(none)' }] : []
  if (Array.isArray(values)) {
    const options = [...leftOut, ...values.map((value) => ({ value: String(value) }))]
    const initial = usual === undefined ? {} : { initial: String(usual) }
    const chosen = await prompter.select({ message, options, ...initial })
    return chosen === nothing ? null : (values.find((value) => String(value) === chosen) ?? chosen)
  }
  const known = ref === undefined ? [] : form.documents([ref].flat().map(String))
  if (known.length > 0) {
    const chosen = await prompter.search({ message, options: [...leftOut, ...known] })
    return chosen === nothing ? null : chosen
  }
  const judge = await judgeOf(form, name, schema)
  const said = await prompter.text({
    message,
    ...(usual !== undefined && { initial: typeof usual === 'string' ? usual : JSON.stringify(usual) }),
    validate: (answer) => {
      if (answer.trim() === '') return optional ? undefined : 'it has to be answered'
      return judge(answerAs(schema, answer))
    },
  })
  return said === undefined ? undefined : said.trim() === '' ? null : answerAs(schema, said)
}

function questionOf(name: string, { description }: JsonObject): string {
  const about = String(description ?? '').replace(/\.$/, '')
  return about === '' ? name : `${name}: ${about}`
}

/** Says what a schema holds against a value, in the words of the schema. */
async function judgeOf(
  { $defs }: FieldsForm,
  name: string,
  schema: JsonObject,
): Promise<(value: Json) => string | undefined> {
  const compiled = await compileFields({ properties: { [name]: schema }, ...($defs !== undefined && { $defs }) })
  if (!('validator' in compiled)) return () => undefined
  return (value) => {
    if (compiled.validator({ [name]: value })) return undefined
    const [error] = compiled.validator.errors ?? []
    return error?.message ?? 'it does not fit'
  }
}
