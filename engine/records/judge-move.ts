import { plainMoves, transitionOf } from '../ledger/declared-law.ts'
import type { DeclaredRecord, RecordType } from '../model/declared-record.ts'
import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import { compileRule, evaluate, type Rule } from '../policy/rule.ts'
import { codes } from './codes.ts'

const report = reporter(codes)

/** Who makes a move, as expressions of a type see them. */
export interface MoveActor {
  /** Address of a person; `engine` where an engine acts by itself; else what is known of a stranger: `mail:who@example.org`. */
  readonly name: string
  /** Addresses of teams. */
  readonly teams: readonly string[]
  readonly email?: string
}

/** What `who` and the rules of guards may speak of. */
export const moveVariables = ['actor', 'record', 'before'] as const

/**
 * Why somebody may not make the move that leads from `before` to `after`; undefined where they may. An engine that acts by
 * itself is not asked who it is: it follows reactions and rules that documents gave it. Guards hold for everybody.
 */
export function moveObjection(
  type: RecordType,
  before: DeclaredRecord | undefined,
  after: DeclaredRecord,
  actor: MoveActor,
): Diagnostic | undefined {
  const { name } = after.transition
  if ((plainMoves as readonly string[]).includes(name)) return undefined
  const move = transitionOf(type.spec, name)
  if (move === undefined) return undefined
  const context = { actor, record: seen(after), before: before === undefined ? null : seen(before) }
  const rules = [
    ...(move.who === undefined || actor.name === 'engine'
      ? []
      : [{ rule: move.who, message: `${actor.name} may not ${name} ${after.id}` }]),
    ...(move.guards ?? []),
  ]
  for (const { rule, message } of rules) {
    const compiled = compiledRule(rule, type.name)
    const answer = 'diagnostic' in compiled ? compiled : evaluate(compiled.rule, context)
    if ('diagnostic' in answer)
      return report('record-refused', {
        summary: `${after.id}: ${message} (${answer.diagnostic.summary})`,
        subject: after.id,
      })
    if (!answer.value) return report('record-refused', { summary: `${after.id}: ${message}`, subject: after.id })
  }
  return undefined
}

/** What expressions see of a record. */
const seen = ({ id, type, state, title, openedAt, openedBy, fields, links, log }: DeclaredRecord) => ({
  ...{ id, type, state, title, openedAt, openedBy, fields, links },
  requestedBy: log[0]?.for ?? openedBy,
  comments: log.filter((line) => line.move === 'comment').length,
})

const compiledRules = new Map<string, Rule>()

function compiledRule(source: string, type: string): { readonly rule: Rule } | { readonly diagnostic: Diagnostic } {
  const known = compiledRules.get(source)
  if (known !== undefined) return { rule: known }
  const made = compileRule(source, moveVariables, { subject: `RecordType/${type}` })
  if ('rule' in made) compiledRules.set(source, made.rule)
  return made
}
