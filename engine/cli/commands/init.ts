import { basename, resolve } from 'node:path'
import { Option } from 'commander'
import { estateFile } from '../../pipeline/estate-file.ts'
import type { Initialised } from '../../pipeline/init.ts'
import type { Define } from '../context.ts'
import { Refusal } from '../run-action.ts'
import { exit } from '../terminal.ts'
import { githubText } from '../views/github-text.ts'

interface Options {
  readonly name?: string
  readonly branch: string
  readonly solo?: boolean
  readonly github?: boolean
  readonly comments?: boolean
  readonly json?: boolean
}

/** `plumbline init`: an estate that validates and plans at once. */
export const define: Define = (command, context) => {
  const { terminal } = context
  command
    .argument('[dir]', 'folder to make', '.')
    .option('--name <name>', 'name of the estate (default: of the folder)')
    .option('--branch <branch>', 'branch that is the desired state', 'main')
    .option('--solo', 'ask nobody for approval; the ledger says so for ever')
    .option('--github', 'write workflows for GitHub as well: in an estate that is there already, those that it lacks')
    .addOption(
      new Option(
        '--comments',
        'with --github: a workflow that does what comments on pull requests ask for, too',
      ).implies({
        github: true,
      }),
    )
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nThe ledger starts once two people with keys stand in the documents, since nobody approves what they wrote: run it again\nthen. With --solo it starts at once.\n\nExamples:\n  plumbline init my-estate\n  cd my-estate && plumbline validate && plumbline plan\n  plumbline init --github                 in an estate: docs/guides/github.md goes on from there',
    )
    .action(async (dir: string, options: Options) =>
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
          ...(options.github === true && { github: { comments: options.comments === true } }),
        })
        if ('refused' in made) throw new Refusal(made.refused)
        if (options.json === true) terminal.out(`${JSON.stringify(made, null, 2)}\n`)
        else {
          for (const file of made.files) terminal.out(`  ${terminal.colors.green('+')} ${file}\n`)
          if (made.github !== undefined) terminal.out(githubText(made.github, terminal.colors))
          terminal.out(`${nextSteps(made)}\n`)
        }
        return exit.ok
      }, options),
    )
}

function nextSteps({ files, ledger, genesis, github }: Initialised): string {
  if (ledger === 'waiting')
    return [
      '\nThe ledger is not started: nobody approves what they wrote, so it takes two people with keys.',
      'Next: put a second person and your hosts into inventory/, commit, and run plumbline init again.',
    ].join('\n')
  // Where the documents were there already, hosts are described, too.
  const fresh = files.includes(estateFile)
  if (github !== undefined && !fresh)
    return `ledger ${ledger}, rule ${genesis.rule}\n\nNext: commit what was written, and propose it in a pull request`
  const next = !fresh ? 'plumbline plan' : 'describe your hosts in inventory/hosts.yaml, commit, plumbline plan'
  return `ledger ${ledger}, rule ${genesis.rule}\n\nNext: ${next}`
}
