import { basename, resolve } from 'node:path'
import type { Initialised } from '../../pipeline/init.ts'
import type { Define } from '../context.ts'
import { Refusal } from '../run-action.ts'
import { exit } from '../terminal.ts'

/** `plumbline init`: an estate that validates and plans at once. */
export const define: Define = (command, context) => {
  const { terminal } = context
  command
    .argument('[dir]', 'folder to make', '.')
    .option('--name <name>', 'name of the estate (default: of the folder)')
    .option('--branch <branch>', 'branch that is the desired state', 'main')
    .option('--solo', 'ask nobody for approval; the ledger says so for ever')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nThe ledger starts once two people with keys stand in the documents, since nobody approves what they wrote: run it again\nthen. With --solo it starts at once.\n\nExamples:\n  plumbline init my-estate\n  cd my-estate && plumbline validate && plumbline plan',
    )
    .action(async (dir: string, options: { name?: string; branch: string; solo?: boolean; json?: boolean }) =>
      context.run(async () => {
        const world = await context.open({ directory: dir, estateOptional: true, create: true, network: 'must' })
        const { init } = await import('../../pipeline/init.ts')
        const name = (options.name ?? basename(resolve(world.root)))
          .toLowerCase()
          .replace(/[^a-z0-9.-]+/g, '-')
          .replace(/^[^a-z0-9]+/, '')
        const made = await init(world, {
          name: name === '' ? 'estate' : name,
          branch: options.branch,
          solo: options.solo === true,
        })
        if ('refused' in made) throw new Refusal(made.refused)
        if (options.json === true) terminal.out(`${JSON.stringify(made, null, 2)}\n`)
        else {
          for (const file of made.files) terminal.out(`  ${terminal.colors.green('+')} ${file}\n`)
          terminal.out(`${nextSteps(made)}\n`)
        }
        return exit.ok
      }, options),
    )
}

function nextSteps({ files, ledger, genesis }: Initialised): string {
  if (ledger === 'waiting')
    return [
      '\nThe ledger is not started: nobody approves what they wrote, so it takes two people with keys.',
      'Next: put a second person and your hosts into inventory/, commit, and run plumbline init again.',
    ].join('\n')
  // Where the documents were there already, hosts are described, too.
  const next =
    files.length === 0 ? 'plumbline plan' : 'describe your hosts in inventory/hosts.yaml, commit, plumbline plan'
  return `ledger ${ledger}, rule ${genesis.rule}\n\nNext: ${next}`
}
