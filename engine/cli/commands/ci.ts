import type { Define } from '../context.ts'
import { defineApply } from './ci-apply.ts'
import { defineComment } from './ci-comment.ts'
import { defineDrift } from './ci-drift.ts'
import { defineMerge } from './ci-merge.ts'
import { definePlan } from './ci-plan.ts'

/** `plumbline ci`: what workflows on a forge call. */
export const define: Define = (command, context) => {
  command.addHelpText(
    'after',
    `
Pull requests are told what they would do, merges get their records, and what is approved is applied. Each of these can be run
again, and twice at once: what is there already stays as it is. GITHUB_TOKEN is the token for the forge.

Examples:
  plumbline ci plan --request 42
  plumbline ci plan --open
  plumbline ci merge && plumbline ci apply
  plumbline ci drift`,
  )
  definePlan(command.command('plan'), context)
  defineMerge(command.command('merge'), context)
  defineApply(command.command('apply'), context)
  defineDrift(command.command('drift'), context)
  defineComment(command.command('comment'), context)
}
