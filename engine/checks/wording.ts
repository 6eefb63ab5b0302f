import type { Json } from '../model/document.ts'
import { nearest } from '../schema/nearest.ts'
import type { SchemaError } from '../schema/validator.ts'

interface Words {
  readonly summary: string
  readonly hint?: string
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  null: 'nothing',
}

const formatNames: Readonly<Record<string, string>> = {
  'date-time': 'a date and time with a zone, such as 2026-12-31T18:00:00Z',
  date: 'a date, such as 2026-12-31',
  email: 'an e-mail address',
  uuid: 'a UUID',
  uri: 'a URI',
  ipv4: 'an IPv4 address',
  ipv6: 'an IPv6 address',
}

/** An error of ajv in words. The value itself is never repeated: it might be a secret. */
export function wording(error: SchemaError, name: string, value: Json | undefined): Words {
  const { keyword, params } = error
  const limit = String(params['limit'])
  switch (keyword) {
    case 'type':
      return typeWords(name, params['type'], value)
    case 'enum':
      return enumWords(name, params['allowedValues'], value)
    case 'const':
      return { summary: `${name} must be ${JSON.stringify(params['allowedValue'])}` }
    case 'format':
      return {
        summary: `${name} must be ${formatNames[String(params['format'])] ?? `of the form ${String(params['format'])}`}`,
      }
    case 'pattern':
      return { summary: `${name} is not of the right form`, hint: `It must match ${String(params['pattern'])}` }
    case 'oneOf':
    case 'anyOf':
      return choiceWords(name, params)
    case 'uniqueItems':
      return {
        summary: `${name} holds the same item twice, ${String(Math.min(Number(params['i']), Number(params['j'])))} and ${String(Math.max(Number(params['i']), Number(params['j'])))}`,
      }
    case 'minLength':
    case 'maxLength':
      return {
        summary: `${name} must have at ${keyword === 'minLength' ? 'least' : 'most'} ${limit} ${count(limit, 'character')}`,
      }
    case 'minItems':
    case 'maxItems':
      return {
        summary: `${name} must have at ${keyword === 'minItems' ? 'least' : 'most'} ${limit} ${count(limit, 'item')}`,
      }
    case 'minProperties':
    case 'maxProperties':
      return {
        summary: `${name} must have at ${keyword === 'minProperties' ? 'least' : 'most'} ${limit} ${count(limit, 'field')}`,
      }
    case 'minimum':
      return { summary: `${name} must be at least ${limit}` }
    case 'maximum':
      return { summary: `${name} must be at most ${limit}` }
    case 'not':
    case 'false schema':
      return { summary: `${name} is not allowed here` }
    default:
      return { summary: `${name} ${error.message ?? 'is not valid'}` }
  }
}

const count = (limit: string, noun: string): string => (limit === '1' ? noun : `${noun}s`)

function typeWords(name: string, types: unknown, value: Json | undefined): Words {
  const list = (Array.isArray(types) ? types : [types]).map(String)
  const summary = `${name} must be ${either(list.map((type) => typeNames[type] ?? type))}, not ${sortOf(value)}`
  const isScalar = typeof value === 'number' || typeof value === 'boolean'
  return list.includes('string') && isScalar ? { summary, hint: 'Put it in quotes' } : { summary }
}

function enumWords(name: string, allowed: unknown, value: Json | undefined): Words {
  const values = Array.isArray(allowed) ? allowed.map((v) => (typeof v === 'string' ? v : JSON.stringify(v))) : []
  const near = typeof value === 'string' ? nearest(value, values) : undefined
  return {
    summary: `${name} must be ${either(values)}`,
    ...(near === undefined ? {} : { hint: `Did you mean ${near}?` }),
  }
}

function choiceWords(name: string, params: Readonly<Record<string, unknown>>): Words {
  const { types, forms } = params
  if (Array.isArray(types) && types.length > 0) {
    return {
      summary: `${name} must be ${either([...new Set(types.flat().map((t) => typeNames[String(t)] ?? String(t)))])}`,
    }
  }
  if (Array.isArray(forms) && forms.length > 0)
    return { summary: `${name} must have ${either([...new Set(forms.map(String))])}` }
  return {
    summary: `${name} matches ${Array.isArray(params['passingSchemas']) ? 'several forms' : 'none of the forms'} that may stand there`,
  }
}

function either(words: readonly string[]): string {
  if (words.length < 2) return words[0] ?? 'something else'
  return words.length === 2 && !words.some((w) => w.includes(' or '))
    ? words.join(' or ')
    : `${words.length > 2 ? 'one of ' : ''}${words.join(', ')}`
}

function sortOf(value: Json | undefined): string {
  if (value === null || value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  return (
    { string: 'text', number: 'a number', boolean: 'true or false', object: 'a map' }[typeof value as string] ?? 'that'
  )
}
