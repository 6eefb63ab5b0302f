import { codes as applyCodes } from '../apply/codes.ts'
import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { ChangeRecord } from '../model/record.ts'
import { codes } from './codes.ts'

const report = reporter(codes)
const reportApply = reporter(applyCodes)

/** What is said of a change that was carried out, beside how many of its actions were applied; nothing where all went well. */
export function applyFindings(record: ChangeRecord, stopped: string | undefined): readonly Diagnostic[] {
  const bad = record.deployment?.results.filter((r) => r.outcome !== 'applied') ?? []
  const why = stopped === undefined ? '' : `; ${stopped}`
  const summary = `${record.id}: ${record.actions.length - bad.length} of ${record.actions.length} actions applied${why}`
  if (record.state === 'implemented')
    return stopped === undefined ? [] : [reportApply('gate-failed', { summary: `${record.id}${why}` })]
  if (record.state === 'paused')
    return [
      report('change-paused', {
        summary: `${summary}; ${record.reasons?.[0] ?? 'paused'}`,
        hint: `plumbline resume ${record.id} goes on with the rest`,
      }),
    ]
  const actions = new Map(record.actions.map((a) => [a.id, a]))
  const lines = bad.map((r) => {
    const action = actions.get(r.id)
    return `${r.outcome}  ${action?.host ?? '?'}  ${action?.resource ?? r.id}${r.detail === undefined ? '' : `  ${r.detail}`}`
  })
  return [report('apply-failed', { summary, ...(lines.length > 0 && { detail: lines.slice(0, 20).join('\n') }) })]
}
