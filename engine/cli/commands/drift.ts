import type { Define } from '../context.ts'
import { progress } from '../progress.ts'
import { repeated } from '../repeated.ts'
import { Refusal } from '../run-action.ts'
import { planText } from '../views/plan-text.ts'
import { planStatus } from './plan.ts'

interface Options {
  readonly host?: string[]
  readonly json?: boolean
}

/** `plumbline drift`: where hosts are off what was applied, and who put the intended value there. */
export const define: Define = (command, context) => {
  const { terminal } = context
  command
    .option('--host <name>', 'only this host; may be given more than once', repeated)
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nCompares every host with what is merged. To bring a host back, approve the plan of the branch and apply it;\nto keep what is there, change the documents.\n\nExit status: 0 no drift, 2 drift, 1 something could not be seen.\n\nExamples:\n  plumbline drift\n  plumbline drift --host web-01 --json',
    )
    .action(async (options: Options) =>
      context.run(async () => {
        const world = await context.open({ network: 'may', emit: progress(terminal) })
        const { planDrift } = await import('../../pipeline/plan-revision.ts')
        const planned = await planDrift(world, options.host === undefined ? {} : { hosts: options.host })
        if ('refused' in planned) throw new Refusal(planned.refused)
        const { plan } = planned
        if (options.json === true) terminal.out(`${JSON.stringify(plan, null, 2)}\n`)
        else
          terminal.out(
            planText(plan, {
              colors: terminal.colors,
              width: terminal.width,
              approvals: [],
              ...(plan.actions.length > 0 && { next: 'plumbline approve main && plumbline apply, to bring it back' }),
            }),
          )
        return planStatus(plan)
      }, options),
    )
}
