import type { RollbackOptions } from '../../pipeline/rollback.ts'
import type { World } from '../../pipeline/world.ts'
import type { Define } from '../context.ts'
import { presentPlan } from '../present-plan.ts'
import { progress } from '../progress.ts'
import { Refusal } from '../run-action.ts'
import { since as moment } from '../since.ts'
import { exit, type Terminal } from '../terminal.ts'

interface Options {
  readonly since?: string
  readonly release?: string
  readonly only?: readonly string[]
  readonly branch?: string
  readonly open?: boolean
  readonly reason?: string
  readonly key?: string
  readonly out?: string
  readonly dryRun?: boolean
  readonly json?: boolean
}

/** `plumbline rollback`: reverts a change on a branch of its own, and plans it. */
export const define: Define = (command, context) => {
  const { terminal } = context
  command
    .argument('[changes...]', 'numbers of changes, CHG-2026-00042')
    .option('--since <date>', 'everything that was merged since then: a date, or a moment in ISO 8601', moment)
    .option('--release <version>', 'every change that a release brought: 1.4.0, or platform/1.4.0')
    .option('--only <what...>', 'only what they did to these documents (Kind/name) or files')
    .option('--branch <name>', 'branch to make (default: rollback/<change>)')
    .option('--open', 'push the branch and open a pull request of it')
    .option('--reason <text>', 'why, for the pull request')
    .option('--key <file>', "your SSH key, to sign the commits (default: git's user.signingkey)")
    .option('-o, --out <file>', 'save the plan')
    .option('--dry-run', 'plan only, leave no branch')
    .option('--json', 'print the plan as JSON')
    .addHelpText(
      'after',
      `
A rollback is a change like any other: reverted documents, planned, approved, merged, applied. What documents leave open
comes back from what was kept on the hosts, if nobody changed it since. The plan says of each thing what can be promised.

Examples:
  plumbline rollback CHG-2026-00042
  plumbline rollback CHG-2026-00042 --only Profile/web       the rest of it stays
  plumbline rollback --since 2026-11-20 --dry-run
  plumbline rollback --release platform/1.4.0
  plumbline rollback CHG-2026-00042 --open --reason 'pages load slowly since'
  plumbline approve rollback/chg-2026-00042                  somebody else
  git merge --no-ff rollback/chg-2026-00042 && git push
  plumbline apply`,
    )
    .action(async (changes: readonly string[], options: Options) => {
      const { since, release } = options
      if ([changes.length > 0, since !== undefined, release !== undefined].filter(Boolean).length !== 1)
        command.error('error: name the changes to take back, or --since a date, or a --release')
      if (options.open === true && options.dryRun === true)
        command.error('error: --open pushes a branch, and --dry-run leaves none')
      await context.run(async () => {
        const world = await context.open({
          network: 'must',
          emit: progress(terminal),
          ...(options.key !== undefined && { key: options.key }),
        })
        const wanted = {
          ...(since !== undefined ? { since } : release !== undefined ? { release } : { changes }),
          ...(options.only !== undefined && { only: options.only }),
          ...(options.branch !== undefined && { branch: options.branch }),
        }
        if (options.open === true) return open(world, terminal, wanted, options)
        const { rollback } = await import('../../pipeline/rollback.ts')
        const done = await rollback(world, { ...wanted, dryRun: options.dryRun === true })
        if ('refused' in done) throw new Refusal(done.refused)
        const { branch } = done
        await presentPlan(world, terminal, done, options, {
          asJson: (plan) => ({ branch, changes: done.changes, plan }),
          next:
            options.dryRun === true
              ? 'the same without --dry-run makes the branch'
              : `somebody else: plumbline approve ${branch}; then merge it and plumbline apply`,
        })
        return exit.changes
      }, options)
    })
}

/** With `--open`: the branch is pushed, and proposed. */
async function open(
  world: World,
  terminal: Terminal,
  wanted: Omit<RollbackOptions, 'dryRun'>,
  options: Options,
): Promise<number> {
  const { proposeRollback } = await import('../../pipeline/proposals/propose-rollback.ts')
  const reason = options.reason === undefined ? {} : { because: options.reason }
  const proposed = await proposeRollback(world, wanted, reason)
  if ('refused' in proposed) throw new Refusal(proposed.refused)
  const { request, before, done } = proposed
  const { number, url, branch } = request
  const next = `somebody else reads and approves ${url}`
  if (done !== undefined)
    await presentPlan(world, terminal, done, options, {
      asJson: (plan) => ({ branch, changes: done.changes, request: { number, url, before }, plan }),
      next,
    })
  else if (options.json === true)
    terminal.out(`${JSON.stringify({ branch, request: { number, url, before } }, null, 2)}\n`)
  else terminal.out(`${before ? 'open already' : 'opened'}: ${url}\nnext  ${next}\n`)
  return exit.changes
}
