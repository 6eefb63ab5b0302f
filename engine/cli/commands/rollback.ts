import type { Define } from '../context.ts'
import { presentPlan } from '../present-plan.ts'
import { progress } from '../progress.ts'
import { Refusal } from '../run-action.ts'
import { exit } from '../terminal.ts'

interface Options {
  readonly branch?: string
  readonly key?: string
  readonly out?: string
  readonly dryRun?: boolean
  readonly json?: boolean
}

/** `plumbline rollback`: reverts a change on a branch of its own, and plans it. */
export const define: Define = (command, context) => {
  const { terminal } = context
  command
    .argument('<change>', 'number of the change, CHG-2026-00042')
    .option('--branch <name>', 'branch to make (default: rollback/<change>)')
    .option('--key <file>', "your SSH key, to sign the commit (default: git's user.signingkey)")
    .option('-o, --out <file>', 'save the plan')
    .option('--dry-run', 'plan only, leave no branch')
    .option('--json', 'print the plan as JSON')
    .addHelpText(
      'after',
      '\nA rollback is a change like any other: reverted documents, planned, approved, merged, applied. What documents leave open\ncomes back from what was kept on the hosts, if nobody changed it since.\n\nExample:\n  plumbline rollback CHG-2026-00042\n  plumbline approve rollback/chg-2026-00042     (somebody else)\n  git merge --no-ff rollback/chg-2026-00042 && git push\n  plumbline apply',
    )
    .action(async (change: string, options: Options) =>
      context.run(async () => {
        const world = await context.open({
          network: 'must',
          emit: progress(terminal),
          ...(options.key !== undefined && { key: options.key }),
        })
        const { rollback } = await import('../../pipeline/rollback.ts')
        const done = await rollback(world, {
          change,
          dryRun: options.dryRun === true,
          ...(options.branch !== undefined && { branch: options.branch }),
        })
        if ('refused' in done) throw new Refusal(done.refused)
        const { branch } = done
        await presentPlan(world, terminal, done, options, {
          asJson: (plan) => ({ branch, plan }),
          next:
            options.dryRun === true
              ? `plumbline rollback ${change}`
              : `somebody else: plumbline approve ${branch}; then merge it and plumbline apply`,
        })
        return exit.changes
      }, options),
    )
}
