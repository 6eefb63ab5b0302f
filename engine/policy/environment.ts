import { Environment } from '@marcbachmann/cel-js'
import { type LinearPattern, linearPattern } from '../schema/linear-pattern.ts'
import { matchFunction, meterFunction } from './meter.ts'

/** Thrown out of an evaluation that costs too much. */
export class CostExceeded extends Error {}

/** What an evaluation may still cost. */
export interface Meter {
  left: number
}

/** A function that an expression may call, beside CEL's own: `versionBelow(string, string): bool`. Pure, and quick. */
export interface RuleFunction {
  readonly signature: string
  readonly call: (...values: never[]) => unknown
}

/** The names and functions that rules see: CEL's own, numbers of JSON and whole numbers mixed freely, and a few texts. */
export function environment(
  variables: readonly string[],
  meter: Meter,
  functions: readonly RuleFunction[] = [],
): Environment {
  const env = new Environment({
    unlistedVariablesAreDyn: false,
    homogeneousAggregateLiterals: false,
    limits: { maxAstNodes: 2_000, maxDepth: 64, maxListElements: 500, maxMapEntries: 500 },
  })
  mixedNumbers(env)
  env.registerFunction('string.replace(string, string): string', (text: string, from: string, to: string) =>
    charge(
      meter,
      text.replaceAll(from, () => to),
    ),
  )
  env.registerFunction('string.charAt(int): string', (text: string, at: bigint) => text.charAt(Number(at)))
  for (const { signature, call } of functions)
    env.registerFunction(signature, (...values: never[]) => charge(meter, call(...values)))
  for (const variable of variables) env.registerVariable(variable, 'dyn')
  return env
}

/** The same, with the functions that a metered expression calls and no rule may. */
export function meteredEnvironment(env: Environment, meter: Meter): Environment {
  return env
    .clone()
    .registerFunction(`${meterFunction}(dyn): dyn`, (value: unknown) => charge(meter, value))
    .registerFunction(`${matchFunction}(dyn, dyn): bool`, matcher(meter))
}

/** JSON's numbers are doubles; `port + 1` has an int on its right. */
function mixedNumbers(env: Environment): void {
  const operators: Record<string, (a: number, b: number) => number> = {
    '+': (a, b) => a + b,
    '-': (a, b) => a - b,
    '*': (a, b) => a * b,
    '/': (a, b) => a / b,
    '%': (a, b) => a % b,
  }
  for (const [sign, compute] of Object.entries(operators)) {
    env.registerOperator(`double ${sign} int`, (a: number, b: bigint) => compute(a, Number(b)))
    env.registerOperator(`int ${sign} double`, (a: bigint, b: number) => compute(Number(a), b))
  }
  env.registerOperator('double % double', (a: number, b: number) => a % b)
}

function charge<Value>(meter: Meter, value: Value): Value {
  spend(meter, typeof value === 'string' ? value.length / 64 : Array.isArray(value) ? value.length / 8 : 0)
  return value
}

function spend(meter: Meter, steps: number): void {
  meter.left -= 1 + steps
  if (meter.left < 0) throw new CostExceeded('the expression costs too much')
}

/** The function behind `matches`: compiles each pattern once. */
function matcher(meter: Meter): (text: unknown, source: unknown) => boolean {
  const compiled = new Map<string, LinearPattern>()
  return (text, source) => {
    if (typeof text !== 'string' || typeof source !== 'string') throw new Error('matches() wants two texts')
    spend(meter, (text.length * source.length) / 64)
    const known = compiled.get(source)
    if (known !== undefined) return known.test(text)
    const result = linearPattern(source)
    if ('refused' in result) throw new Error(`pattern ${JSON.stringify(source)}: ${result.refused}`)
    compiled.set(source, result.pattern)
    return result.pattern.test(text)
  }
}
