import type { ASTNode, Environment } from '@marcbachmann/cel-js'
import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import { linearPattern } from '../schema/linear-pattern.ts'
import { codes } from './codes.ts'
import { CostExceeded, environment, type Meter, meteredEnvironment, type RuleFunction } from './environment.ts'
import { metered } from './meter.ts'

const report = reporter(codes)

/** Where an expression stands, for findings about it. */
export type RulePlace = Pick<Diagnostic, 'file' | 'line' | 'column' | 'subject'>

/** A compiled expression. */
export interface Rule {
  readonly source: string
  readonly place: RulePlace
  readonly run: (context: Readonly<Record<string, unknown>>, cost: number) => unknown
  /** Steps that the last run took. */
  readonly spent: () => number
}

/**
 * Compiles an expression that answers yes or no. `variables` are the names it may use. Evaluation is deterministic: there
 * is no clock, nothing random, nothing outside the context.
 */
export function compileRule(
  source: string,
  variables: readonly string[],
  place: RulePlace = {},
  functions: readonly RuleFunction[] = [],
): { readonly rule: Rule } | { readonly diagnostic: Diagnostic } {
  const meter: Meter = { left: 0 }
  const env = environment(variables, meter, functions)
  const checked = check(env, source)
  if (typeof checked === 'string') return { diagnostic: report('policy-invalid', { ...place, ...explain(checked) }) }
  const program = meteredEnvironment(env, meter).parse(metered(checked))
  let given = 0
  const run: Rule['run'] = (context, cost) => {
    given = cost
    meter.left = cost
    return program({ ...context })
  }
  return { rule: { source, place, run, spent: () => given - meter.left } }
}

/** Steps that one evaluation may take, and all of a rule over the parts of one change. A step is well below a microsecond. */
export const costOfOne = 100_000
export const costOfAll = 5_000_000

/**
 * Evaluates a rule over values of JSON. Every loop turn and every built value costs; over `cost` it is `policy-cost`.
 * An expression that fails (a missing key, say) or answers neither yes nor no is `policy-invalid`: never taken for true or false.
 */
export function evaluate(
  rule: Rule,
  context: Readonly<Record<string, unknown>>,
  cost = costOfOne,
): { readonly value: boolean } | { readonly diagnostic: Diagnostic } {
  try {
    const value = rule.run(context, cost)
    if (typeof value === 'boolean') return { value }
    return {
      diagnostic: report('policy-invalid', { ...rule.place, summary: 'the expression must answer true or false' }),
    }
  } catch (error) {
    if (costs(error)) {
      const summary = `the expression costs more than the ${cost} steps it may`
      return { diagnostic: report('policy-cost', { ...rule.place, summary, detail: rule.source }) }
    }
    const summary = `the expression could not be evaluated: ${summaryOf(error)}`
    return { diagnostic: report('policy-invalid', { ...rule.place, summary, detail: rule.source }) }
  }
}

/** The checked expression, or what is wrong with it, with a caret under the place. */
function check(env: Environment, source: string): ASTNode | string {
  const result = env.check(source)
  if (!result.valid) return result.error?.message ?? 'not a CEL expression'
  if (result.type !== 'bool' && result.type !== 'dyn') {
    return `the expression must answer true or false, not ${result.type ?? 'something else'}`
  }
  const ast = env.parse(source).ast
  return brokenPattern(ast) ?? ast
}

/** Patterns that stand in the expression as text are checked before anything is evaluated. */
function brokenPattern(node: unknown): string | undefined {
  if (Array.isArray(node)) return node.map(brokenPattern).find((found) => found !== undefined)
  if (typeof node !== 'object' || node === null || !('op' in node)) return undefined
  const { op, args } = node as ASTNode
  if (op === 'rcall' && args[0] === 'matches') {
    const [pattern] = args[2] as readonly ASTNode[]
    if (pattern?.op === 'value' && typeof pattern.args === 'string') {
      const result = linearPattern(pattern.args)
      if ('refused' in result) return `pattern ${JSON.stringify(pattern.args)}: ${result.refused}`
    }
  }
  return brokenPattern(args)
}

function explain(message: string): { summary: string; detail?: string } {
  const [summary = message, ...detail] = message.split('\n')
  const rest = detail.join('\n').replace(/^\n+|\s+$/g, '')
  return { summary, ...(rest === '' ? {} : { detail: rest }) }
}

const summaryOf = (error: unknown): string =>
  error instanceof Error
    ? (('summary' in error ? String(error.summary) : error.message).split('\n')[0] ?? '')
    : 'it failed'

/** True where an evaluation ended because it cost too much. */
export function costs(error: unknown): boolean {
  return error instanceof CostExceeded || (error instanceof Error && error.cause !== undefined && costs(error.cause))
}
