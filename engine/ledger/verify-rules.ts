import type { ChangeRecord } from '../model/record.ts'
import type { LedgerWalk } from './verify-walk.ts'

/**
 * Why a change may not have been merged with the rules it brings or stands on; undefined where it may. Who may agree to what is read
 * from documents that were agreed to: an unapproved merge that changes them makes the commit before it the judge, until they are as they were.
 * An approved merge in between has to bring them back, whatever else it does.
 */
export async function rulesFault(
  walk: LedgerWalk,
  before: ChangeRecord | undefined,
  { id, state, merge, automatic }: ChangeRecord,
): Promise<string | undefined> {
  const { question, rules } = walk
  if (merge === undefined || before?.merge !== undefined || automatic === true) return undefined
  if (walk.genesis?.rule === 'solo') return undefined
  // What the branch does not hold is a finding of its own.
  if (!(await question.isOnMain(merge.base)) || !(await question.isOnMain(merge.commit))) return undefined
  const approved = state !== 'unapproved'
  if (rules === undefined && (approved || merge.commit === merge.base))
    return merge.rules === undefined
      ? undefined
      : `it says that ${merge.rules} judged it, and nothing speaks against its base`
  const changed = await question.rulesChanged(rules?.commit ?? merge.base, merge.commit)
  if (approved && rules !== undefined && changed.length > 0)
    return `it is ${state}, and has ${changed.slice(0, 3).join(', ')} as ${rules.change} brought them, which nobody approved`
  if (approved && merge.commit !== merge.base && merge.rules !== rules?.commit)
    return `it was judged by documents of ${merge.base} that nobody approved`
  if (merge.commit === merge.base) return undefined
  walk.rules = changed.length === 0 ? undefined : (rules ?? { commit: merge.base, change: id, merge: merge.commit })
  return undefined
}
