import type { SchemaError } from '../schema/validator.ts'

/**
 * A choice (`oneOf`, `anyOf`) that fails brings the errors of all its branches. Keeps those of the branch that was meant,
 * or one error that names the branches where none is plainly meant.
 */
export function settleChoices(errors: readonly SchemaError[]): SchemaError[] {
  let settled: SchemaError[] = []
  for (const error of errors) {
    if (error.keyword === 'if') continue
    if (error.keyword !== 'oneOf' && error.keyword !== 'anyOf') settled.push(error)
    else if (Array.isArray(error.params['passingSchemas'])) settled.push(error)
    else {
      const isInside = (e: SchemaError) => e.schemaPath.startsWith(`${error.schemaPath}/`) || isBelow(e, error)
      const inside = settled.filter(isInside)
      settled = [...settled.filter((e) => !isInside(e)), ...settle(error, inside)]
    }
  }
  return settled
}

/** Errors of a branch that is a reference carry that one's path: they are known by what they speak about. */
function isBelow(error: SchemaError, choice: SchemaError): boolean {
  const prefix = choice.schemaPath.slice(0, choice.schemaPath.indexOf('/'))
  const elsewhere = !error.schemaPath.startsWith(`${prefix}/`)
  return (
    elsewhere &&
    (error.instancePath === choice.instancePath || error.instancePath.startsWith(`${choice.instancePath}/`))
  )
}

function settle(choice: SchemaError, inside: readonly SchemaError[]): SchemaError[] {
  const branches = new Map<string, SchemaError[]>()
  for (const error of inside) {
    const branch = error.schemaPath.slice(choice.schemaPath.length + 1).split('/')[0] ?? ''
    const key = error.schemaPath.startsWith(`${choice.schemaPath}/`) ? branch : 'reference'
    branches.set(key, [...(branches.get(key) ?? []), error])
  }
  const here = (e: SchemaError) => e.instancePath === choice.instancePath
  const wrongType = (branch: readonly SchemaError[]) => branch.some((e) => here(e) && e.keyword === 'type')
  const wrongShape = (branch: readonly SchemaError[]) => branch.some((e) => here(e) && shapes.has(e.keyword))
  const typed = [...branches.values()].filter((branch) => !wrongType(branch))
  if (typed.length === 0) return [{ ...choice, params: { types: [...branches.values()].flatMap(typesOf) } }]
  const shaped = typed.filter((branch) => !wrongShape(branch))
  const [meant] = shaped.length > 0 ? shaped : typed.length === 1 ? typed : []
  if (meant !== undefined) return meant
  return [{ ...choice, params: { forms: typed.flatMap(requiredOf) } }]
}

const shapes = new Set(['required', 'additionalProperties', 'const', 'enum'])

const typesOf = (branch: readonly SchemaError[]): unknown[] =>
  branch.filter((e) => e.keyword === 'type').map((e) => e.params['type'])

const requiredOf = (branch: readonly SchemaError[]): unknown[] =>
  branch.filter((e) => e.keyword === 'required').map((e) => e.params['missingProperty'])
