import { type Diagnostic, hasErrors } from '../../model/diagnostic.ts'
import { RepositoryError } from '../../ports/repository.ts'
import { ciApply } from '../ci/apply.ts'
import { ciMerge } from '../ci/merge.ts'
import { ciPlan, type RequestPlanned } from '../ci/plan.ts'
import { ciPlanQueued } from '../ci/plan-queued.ts'
import type { Telling } from '../ci/plan-request.ts'
import { answerComment } from '../comment-commands/answer-comment.ts'
import { takeIssue } from '../issues/take-issue.ts'
import { isPassing } from '../passing-trouble.ts'
import { workOnce } from '../work/work.ts'
import type { World } from '../world.ts'
import type { Task } from './task.ts'
import type { TaskEnd } from './work-off.ts'

export interface TaskOptions extends Telling {
  /** What is merged and approved is applied at once. */
  readonly apply: boolean
  /** It won't be tried again. */
  readonly last: boolean
  /** Something more is to be looked after. */
  readonly further: (task: Task) => void
}

/** Looks after one task, in a world of its own. What may pass is thrown, to be tried again. */
export async function runTask(world: World, task: Task, options: TaskOptions): Promise<TaskEnd> {
  try {
    const ended = await run(world, task, options)
    // Whatever it came to, it may have been cut short; and done twice it is as good as once.
    return world.stopping() && task.kind !== 'comment' ? { ...ended, interrupted: true } : ended
  } catch (error) {
    if (!(error instanceof RepositoryError) || isPassing(error)) throw error
    return { outcome: 'refused', code: error.code }
  }
}

async function run(world: World, task: Task, options: TaskOptions): Promise<TaskEnd> {
  const { apply: _, last, further: __, ...telling } = options
  switch (task.kind) {
    case 'plan':
      return planEnd(await ciPlan(world, { ...telling, wanted: { request: task.request } }))
    case 'plan-commit':
      return planEnd(await ciPlan(world, { ...telling, wanted: { commit: task.commit } }))
    case 'plan-open':
      return planEnd(await ciPlan(world, { ...telling, wanted: { open: true } }))
    case 'queued':
      return planEnd([await ciPlanQueued(world, task, telling)])
    case 'comment': {
      const { outcome, command, findings, error } = await answerComment(world, task, { ...telling, last })
      if (error !== undefined) throw error
      const what = command === undefined ? outcome : `${command}-${outcome}`
      return end(what, findings, outcome === 'interrupted')
    }
    case 'issue':
      return { outcome: await takeIssue(world, task.request) }
    case 'record':
      return record(world, options)
    case 'work':
      return { outcome: Object.values(await workOnce(world)).some((count) => count > 0) ? 'worked' : 'nothing' }
  }
}

async function record(world: World, { apply, last: _, further, ...telling }: TaskOptions): Promise<TaskEnd> {
  const merged = await ciMerge(world, telling)
  if (merged.outdated.length > 0) further({ kind: 'plan-open' })
  if (!apply) return end('recorded', merged.diagnostics)
  const applied = await ciApply(world, telling)
  const findings = [...merged.diagnostics, ...applied.diagnostics, ...applied.untold]
  return end(applied.applied.length > 0 ? 'applied' : 'recorded', findings)
}

function planEnd(planned: readonly RequestPlanned[]): TaskEnd {
  const [first, ...others] = planned
  if (first === undefined) return { outcome: 'passed-over' }
  const findings = planned.flatMap((p) => p.diagnostics)
  return end(others.length === 0 ? first.outcome : 'planned', findings)
}

function end(outcome: string, findings: readonly Diagnostic[], interrupted = false): TaskEnd {
  const wrong = hasErrors(findings) ? findings.find((d) => d.severity === 'error') : undefined
  return {
    outcome,
    ...(wrong !== undefined && { code: wrong.code }),
    ...(interrupted && { interrupted }),
  }
}
