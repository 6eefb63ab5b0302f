import type { Define } from '../context.ts'
import { Refusal } from '../run-action.ts'
import { exit } from '../terminal.ts'

/** `plumbline explain`: what a kind or a field means, from its schema. */
export const define: Define = (command, context) => {
  const { terminal } = context
  command
    .argument('<what>', 'a kind or one of its fields: Host, Host.ssh.port, Profile.resources.file.mode')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExamples:\n  plumbline explain Host\n  plumbline explain AccessGrant.expires')
    .action(async (what: string, options: { json?: boolean }) =>
      context.run(async () => {
        const world = await context.open({ estateOptional: true })
        const { explain } = await import('../../pipeline/explain.ts')
        const explained = await explain(world, what)
        if ('refused' in explained) throw new Refusal(explained.refused)
        terminal.out(options.json === true ? `${JSON.stringify(explained.json, null, 2)}\n` : explained.text)
        return exit.ok
      }, options),
    )
}
