/** Says what is wrong with a value, or undefined. `at` is the way to it, for the message. */
export type Check = (value: unknown, at: string) => string | undefined

const firstFault = (faults: Iterable<string | undefined>): string | undefined => {
  for (const fault of faults) if (fault !== undefined) return fault
  return undefined
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** An object with these fields and no others. */
export function object(
  required: Readonly<Record<string, Check>>,
  optional: Readonly<Record<string, Check>> = {},
): Check {
  return (value, at) => {
    if (!isMap(value)) return `${at || 'the record'} is no object`
    const missing = Object.keys(required).find((name) => value[name] === undefined)
    if (missing !== undefined) return `${at}${at && '.'}${missing} is missing`
    return firstFault(
      Object.entries(value).map(([name, field]) => {
        const check = Object.hasOwn(required, name)
          ? required[name]
          : Object.hasOwn(optional, name)
            ? optional[name]
            : undefined
        const place = `${at}${at && '.'}${name}`
        return check === undefined ? `${place} is unknown` : check(field, place)
      }),
    )
  }
}

/** An object of any names, each with the same sort of value. */
export function mapOf(check: Check): Check {
  return (value, at) =>
    isMap(value)
      ? firstFault(Object.entries(value).map(([name, field]) => check(field, `${at}.${name}`)))
      : `${at} is no object`
}

export function listOf(check: Check): Check {
  return (value, at) =>
    Array.isArray(value) ? firstFault(value.map((item: unknown, i) => check(item, `${at}[${i}]`))) : `${at} is no list`
}

export function text(pattern: RegExp): Check {
  return (value, at) =>
    typeof value === 'string' && pattern.test(value) ? undefined : `${at} is not what it should be`
}

export function oneOf(...values: readonly unknown[]): Check {
  return (value, at) => (values.includes(value) ? undefined : `${at} is none of ${values.join(', ')}`)
}

export const count: Check = (value, at) =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? undefined : `${at} is no whole number`

export const anything: Check = () => undefined
