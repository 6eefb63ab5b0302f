import type { Define } from '../context.ts'
import { presentPlan } from '../present-plan.ts'
import { progress } from '../progress.ts'
import { repeated } from '../repeated.ts'
import { Refusal } from '../run-action.ts'
import { planStatus } from './plan.ts'

interface Options {
  readonly host?: string[]
  readonly resource?: string[]
  readonly out?: string
  readonly json?: boolean
}

/** `plumbline drift revert`: plans what brings hosts back to what was applied. */
export const defineRevert: Define = (command, context) => {
  const { terminal } = context
  command
    .description('plan what brings hosts back to what was applied')
    .option('--host <name>', 'only this host; may be given more than once', repeated)
    .option('--resource <id>', 'only this resource (file:/etc/motd); may be given more than once', repeated)
    .option('-o, --out <file>', 'save the plan')
    .option('--json', 'print the plan as JSON')
    .addHelpText(
      'after',
      '\nThe plan holds what drifted and nothing else. It takes the way of every change: somebody approves it, then it is applied.\n\nExample:\n  plumbline drift revert --host web-01 --resource file:/etc/motd -o plan.json\n  plumbline approve plan.json     (somebody else)\n  plumbline apply',
    )
    .action(async () => {
      // Options that `drift` has as well are taken by it, wherever they stand.
      const options = command.optsWithGlobals<Options>()
      await context.run(async () => {
        const world = await context.open({ network: 'may', emit: progress(terminal) })
        const { revertDrift } = await import('../../pipeline/drift-revert.ts')
        const planned = await revertDrift(world, {
          ...(options.host !== undefined && { hosts: options.host }),
          ...(options.resource !== undefined && { resources: options.resource }),
        })
        if ('refused' in planned) throw new Refusal(planned.refused)
        const { plan, standing } = planned
        await presentPlan(world, terminal, planned, options, {
          next: nextStep(standing.holds && standing.counted.length > 0, options.out),
        })
        return planStatus(plan)
      }, options)
    })
}

/** Also where the estate asks for nobody, a record has to say who wanted it. */
function nextStep(agreed: boolean, saved: string | undefined): string {
  if (saved === undefined) return 'save it with -o plan.json, to have it approved'
  return agreed ? `plumbline apply ${saved}` : `somebody else: plumbline approve ${saved}; then plumbline apply`
}
