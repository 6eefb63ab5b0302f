import { structuredPatch } from 'diff'
import { escapeControls } from './escape.ts'
import type { Origin } from './plan.ts'
import type { FieldChange } from './resource.ts'

/** One field that changes, as a person reads it; control bytes escaped. `mode  0644 → 0600`. */
export function fieldText(field: FieldChange): string {
  if (field.sensitive === true) return `${field.path}  changes (not shown)`
  return `${field.path}  ${valueText(field.before)} → ${valueText(field.after)}`
}

/** A value in a few words: long texts and digests are cut. */
export function valueText(value: FieldChange['before']): string {
  if (value === undefined) return 'nothing'
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  if (/^sha256:[0-9a-f]{64}$/.test(text)) return `${text.slice(0, 'sha256:'.length + 12)}…`
  return escapeControls(text.length > 80 ? `${text.slice(0, 77)}…` : text)
}

/** The fields of an action that are told by a line each: not those that a line diff shows. */
export function plainFields(fields: readonly FieldChange[]): readonly FieldChange[] {
  const small = fields.filter((f) => f.text === undefined)
  return small.filter((f) => f.path !== 'content' || small.length === fields.length)
}

/** Why an action is in the plan. */
export function causeText({ cause, setBy }: Origin): string {
  const set = setBy === undefined ? '' : `, set by ${setBy.change}`
  return {
    'this-change': 'this change',
    pending: 'merged, not applied yet',
    drift: `drift${set}`,
    both: `this change, and drift${set}`,
    rollback: 'rollback',
  }[cause]
}

/** Lines that differ, each with `-`, `+` or a blank before it; none where finding them would take too long. Not escaped. */
export function lineDiff(text: { readonly before: string; readonly after: string }, context = 0): readonly string[] {
  const patch = structuredPatch('', '', text.before, text.after, '', '', { context, maxEditLength: 2000 })
  return patch?.hunks.flatMap((h) => h.lines.filter((l) => !l.startsWith('\\'))) ?? []
}
