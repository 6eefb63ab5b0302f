import type { StepResult } from '../../knowledge/judge-step.ts'
import type { DeclaredRecord } from '../../model/declared-record.ts'
import type { Json } from '../../model/document.ts'
import { escapeControls } from '../../model/escape.ts'
import type { PreparedRun, RunOptions } from '../../pipeline/knowledge/prepare-run.ts'
import type { RunPurpose, RunReader } from '../../pipeline/knowledge/run-runbook.ts'
import type { CommandContext, Define } from '../context.ts'
import { handHere } from '../hand-here.ts'
import { keyOption } from '../key-option.ts'
import { repeated } from '../repeated.ts'
import { Refusal } from '../run-action.ts'
import { exit } from '../terminal.ts'
import { columns } from '../views/columns.ts'
import { runbookText, runPlanText, stepResultText } from '../views/runbook-text.ts'

/** `plumbline runbook`: runbooks are listed, read and run. */
export const define: Define = (command, context) => {
  defineList(command.command('list'), context)
  defineShow(command.command('show'), context)
  defineRun(command.command('run'), context)
  defineResume(command.command('resume'), context)
}

const unmerged = [
  '--unmerged',
  'as the working folder has it, though nobody agreed to it; only at your own keyboard',
] as const

const defineList: Define = (command, context) => {
  const { terminal } = context
  command
    .description('list runbooks')
    .option('--service <service>', 'those of one service, those with steps first')
    .option('--incident <number>', 'those of the service that an incident is about')
    .option('--json', 'print JSON')
    .action(async (options: { service?: string; incident?: string; json?: boolean }) =>
      context.run(async () => {
        const world = await context.open({})
        const [{ expectRunbook, knowledgeEstate, runbooksIn }, { runbooksOf, serviceOf }] = await Promise.all([
          import('../../pipeline/knowledge/find-runbook.ts'),
          import('../../pipeline/knowledge/search-knowledge.ts'),
        ])
        const { graph } = await knowledgeEstate(world)
        const { incident } = options
        const service = incident === undefined ? options.service : await serviceOf(world, 'incident', incident)
        const all =
          service === undefined
            ? runbooksIn(graph)
            : runbooksOf(graph, service).map(({ address }) => expectRunbook(graph, address))
        const data = all.map(({ name, spec, document }) => ({
          ...{ name, title: spec.title, file: document.file, owner: document.document.metadata.owner ?? null },
          ...{ status: spec.status ?? 'current', services: spec.services ?? [], review: spec.review ?? null },
          steps: (spec.steps ?? []).map((s) => s.name),
        }))
        if (options.json === true) terminal.out(`${JSON.stringify({ runbooks: data }, null, 2)}\n`)
        else if (data.length === 0) terminal.out('there are no runbooks on the target branch\n')
        else {
          const rows = data.map((r) => [
            r.name,
            `${r.steps.length} steps`,
            r.owner ?? '–',
            r.review ?? '–',
            escapeControls(r.title),
          ])
          terminal.out(`${columns(rows).join('\n')}\n`)
        }
        return exit.ok
      }, options),
    )
}

const defineShow: Define = (command, context) => {
  const { terminal } = context
  command
    .description('show a runbook: what it wants to be told, and its steps')
    .argument('<name>', 'its name')
    .option(...unmerged)
    .option('--json', 'print JSON')
    .action(async (name: string, options: { unmerged?: boolean; json?: boolean }) =>
      context.run(async () => {
        const world = await context.open({})
        const { expectRunbook, knowledgeEstate } = await import('../../pipeline/knowledge/find-runbook.ts')
        const { graph } = await knowledgeEstate(world, options.unmerged)
        const runbook = expectRunbook(graph, name)
        const { document, spec } = runbook
        if (options.json === true)
          terminal.out(`${JSON.stringify({ name: runbook.name, file: document.file, ...spec }, null, 2)}\n`)
        else terminal.out(runbookText(runbook, terminal.colors))
        return exit.ok
      }, options),
    )
}

