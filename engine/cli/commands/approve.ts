import { Option } from 'commander'
import type { World } from '../../pipeline/world.ts'
import type { Define } from '../context.ts'
import { keyOption } from '../key-option.ts'
import { progress } from '../progress.ts'
import { Refusal } from '../run-action.ts'
import { exit, type Terminal } from '../terminal.ts'
import { approvalLines } from '../views/approvals-text.ts'
import { count } from '../views/columns.ts'
import { diagnosticsText } from '../views/diagnostics-text.ts'
import { planText } from '../views/plan-text.ts'

interface Options {
  readonly base?: string
  readonly key?: string
  readonly comment?: string
  readonly reject?: boolean
  readonly allowMassDelete?: boolean
  readonly fromForge?: string
  readonly json?: boolean
}

/** `plumbline approve`: plans again, shows it, signs it with the approver's own key, and records it. */
export const define: Define = (command, context) => {
  const { terminal } = context
  command
    .argument('[plan]', 'a saved plan, or a branch, tag or commit', 'HEAD')
    .option('--base <rev>', 'what it is to be merged into (default: the branch of the estate)')
    .option(...keyOption)
    .option('-m, --comment <text>', 'a word to the record')
    .option('--reject', 'sign that it must not be applied')
    .option('--allow-mass-delete', 'agree to a plan that removes a great deal')
    .addOption(
      new Option(
        '--from-forge <file>',
        'record what reviews on a forge say, as a file that CI wrote tells; signed by the engine',
      ).conflicts(['reject', 'comment', 'key']),
    )
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nWhat is signed is exact: repository, base, head, tree, patch, plan and policies. Nobody can approve what they wrote,\nand an approval does not hold for anything that changed since.\n\nExamples:\n  plumbline approve add-nginx\n  plumbline approve plan.json --key ~/.ssh/id_ed25519 -m "read with Noor"\n  plumbline approve HEAD --from-forge facts.json',
    )
    .action(async (subject: string, options: Options) =>
      context.run(async () => {
        const world = await context.open({
          network: 'must',
          emit: progress(terminal),
          ...(options.key !== undefined && { key: options.key }),
          ...(options.fromForge !== undefined && { reviews: { file: options.fromForge } }),
        })
        if (options.fromForge !== undefined) return approveReviews(world, subject, options, terminal)
        const { approve } = await import('../../pipeline/approve.ts')
        const { readSavedPlan } = await import('../../pipeline/saved-plan.ts')
        const saved = await readSavedPlan(world, subject)
        const done = await approve(world, {
          ...(saved === undefined ? { head: subject } : { saved }),
          base: options.base,
          decision: options.reject === true ? 'reject' : 'approve',
          ...(options.comment !== undefined && { comment: options.comment }),
          ...(options.allowMassDelete === true && { allowMassDelete: true }),
        })
        if ('refused' in done) throw new Refusal(done.refused)
        const { plan, record, standing, approver, findings } = done
        if (options.json === true) {
          terminal.out(
            `${JSON.stringify({ change: record.id, approver, holds: standing.holds, plan: plan.subject }, null, 2)}\n`,
          )
          return exit.ok
        }
        terminal.out(
          planText(plan, { colors: terminal.colors, width: terminal.width, approvals: approvalLines(standing, plan) }),
        )
        terminal.err(diagnosticsText(findings, terminal.colors))
        const { base, head } = plan.subject
        const outcome =
          options.reject === true
            ? `rejected by ${approver}. It is not applied unless they approve it later.`
            : `approved by ${approver}. ${nextStep(standing.holds, base === head)}`
        terminal.out(`\n${terminal.colors.bold(record.id)} ${outcome}\n`)
        return exit.ok
      }, options),
    )
}

async function approveReviews(world: World, head: string, options: Options, terminal: Terminal): Promise<number> {
  const pipeline = await import('../../pipeline/approve-reviews.ts')
  const done = await pipeline.approveReviews(world, {
    head,
    base: options.base,
    ...(options.allowMassDelete === true && { allowMassDelete: true }),
  })
  if ('refused' in done) throw new Refusal(done.refused)
  const { plan, record, standing, findings, noted } = done
  if (options.json === true) {
    const { holds, counted } = standing
    const answer = { change: record.id, state: record.state, noted, holds, counted, plan: plan.subject, findings }
    terminal.out(`${JSON.stringify(answer, null, 2)}\n`)
    return exit.ok
  }
  const { colors, width } = terminal
  terminal.out(planText(plan, { colors, width, approvals: approvalLines(standing, plan) }))
  terminal.err(diagnosticsText(findings, colors))
  const next = record.state === 'rejected' ? 'It is rejected.' : nextStep(standing.holds, false)
  terminal.out(`\n${colors.bold(record.id)} ${count(noted, 'review', 'reviews')} recorded. ${next}\n`)
  return exit.ok
}

function nextStep(holds: boolean, nothingToMerge: boolean): string {
  if (!holds) return 'It needs more before it can be applied.'
  return nothingToMerge ? 'Next: plumbline apply' : 'Next: merge the branch, then plumbline apply'
}
