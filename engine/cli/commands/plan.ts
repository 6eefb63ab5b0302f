import { Option } from 'commander'
import { hasErrors } from '../../model/diagnostic.ts'
import type { PlanOptions } from '../../pipeline/plan-change.ts'
import type { PlannedRevision } from '../../pipeline/plan-revision.ts'
import type { Define } from '../context.ts'
import { presentPlan } from '../present-plan.ts'
import { progress } from '../progress.ts'
import { repeated } from '../repeated.ts'
import { Refusal } from '../run-action.ts'
import { exit } from '../terminal.ts'
import { wholeNumber } from '../whole-number.ts'

interface Options {
  readonly base?: string
  readonly commit?: string
  readonly host?: string[]
  readonly all?: boolean
  readonly desiredOnly?: boolean
  readonly out?: string
  readonly allowMassDelete?: boolean
  readonly diffLines: number
  readonly json?: boolean
}

/** `plumbline plan`: what would be done, and why. Exit 0 nothing to do, 2 changes, 1 error. */
export const define: Define = (command, context) => {
  const { terminal } = context
  command
    .argument('[revision]', 'branch, tag or commit to plan', 'HEAD')
    .option('--base <rev>', 'what it is to be merged into (default: the branch of the estate)')
    .option('--commit <rev>', 'the same as the argument, for scripts')
    .option('--host <name>', 'only this host; may be given more than once', repeated)
    .option('--all', 'look at every host, not only those that the branch changes')
    .addOption(
      new Option(
        '--desired-only',
        'compare documents alone: look at no host, and take each to be as the base wants it',
      ).conflicts('all'),
    )
    .option('-o, --out <file>', 'save the plan')
    .option('--allow-mass-delete', 'let a plan through that removes a great deal')
    .option('--diff-lines <n>', 'most lines shown of one file', wholeNumber, 12)
    .option('--json', 'print the plan as JSON')
    .addHelpText(
      'after',
      '\nOn a branch, the hosts are planned whose catalogue differs from the base; on the base itself, all of them.\nA saved plan is applied exactly, or refused. One that was made with --desired-only is for reading: nobody can agree to it.\n\nExit status: 0 nothing to do, 2 there are changes, 1 error, or nothing could be seen.\n\nExamples:\n  plumbline plan -o plan.json\n  plumbline plan add-nginx --base main\n  plumbline plan --host web-01 --json\n  plumbline plan --desired-only',
    )
    .action(async (revision: string, options: Options) =>
      context.run(async () => {
        const world = await context.open({ network: 'may', emit: progress(terminal) })
        // Git is asked what the remote has while the rest of the command is loaded.
        const [{ planRevision }] = await Promise.all([import('../../pipeline/plan-revision.ts'), world.repository()])
        const planned = await planRevision(
          world,
          { head: options.commit ?? revision, base: options.base },
          planOptions(options),
        )
        if ('refused' in planned) throw new Refusal(planned.refused)
        await presentPlan(world, terminal, planned, options, {
          diffLines: options.diffLines,
          ...nextStep(planned, options, revision),
        })
        return planStatus(planned.plan)
      }, options),
    )
}

function planOptions(options: Options): PlanOptions {
  return {
    ...(options.desiredOnly === true && { desiredOnly: true }),
    ...(options.host !== undefined && { hosts: options.host }),
    ...(options.all === true && { all: true }),
    ...(options.allowMassDelete === true && { allowMassDelete: true }),
  }
}

/** What to do with it; nothing where it is of some hosts only, for an approval is of everything that a change does. */
function nextStep({ plan, standing }: PlannedRevision, options: Options, revision: string): { next?: string } {
  if (plan.actions.length === 0 || options.host !== undefined || planStatus(plan) === exit.error) return {}
  if (plan.desiredOnly === true)
    return { next: `plumbline plan ${options.commit ?? revision}, where the hosts can be reached` }
  if (standing.holds)
    return { next: plan.subject.base === plan.subject.head ? 'plumbline apply' : 'merge it, then plumbline apply' }
  const named = options.out ?? options.commit ?? revision
  return { next: `somebody else: plumbline approve${named === 'HEAD' ? '' : ` ${named}`}` }
}

/** The exit status that a plan means: 2 where there is something to do, 1 where it is forbidden or something unknown may be amiss. */
export function planStatus(plan: {
  readonly actions: readonly unknown[]
  readonly unknowns: readonly unknown[]
  readonly diagnostics: Parameters<typeof hasErrors>[0]
  readonly verdict: { readonly denials: readonly unknown[] }
}): number {
  if (hasErrors(plan.diagnostics) || plan.verdict.denials.length > 0) return exit.error
  if (plan.actions.length > 0) return exit.changes
  return plan.unknowns.length > 0 ? exit.error : exit.ok
}
