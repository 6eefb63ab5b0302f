import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import addFormats from 'ajv-formats'
import type { Json } from './openapi-description.ts'

interface Parameter {
  readonly name: string
  readonly in: string
  readonly required?: boolean
  readonly schema?: Json
}

interface Media {
  readonly schema?: Json
}

/** Holds what goes over the wire to GitHub's description. What does not fit is told in words. */
export interface OpenApiCheck {
  request(operation: string, query: URLSearchParams, body: string): readonly string[]
  response(operation: string, status: number, body: string): readonly string[]
  /** What is posted of an event. */
  webhook(event: string, payload: Json): readonly string[]
}

/** Errors of the way there and of who asks can be answers of every operation; only some list them. */
const anywhere = new Set([401, 403, 404, 409, 422, 429])

export function openApiCheck(document: Json): OpenApiCheck {
  const compile = compiler(document)
  const found = new Map<string, Json>()

  const operationOf = (name: string): Json => {
    const known = found.get(name)
    if (known !== undefined) return known
    const [method = '', path = ''] = name.split(' ')
    const item = at(document, ['paths', path])
    const operation = at(item, [method.toLowerCase()])
    if (operation === undefined) throw new Error(`GitHub has no operation ${name}`)
    const common = item?.['parameters']
    const own = operation['parameters']
    const all = {
      ...operation,
      parameters: [...(Array.isArray(common) ? common : []), ...(Array.isArray(own) ? own : [])],
    }
    found.set(name, all)
    return all
  }

  const resolve = (value: unknown): Json | undefined => {
    const json = asJson(value)
    const ref = json?.['$ref']
    return typeof ref === 'string' ? resolve(at(document, ref.split('/').slice(1))) : json
  }

  return {
    request(name, query, body) {
      const operation = operationOf(name)
      const parameters = (operation['parameters'] as unknown[]).flatMap(
        (p) => (resolve(p) as Parameter | undefined) ?? [],
      )
      return [
        ...queryFaults(name, parameters, query, compile),
        ...bodyFaults(name, resolve(operation['requestBody']), body, compile, resolve),
      ]
    },
    response(name, status, body) {
      const responses = asJson(operationOf(name)['responses'])
      const response = resolve(responses?.[String(status)])
      if (response === undefined && anywhere.has(status)) {
        const basic = compile('basic-error', { $ref: '#/components/schemas/basic-error' })
        return body === '' ? [] : faults(basic, JSON.parse(body), 'answer')
      }
      if (response === undefined) return [`GitHub never answers ${name} with ${status}`]
      const content = asJson(response['content'])
      const media = asJson(content?.['application/json']) as Media | undefined
      if (media?.schema === undefined) return body === '' || content !== undefined ? [] : [`${status} has no body`]
      if (body === '') return [`${status} has a body`]
      return faults(compile(`${name} ${status}`, media.schema), JSON.parse(body), 'answer')
    },
    webhook(event, payload) {
      const name = [event, ...(typeof payload['action'] === 'string' ? [payload['action']] : [])]
        .join('-')
        .replaceAll('_', '-')
      const content = at(document, ['x-webhooks', name, 'post', 'requestBody', 'content', 'application/json'])
      const schema = asJson(content?.['schema'])
      if (schema === undefined) return [`GitHub posts no ${name}`]
      return faults(compile(`webhook ${name}`, schema), payload, name)
    },
  }
}

type Compile = (name: string, schema: Json) => ValidateFunction

function queryFaults(name: string, parameters: readonly Parameter[], query: URLSearchParams, compile: Compile) {
  const known = parameters.filter((p) => p.in === 'query')
  const problems: string[] = []
  for (const parameter of known) {
    const given = query.get(parameter.name)
    if (given === null) {
      if (parameter.required) problems.push(`query: ${parameter.name} is missing`)
    } else if (parameter.schema !== undefined) {
      const validate = compile(`${name} query ${parameter.name}`, parameter.schema)
      if (!validate(fromQuery(given, parameter.schema)))
        problems.push(...words(validate.errors, `query ${parameter.name}`))
    }
  }
  for (const given of query.keys())
    if (!known.some((p) => p.name === given)) problems.push(`query: ${given} is not a parameter of ${name}`)
  return problems
}

function fromQuery(value: string, schema: Json): unknown {
  if (schema['type'] === 'integer' && /^-?\d+$/.test(value)) return Number(value)
  if (schema['type'] === 'boolean' && /^(true|false)$/.test(value)) return value === 'true'
  return value
}

function bodyFaults(
  name: string,
  requestBody: Json | undefined,
  body: string,
  compile: Compile,
  resolve: (value: unknown) => Json | undefined,
): readonly string[] {
  if (body === '') return requestBody?.['required'] === true ? ['body: is missing'] : []
  const schema = asJson(at(requestBody, ['content', 'application/json'])?.['schema'])
  if (schema === undefined) return ['body: none is expected']
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    return ['body: is no JSON']
  }
  const known = resolve(schema)?.['properties']
  const strange =
    asJson(known) === undefined || asJson(value) === undefined
      ? []
      : Object.keys(value as Json).filter((key) => !(key in (known as Json)))
  return [
    ...faults(compile(`${name} body`, schema), value, 'body'),
    ...strange.map((key) => `body: ${key} is not a field of ${name}`),
  ]
}

function faults(validate: ValidateFunction, value: unknown, where: string): readonly string[] {
  return validate(value) ? [] : words(validate.errors, where)
}

function words(errors: readonly ErrorObject[] | null | undefined, where: string): readonly string[] {
  return (errors ?? []).slice(0, 6).map((e) => `${where}${e.instancePath}: ${e.message} ${JSON.stringify(e.params)}`)
}

/** Compiles schemas of the description on demand; each component once, whoever refers to it. */
function compiler(document: Json): Compile {
  const ajv = new Ajv({ strict: false, allErrors: false, validateFormats: true, logger: false })
  addFormats.default(ajv)
  const added = new Set<string>()
  const compiled = new Map<string, ValidateFunction>()

  const take = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(take)
    const json = asJson(value)
    if (json === undefined) return value
    const ref = json['$ref']
    if (typeof ref === 'string') return { $ref: component(ref) }
    return nullable(Object.fromEntries(Object.entries(json).flatMap(([k, v]) => (noise.has(k) ? [] : [[k, take(v)]]))))
  }

  const component = (ref: string): string => {
    const id = `github:${ref.slice(2)}`
    if (added.has(id)) return id
    added.add(id)
    ajv.addSchema(take(at(document, ref.split('/').slice(1))) as Json, id)
    return id
  }

  return (name, schema) => {
    const known = compiled.get(name)
    if (known !== undefined) return known
    const validate = ajv.compile(take(schema) as Json)
    compiled.set(name, validate)
    return validate
  }
}

/** What says nothing of values. */
const noise = new Set(['example', 'examples', 'discriminator', 'x-github', 'x-github-breaking-changes', 'externalDocs'])

/** OpenAPI 3.0's `nullable` in the words of JSON Schema. */
function nullable(schema: Json): Json {
  const { nullable: may, ...rest } = schema
  if (may !== true) return typeof may === 'boolean' ? rest : schema
  return { anyOf: [{ type: 'null' }, rest] }
}

function asJson(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined
}

function at(value: unknown, path: readonly string[]): Json | undefined {
  let here: unknown = value
  for (const name of path) here = asJson(here)?.[name]
  return asJson(here)
}