interface Options {
  readonly host?: readonly string[]
  readonly input?: readonly string[]
  readonly step?: readonly string[]
  readonly from?: string
  readonly yes?: boolean
  readonly incident?: string
  readonly request?: string
  readonly dryRun?: boolean
  readonly unmerged?: boolean
  readonly local?: boolean
  readonly again?: boolean
  readonly key?: string
  readonly json?: boolean
}

const defineRun: Define = (command, context) => {
  command
    .description('run the steps of a runbook on hosts, and write down what came of them')
    .argument('<name>', 'its name')
    .option('--host <host>', 'on this host alone (again for more)', repeated)
    .option('--input <name=value>', 'what it wants to be told (again for more)', repeated)
    .option('--step <step>', 'this step alone (again for more)', repeated)
    .option('--from <step>', 'from this step on')
    .option('--yes', 'confirm every step that wants it')
    .option('--incident <number>', 'it is run for this incident')
    .option('--request <number>', 'it is run for this request')
    .option('--dry-run', 'show what would be run, and where')
    .option('--local', 'let steps that are for this machine run on it')
    .option(...unmerged)
    .option(...keyOption)
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nWhat is merged on the target branch is run. Inputs reach a step as its environment: INPUT_NAME.\n\nExit status: 0 every step was done, 1 one failed or was refused.\n\nExamples:\n  plumbline runbook run restart-checkout --incident INC-2026-00042\n  plumbline runbook run restart-checkout --host web-01 --dry-run',
    )
    .action(async (name: string, options: Options) => context.run(() => runOne(context, name, options), options))
}

const defineResume: Define = (command, context) => {
  command
    .description('go on with a run that broke off or failed')
    .argument('<number>', 'number of the run, RUN-2026-00042')
    .option('--input <name=value>', 'an input that is not kept (again for more)', repeated)
    .option('--yes', 'confirm every step that wants it')
    .option('--again', 'run the step once more that was under way when it broke off')
    .option('--local', 'let steps that are for this machine run on it')
    .option(...unmerged)
    .option(...keyOption)
    .option('--json', 'print JSON')
    .action(async (id: string, options: Options) => context.run(() => resumeOne(context, id, options), options))
}

async function runOne(context: CommandContext, name: string, options: Options): Promise<number> {
  const { terminal } = context
  const { world, hand, prepareRun, beginRun, runSteps } = await opened(context, options)
  const { step, from } = options
  const prepared = await prepareRun(world, hand, name, {
    ...asked(options),
    ...(step !== undefined && { steps: step }),
    ...(from !== undefined && { from }),
  })
  if (options.dryRun === true) {
    if (options.json === true)
      terminal.out(`${JSON.stringify({ runbook: prepared.runbook.name, steps: prepared.steps }, null, 2)}\n`)
    else terminal.out(runPlanText(prepared, terminal.colors))
    return exit.ok
  }
  expectConfirmable(context, prepared, options)
  const record = await beginRun(world, hand, prepared, purposeOf(options))
  return follow(context, prepared, record, options, () =>
    runSteps(world, hand, prepared, record, reader(context, options)),
  )
}

async function resumeOne(context: CommandContext, id: string, options: Options): Promise<number> {
  const { world, hand, prepareRun, resumeRun, runSteps } = await opened(context, options)
  const prepare = (record: DeclaredRecord): Promise<PreparedRun> => {
    const { runbook, steps, hosts, inputs } = record.fields
    const kept = Object.entries((inputs ?? {}) as Readonly<Record<string, Json>>).filter(([, value]) => value !== '***')
    const own = asked(options)
    const named = Object.values((hosts ?? {}) as Readonly<Record<string, readonly string[]>>).flat()
    return prepareRun(world, hand, String(runbook), {
      ...own,
      inputs: { ...Object.fromEntries(kept), ...own.inputs },
      steps: (steps ?? []) as readonly string[],
      hosts: [...new Set(named)].filter((host) => !host.startsWith('(')),
    })
  }
  const { run, record } = await resumeRun(world, hand, prepare, { id, again: options.again === true })
  expectConfirmable(context, run, options)
  return follow(context, run, record, options, () => runSteps(world, hand, run, record, reader(context, options)))
}

