import type { Define } from '../context.ts'
import { progress } from '../progress.ts'
import { repeated } from '../repeated.ts'
import { Refusal } from '../run-action.ts'
import { driftText } from '../views/drift-text.ts'
import { defineAdopt } from './drift-adopt.ts'
import { defineRevert } from './drift-revert.ts'
import { planStatus } from './plan.ts'

interface Options {
  readonly host?: string[]
  readonly record?: boolean
  readonly json?: boolean
}

/** `plumbline drift`: where hosts are off what was applied, who put the intended value there, and how it came to be off. */
export const define: Define = (command, context) => {
  const { terminal } = context
  command
    .option('--host <name>', 'only this host; may be given more than once', repeated)
    .option('--record', 'write what no change record knows into the ledger: what a schedule runs')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nCompares every host with what is merged. What is off was not applied yet, was made outside, or nobody can tell; a host\nthat is off is asked what it knows: times of files, the log of its packages, who was logged in.\n\nExit status: 0 no drift, 2 drift, 1 something could not be seen.\n\nExamples:\n  plumbline drift\n  plumbline drift --host web-01 --json\n  plumbline drift revert --host web-01 -o plan.json\n  plumbline drift adopt --host web-01 --resource file:/etc/motd',
    )
    .action(async (options: Options) =>
      context.run(async () => {
        const recorded = options.record === true
        const world = await context.open({ network: recorded ? 'must' : 'may', emit: progress(terminal) })
        const hosts = options.host === undefined ? {} : { hosts: options.host }
        const { findDrift } = await import('../../pipeline/drift.ts')
        const drifted = await findDrift(world, hosts)
        if ('refused' in drifted) throw new Refusal(drifted.refused)
        const { plan } = drifted
        const { recordUnauthorised } = await import('../../pipeline/unauthorised.ts')
        const findings = recorded
          ? await recordUnauthorised(world, drifted, { allHosts: options.host === undefined })
          : drifted.findings
        if (options.json === true) terminal.out(`${JSON.stringify({ ...plan, findings }, null, 2)}\n`)
        else terminal.out(driftText(plan, findings, { colors: terminal.colors, width: terminal.width }))
        return planStatus(plan)
      }, options),
    )
  defineRevert(command.command('revert'), context)
  defineAdopt(command.command('adopt'), context)
}
