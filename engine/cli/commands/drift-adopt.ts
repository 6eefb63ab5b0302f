import type { Diagnostic } from '../../model/diagnostic.ts'
import { escapeControls } from '../../model/escape.ts'
import type { Adopted, AdoptOptions } from '../../pipeline/drift-adopt.ts'
import type { World } from '../../pipeline/world.ts'
import type { CommandContext, Define } from '../context.ts'
import { progress } from '../progress.ts'
import { repeated } from '../repeated.ts'
import { Refusal } from '../run-action.ts'
import { exit } from '../terminal.ts'
import { columns, count } from '../views/columns.ts'

interface Options {
  readonly host?: string[]
  readonly resource?: string[]
  readonly branch?: string
  readonly message?: string
  readonly open?: boolean
  readonly reason?: string
  readonly key?: string
  readonly absent?: boolean
  readonly everywhere?: boolean
  readonly json?: boolean
}

/** `plumbline drift adopt`: writes what hosts have into the documents, on a branch. */
export const defineAdopt: Define = (command, context) => {
  command
    .description('write what is there into the documents, on a branch')
    .option('--host <name>', 'only this host; may be given more than once', repeated)
    .option('--resource <id>', 'only this resource (file:/etc/motd); may be given more than once', repeated)
    .option('--branch <name>', 'branch to make (default: adopt/HOST-RESOURCE-DATE)')
    .option('-m, --message <text>', 'first line of the commit message')
    .option('--open', 'push the branch and open a pull request of it')
    .option('--reason <text>', 'why, for the pull request')
    .option('--key <file>', "your SSH key, to sign the commit (default: git's user.signingkey)")
    .option('--absent', 'ask for what is gone to be absent, instead of no longer speaking of it')
    .option('--everywhere', 'also where other hosts get it from the same place, and change')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nEdits the documents that declare it, in place: comments and formatting stay. Your working folder is not touched. What a\ntemplate makes can not be adopted.\n\nExample:\n  plumbline drift adopt --host web-01 --resource file:/etc/motd\n  plumbline plan adopt/web-01-file-etc-motd-2026-11-22\n  plumbline approve adopt/web-01-file-etc-motd-2026-11-22     (somebody else)\n  git merge --no-ff adopt/web-01-file-etc-motd-2026-11-22 && git push\n  plumbline apply',
    )
    .action(async () => {
      // Options that `drift` has as well are taken by it, wherever they stand.
      const options = command.optsWithGlobals<Options>()
      await context.run(() => adopt(options, context), options)
    })
}

async function adopt(options: Options, { open, terminal }: CommandContext): Promise<number> {
  const world = await open({
    network: 'must',
    emit: progress(terminal),
    ...(options.key !== undefined && { key: options.key }),
  })
  const wanted = {
    ...(options.host !== undefined && { hosts: options.host }),
    ...(options.resource !== undefined && { resources: options.resource }),
    ...(options.branch !== undefined && { branch: options.branch }),
    ...(options.message !== undefined && { message: options.message }),
    absent: options.absent === true,
    everywhere: options.everywhere === true,
  }
  const done = options.open === true ? await proposed(world, wanted, options.reason) : await onBranch(world, wanted)
  if ('refused' in done) throw new Refusal(done.refused)
  const { branch, commit, files, adopted, plan, request } = done
  terminal.out(
    options.json === true
      ? `${JSON.stringify({ branch, commit, files, adopted, ...(request !== undefined && { request }), plan }, null, 2)}\n`
      : adoptedText(done, (text) => terminal.colors.dim(text)),
  )
  return exit.ok
}

type Done = Adopted & { readonly request?: { readonly number: number; readonly url: string } }
type Refused = { readonly refused: readonly Diagnostic[] }

async function onBranch(world: World, wanted: AdoptOptions): Promise<Done | Refused> {
  const { adoptDrift } = await import('../../pipeline/drift-adopt.ts')
  return adoptDrift(world, wanted)
}

async function proposed(world: World, wanted: AdoptOptions, reason: string | undefined): Promise<Done | Refused> {
  const { proposeAdoption } = await import('../../pipeline/proposals/propose-adoption.ts')
  const done = await proposeAdoption(world, wanted, reason === undefined ? {} : { because: reason })
  if ('refused' in done) return done
  const { number, url } = done.request
  return { ...done, request: { number, url } }
}

function adoptedText(
  { branch, commit, files, adopted, plan, standing, request }: Done,
  dim: (text: string) => string,
): string {
  const left = plan.actions.length
  const rows = [
    ...adopted.map(({ host, resource }, i) => [i === 0 ? 'adopted' : '', escapeControls(`${host} ${resource}`)]),
    ...files.map((file, i) => [i === 0 ? 'changed' : '', escapeControls(file)]),
    ['branch', `${branch} (commit ${commit.slice(0, 12)})`],
    [
      'plan',
      left === 0 ? 'nothing to do once it is merged' : `${count(left, 'change')}, none of them to what was adopted`,
    ],
    ...(request === undefined
      ? [
          ['next', `plumbline plan ${branch}`],
          ...(standing.holds ? [] : [['', `somebody else: plumbline approve ${branch}`]]),
          ['', `git merge --no-ff ${branch}, or a pull request; then plumbline apply`],
        ]
      : [['next', `somebody else reads and approves ${request.url}`]]),
  ]
  return `${columns(rows, { paint: (cell, i) => (i === 0 ? dim(cell) : cell) }).join('\n')}\n`
}
