import { type Address, nameOf } from '../../model/address.ts'
import { compareText } from '../../model/diagnostic.ts'
import type { LoadedDocument } from '../../model/document.ts'
import type { Graph } from '../../model/graph.ts'
import { specOf } from '../../model/practice.ts'
import { compileRule, evaluate, type Rule } from '../../policy/rule.ts'
import type { Happening } from './happening.ts'

/** What a `NotificationRule` says; its schema is `schemas/records/NotificationRule.yaml`. */
export interface NotificationRuleSpec {
  readonly types?: readonly string[]
  readonly moves?: readonly string[]
  readonly states?: readonly string[]
  readonly priorities?: readonly string[]
  /** CEL over `ruleVariables`. */
  readonly when?: string
  readonly to?: WhoIsTold
  readonly by: { readonly mail?: true; readonly webhook?: string; readonly forge?: true }
  readonly template?: { readonly subject?: string; readonly text?: string }
  readonly digest?: 'hourly' | 'daily'
  readonly hours?: string
  readonly urgent?: readonly string[]
}

export interface WhoIsTold {
  readonly people?: readonly string[]
  readonly teams?: readonly string[]
  readonly roles?: readonly ('assignee' | 'requester' | 'team' | 'watchers' | 'on-call' | 'paged')[]
  readonly strangers?: boolean
}

export interface NotificationRule {
  readonly name: string
  readonly spec: NotificationRuleSpec
}

export const ruleVariables = ['record', 'move', 'before'] as const

/** By name, so that the same rule comes first every time. */
export const rulesOf = (graph: Graph): readonly NotificationRule[] =>
  graph
    .ofKind('NotificationRule')
    .map((document: LoadedDocument) => ({
      name: nameOf(document.address as Address),
      spec: specOf<NotificationRuleSpec>(document),
    }))
    .sort((a, b) => compareText(a.name, b.name))

/** How people are paged where no rule of the estate says it: nobody is to be called without hearing of it. */
export const usualPage: NotificationRule = {
  name: 'usual-page',
  spec: { moves: ['page'], to: { roles: ['paged'] }, by: { mail: true } },
}

/** Whether a rule is about what happened. An expression that can't be evaluated holds for nothing. */
export function isAbout({ name, spec }: NotificationRule, happening: Happening): boolean {
  const { types, moves, states, priorities, when } = spec
  const { type, move, state, priority } = happening
  if (types !== undefined && !types.includes(type)) return false
  if (moves === undefined ? move.name === 'link' : !moves.includes(move.name)) return false
  if (states !== undefined && !states.includes(state)) return false
  if (priorities !== undefined && !priorities.includes(priority ?? '')) return false
  return when === undefined || holds(when, name, happening)
}

const compiled = new Map<string, Rule>()

function holds(source: string, name: string, happening: Happening): boolean {
  const known = compiled.get(source) ?? compile(source, name)
  if (known === undefined) return false
  const { id, type, state, title, fields, priority, links, move, before } = happening
  const record = { id, type, state, title, fields, priority: priority ?? '', links }
  const answer = evaluate(known, { record, move: { ...move, text: move.text ?? '', via: move.via ?? '' }, before })
  return 'value' in answer && answer.value
}

function compile(source: string, name: string): Rule | undefined {
  const made = compileRule(source, ruleVariables, { subject: `NotificationRule/${name}` })
  if (!('rule' in made)) return undefined
  compiled.set(source, made.rule)
  return made.rule
}