async function opened({ open }: CommandContext, { key }: Options) {
  const world = await open({ network: 'must', ...(key !== undefined && { key }) })
  const [{ prepareRun }, { beginRun, resumeRun, runSteps }] = await Promise.all([
    import('../../pipeline/knowledge/prepare-run.ts'),
    import('../../pipeline/knowledge/run-runbook.ts'),
  ])
  const hand = await handHere(world)
  return { world, hand, prepareRun, beginRun, resumeRun, runSteps }
}

const asked = ({ host, input = [], unmerged: isUnmerged, local }: Options): RunOptions => ({
  inputs: Object.fromEntries(
    input.map((text) => {
      const at = text.indexOf('=')
      return at < 1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
    }),
  ),
  ...(host !== undefined && { hosts: host }),
  ...(isUnmerged !== undefined && { unmerged: isUnmerged }),
  ...(local !== undefined && { local }),
})

function purposeOf({ incident, request }: Options): RunPurpose | undefined {
  if (incident !== undefined) return { type: 'incident', id: incident }
  return request === undefined ? undefined : { type: 'request', id: request }
}

/** Nobody to ask: better not begun than left in the middle. */
function expectConfirmable({ terminal }: CommandContext, { steps }: PreparedRun, { yes }: Options): void {
  const wanting = steps.find((s) => s.step.confirm !== undefined)
  if (wanting === undefined || yes === true || (terminal.interactive && terminal.prompter !== undefined)) return
  throw new Refusal([
    {
      ...{ code: 'runbook-refused', severity: 'error' },
      summary: `the step ${wanting.step.name} wants to be confirmed, and nobody can be asked here`,
      hint: 'run it at a terminal, or confirm every step with --yes',
    },
  ])
}

function reader({ terminal }: CommandContext, { yes, json }: Options): RunReader {
  const say = (text: string): void => (json === true ? terminal.err(text) : terminal.out(text))
  return {
    confirm: async ({ step, hosts }) => {
      if (yes === true) return true
      const prompter = await terminal.prompter?.()
      const question = step.confirm === undefined || step.confirm === '' ? `Run ${step.name}?` : step.confirm
      return (
        (await prompter?.confirm({ message: `${escapeControls(question)} (${step.name} on ${hosts.join(', ')})` })) ===
        true
      )
    },
    begun: ({ step, hosts }) => say(`${terminal.colors.bold(step.name)} on ${hosts.join(', ')}\n`),
    result: (result: StepResult) => say(stepResultText(result, terminal.colors)),
  }
}

async function follow(
  { terminal }: CommandContext,
  { steps }: PreparedRun,
  { id }: DeclaredRecord,
  { json }: Options,
  run: () => Promise<DeclaredRecord>,
): Promise<number> {
  if (json !== true) terminal.out(`${id}\n`)
  const record = await run()
  if (json === true) terminal.out(`${JSON.stringify(record, null, 2)}\n`)
  if (record.state === 'succeeded') {
    if (json !== true) terminal.out(`${id} succeeded\n`)
    return exit.ok
  }
  const inverses = steps
    .filter((s) => s.step.undo !== undefined)
    .map((s) => `${s.step.name} is taken back by --step ${s.step.undo}`)
  terminal.err(
    [`${id} ${record.state}; plumbline runbook resume ${id} goes on with it`, ...inverses]
      .map((l) => `${l}\n`)
      .join(''),
  )
  return exit.error
}
