import { join } from 'node:path'
import { InvalidArgumentError, Option } from 'commander'
import { type Diagnostic, hasErrors } from '../../model/diagnostic.ts'
import type { RequestPlanned, Wanted } from '../../pipeline/ci/plan.ts'
import type { Telling } from '../../pipeline/ci/plan-request.ts'
import type { EventHint } from '../../pipeline/ci/read-event.ts'
import type { World } from '../../pipeline/world.ts'
import type { CommandContext, Define } from '../context.ts'
import { openJob } from '../open-job.ts'
import { Refusal } from '../run-action.ts'
import { exit, type Terminal } from '../terminal.ts'
import { jsonOf } from '../views/ci-json.ts'
import { ciPlanText } from '../views/ci-text.ts'
import { count } from '../views/columns.ts'
import { diagnosticsText } from '../views/diagnostics-text.ts'
import { wholeNumber } from '../whole-number.ts'
import { planStatus } from './plan.ts'

interface Options {
  readonly request?: number
  readonly commit?: string
  readonly open?: boolean
  readonly out?: string
  readonly desiredOnly?: boolean
  readonly json?: boolean
}

/** `plumbline ci plan`: plans pull requests and says so on each. Exit 0 where the plan is sound, changes or none; 1 where it is not. */
export const definePlan: Define = (command, context) => {
  command
    .description('plan a pull request, and keep its comment and its checks')
    .addOption(
      new Option('--request <number>', 'this pull request').argParser(wholeNumber).conflicts(['commit', 'open']),
    )
    .addOption(
      new Option('--commit <id>', 'pull requests whose newest commit this is').argParser(commitId).conflicts('open'),
    )
    .option('--open', 'all that are open and were not planned as things are now')
    .option('--out <folder>', 'write plan.json, plan.md, findings.sarif and junit.xml there')
    .option('--desired-only', 'compare documents alone: look at no host')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Needs no key of the engine, and writes no record. Where nothing is named, the event that started the job says which pull
request is meant; what it says beside is not relied on. Pull requests from forks, and jobs without a key to log in to hosts
with, are planned from documents alone, and told so.

Exit status: 0 the plan is sound, whether or not it changes anything, 1 it is not, or could not be told.

Examples:
  plumbline ci plan
  plumbline ci plan --request 42 --out plan
  plumbline ci plan --open        after something was merged`,
    )
    .action(async (options: Options) => context.run(async () => run(context, options), options))
}

async function run(context: CommandContext, options: Options): Promise<number> {
  const job = await openJob(context, options)
  const { world, surroundings, terminal } = job
  const { env } = context.terminal
  const desiredOnly = options.desiredOnly === true ? 'that was asked for' : surroundings.blind
  const telling: Telling = { links: surroundings.links, ...(desiredOnly !== undefined && { desiredOnly }) }
  const planned = await planMeant(world, await whatIsMeant(world, options, env), telling)
  const told = planned.flatMap((p) => (p.told === undefined ? [] : [{ number: p.number, told: p.told }]))
  const { artifactsOf } = await import('../../pipeline/ci/artifacts.ts')
  for (const { number, told: one } of told) {
    const files = await artifactsOf(one)
    const folder = options.out === undefined || told.length === 1 ? options.out : join(options.out, String(number))
    if (folder !== undefined) await world.writeFiles(folder, files)
    // GitHub shows no summary at all that is too long: of several, a line of each has to do.
    await job.summarize(told.length === 1 ? (files.get('plan.md') ?? '') : `- #${number}: ${verdictOf(one)}\n`)
  }
  await job.output(outputsOf(planned))
  const { colors } = terminal
  terminal.out(
    options.json === true
      ? `${JSON.stringify({ requests: planned.map(jsonOf) }, null, 2)}\n`
      : ciPlanText(planned, colors),
  )
  if (options.json !== true) terminal.err(diagnosticsText(planned.flatMap(findingsOf), colors))
  return planned.every((p) => statusOf(p) === exit.ok) ? exit.ok : exit.error
}

/** Which pull request is meant: by the command line, else by the event that started the job. */
async function whatIsMeant(
  world: World,
  { request, commit, open }: Options,
  env: Terminal['env'],
): Promise<Wanted | NonNullable<EventHint['queued']>> {
  if (request !== undefined) return { request }
  if (commit !== undefined) return { commit }
  if (open === true) return { open: true }
  const { hintOf } = await import('../../pipeline/ci/surroundings.ts')
  const hint = await hintOf(env, world.readIfThere)
  if ('code' in hint) throw new Refusal([hint])
  if (hint.queued !== undefined) return hint.queued
  if (hint.request !== undefined) return { request: hint.request }
  const { nobodyMeant } = await import('../../pipeline/ci/requests.ts')
  throw new Refusal([nobodyMeant])
}

async function planMeant(
  world: World,
  meant: Wanted | NonNullable<EventHint['queued']>,
  telling: Telling,
): Promise<readonly RequestPlanned[]> {
  if ('base' in meant)
    return [await (await import('../../pipeline/ci/plan-queued.ts')).ciPlanQueued(world, meant, telling)]
  const { ciPlan } = await import('../../pipeline/ci/plan.ts')
  return ciPlan(world, { ...telling, wanted: meant })
}

function statusOf({ told, diagnostics }: RequestPlanned): number {
  if (hasErrors(diagnostics)) return exit.error
  if (told === undefined) return exit.ok
  if ('refused' in told || hasErrors(told.findings)) return exit.error
  // In a pull request, changes are what one came for.
  return planStatus(told.plan) === exit.error ? exit.error : exit.ok
}

const verdictOf = (told: NonNullable<RequestPlanned['told']>): string =>
  'refused' in told ? 'could not be planned' : `${count(told.plan.actions.length, 'change')}`

const findingsOf = ({ told, diagnostics }: RequestPlanned): readonly Diagnostic[] => [
  ...diagnostics,
  ...(told === undefined
    ? []
    : 'refused' in told
      ? told.refused
      : [...told.plan.verdict.denials, ...told.plan.diagnostics]),
]

/** What later steps of a job may want to know; of several pull requests, their numbers alone. */
function outputsOf(planned: readonly RequestPlanned[]): Readonly<Record<string, string>> {
  const [first, ...others] = planned
  const requests = planned.map((p) => p.number).join(' ')
  if (first === undefined || others.length > 0) return { requests }
  const { told, shown, number, head, outcome } = first
  const plan = told === undefined || 'refused' in told ? undefined : told.plan
  const check = shown?.checks.find((c) => c.name === 'plumbline/plan')
  return {
    requests,
    request: String(number),
    head,
    outcome,
    verdict: check?.conclusion ?? '',
    digest: plan?.subject.plan ?? '',
    changes: plan === undefined ? '' : String(plan.actions.length),
    approved: told === undefined || 'refused' in told ? '' : String(told.standing.holds),
    'comment-url': shown?.comment?.url ?? '',
  }
}

/** A full object id, as workflows have it. */
function commitId(text: string): string {
  if (!/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text)) throw new InvalidArgumentError('It takes a full commit id.')
  return text
}
