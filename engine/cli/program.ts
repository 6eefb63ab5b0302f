import { type Command, CommanderError } from 'commander'
import type { CommandContext, Define, Surroundings } from './context.ts'
import { HelpfulCommand } from './helpful-command.ts'
import { exit } from './terminal.ts'

interface Entry {
  readonly summary: string
  readonly load: () => Promise<{ readonly define: Define }>
}

/** The commands for a type of record that comes with the engine. */
function record(type: string, summary: string): Entry {
  return { summary, load: async () => ({ define: (await import('./commands/record-type.ts')).forTypeNamed(type) }) }
}

/** Commands under headings, in the order in which a newcomer meets them. A module is loaded when its command is called, so that starting costs little. */
const sections: Readonly<Record<string, Readonly<Record<string, Entry>>>> = {
  'Begin:': {
    init: { summary: 'make an estate repository of your own', load: () => import('./commands/init.ts') },
    import: {
      summary: 'write documents for running hosts, and prove that their plan is empty',
      load: () => import('./commands/import.ts'),
    },
    'host-key': {
      summary: "fetch a host's public keys, to be compared and pinned",
      load: () => import('./commands/host-key.ts'),
    },
    demo: {
      summary: 'tell the whole story in a scratch folder, with simulated hosts',
      load: () => import('./commands/demo.ts'),
    },
  },
  'Describe and check:': {
    validate: { summary: 'check every document of the estate', load: () => import('./commands/validate.ts') },
    get: { summary: 'list documents, or print one', load: () => import('./commands/get.ts') },
    graph: {
      summary: 'show how documents refer to each other, and what a change reaches',
      load: () => import('./commands/graph.ts'),
    },
    explain: { summary: 'explain a kind or one of its fields', load: () => import('./commands/explain.ts') },
    report: {
      summary: 'show what is computed over the estate: racks, power, availability, contracts',
      load: () => import('./commands/report.ts'),
    },
    access: {
      summary: 'tell who gets where, what somebody has, and why',
      load: () => import('./commands/access.ts'),
    },
    'what-if': {
      summary: 'lose a site, a feed, a host: which services are down, and why',
      load: () => import('./commands/what-if.ts'),
    },
    rack: { summary: 'show what stands in racks, with elevations', load: () => import('./commands/rack.ts') },
    'stock-take': {
      summary: 'compare what was seen in rooms and racks with the assets in the documents',
      load: () => import('./commands/stock-take.ts'),
    },
    address: {
      summary: 'give documents the next free address, prefix or VLAN number, and keep it for them',
      load: () => import('./commands/address.ts'),
    },
    policy: {
      summary: "run the policies' own examples, or ask what they would have said of past changes",
      load: () => import('./commands/policy.ts'),
    },
    schemas: { summary: 'write schemas for your editor', load: () => import('./commands/schemas.ts') },
    secret: { summary: 'keep secrets in the estate, encrypted', load: () => import('./commands/secret.ts') },
  },
  'Change hosts:': {
    plan: { summary: 'show what a branch would do to the hosts, and why', load: () => import('./commands/plan.ts') },
    approve: { summary: 'sign that a plan may be applied', load: () => import('./commands/approve.ts') },
    schedule: { summary: 'give an approved change its time', load: () => import('./commands/schedule.ts') },
    calendar: {
      summary: 'show when windows open, what is frozen, and which changes have their time',
      load: () => import('./commands/calendar.ts'),
    },
    apply: { summary: 'apply what was merged and approved, in waves', load: () => import('./commands/apply.ts') },
    'break-glass': {
      summary: 'let a change through in an emergency, and answer for it',
      load: () => import('./commands/break-glass.ts'),
    },
    review: { summary: 'look back at a change that you had no hand in', load: () => import('./commands/review.ts') },
    close: { summary: 'say that nothing is left to be done about a change', load: () => import('./commands/close.ts') },
    release: {
      summary: 'number what is merged, and promote it from stage to stage',
      load: () => import('./commands/release.ts'),
    },
    pause: { summary: 'have an apply stop after its wave', load: () => import('./commands/pause.ts') },
    resume: { summary: 'go on with a change that is paused', load: () => import('./commands/resume.ts') },
    rollback: { summary: 'take a change back, as a new change', load: () => import('./commands/rollback.ts') },
  },
  'Records of what happens:': {
    desk: {
      summary: 'say what you need, and see what is waiting for whom',
      load: () => import('./commands/desk.ts'),
    },
    question: record('question', 'ask what you want to know, and answer others'),
    catalog: { summary: 'list what can be asked for', load: () => import('./commands/catalog.ts') },
    request: {
      summary: 'ask for something, and follow what becomes of it',
      load: () => import('./commands/request.ts'),
    },
    incident: {
      summary: 'tell of incidents, and bring back what does not work',
      load: () => import('./commands/incident.ts'),
    },
    problem: {
      summary: 'find out what lies behind incidents, until it is gone',
      load: () => import('./commands/problem.ts'),
    },
    'status-page': {
      summary: 'write a page that tells everybody how services are',
      load: () => import('./commands/status-page.ts'),
    },
    'on-call': { summary: 'show who is called when something is wrong', load: () => import('./commands/on-call.ts') },
    event: {
      summary: 'take events, and show what fails and what is made of it',
      load: () => import('./commands/event.ts'),
    },
    mail: { summary: 'take the mail that comes to the desk', load: () => import('./commands/mail.ts') },
    'design-review': record('design-review', 'have the design of a service looked at by others'),
    'strategy-review': record('strategy-review', 'decide what a service is there for, and whether it goes on'),
    'supplier-review': record('supplier-review', 'look at how a supplier does what the contract says'),
    exercise: record('exercise', 'lose something on purpose, and see how long it takes to be back'),
    maintenance: record('maintenance', 'announce and follow work on halls and what stands in them'),
    visit: record('visit', 'announce people from outside, let them in and see them out'),
    'emergency-access': record('emergency-access', 'answer for a sealed way in that was used'),
    'access-review': record('access-review', 'list reviews of access; plumbline access review begins and decides them'),
    runbook: { summary: 'read runbooks, and run their steps on hosts', load: () => import('./commands/runbook.ts') },
    'runbook-run': record('runbook-run', 'look at runs of runbooks, and end them'),
    knowledge: {
      summary: 'find runbooks and articles, and say what you think of them',
      load: () => import('./commands/knowledge.ts'),
    },
    feedback: record('feedback', 'see what people say of runbooks and articles'),
    work: {
      summary: 'look after what follows from records and from time',
      load: () => import('./commands/work.ts'),
    },
  },
  'On a forge:': {
    ci: {
      summary: 'plan pull requests, record merges and apply them, as a job',
      load: () => import('./commands/ci.ts'),
    },
    serve: {
      summary: 'take webhooks: plan, record and answer comments as they come',
      load: () => import('./commands/serve.ts'),
    },
    'pull-request': {
      summary: 'list, show and open pull requests, where no pages show them',
      load: () => import('./commands/pull-request.ts'),
    },
    doctor: {
      summary: "check the repository's settings and this machine, and say what to fix",
      load: () => import('./commands/doctor.ts'),
    },
  },
  'Look at hosts:': {
    drift: { summary: 'show where hosts moved away from what was applied', load: () => import('./commands/drift.ts') },
    watch: { summary: 'look at hosts again and again, and tell what moves', load: () => import('./commands/watch.ts') },
    facts: {
      summary: 'show what hosts are made of: hardware, addresses, packages, keys',
      load: () => import('./commands/facts.ts'),
    },
    device: {
      summary: 'compare network devices with their golden configuration',
      load: () => import('./commands/device.ts'),
    },
    observe: {
      summary: 'look at hosts and keep a snapshot of what is there',
      load: () => import('./commands/observe.ts'),
    },
    export: {
      summary: 'write what hosts are made of for other tools',
      load: () => import('./commands/export.ts'),
    },
    query: { summary: 'ask tables of what is wanted and what is there', load: () => import('./commands/query.ts') },
  },
  'Look back:': {
    log: { summary: 'list changes, newest first', load: () => import('./commands/log.ts') },
    show: { summary: 'show one change with its approvals and results', load: () => import('./commands/show.ts') },
    blame: {
      summary: 'tell who put a setting on a host, and whether it is still so',
      load: () => import('./commands/blame.ts'),
    },
    'as-of': { summary: 'run a command as of a date, a commit or a change', load: () => import('./commands/as-of.ts') },
    baseline: { summary: 'record how the estate stands, under a name', load: () => import('./commands/baseline.ts') },
    diff: { summary: 'compare two baselines, dates or commits', load: () => import('./commands/diff.ts') },
    audit: {
      summary: 'verify the ledger, and write reports for an auditor',
      load: () => import('./commands/audit.ts'),
    },
    dora: {
      summary: 'tell the four figures of delivery: frequency, lead time, failures, restoring',
      load: () => import('./commands/dora.ts'),
    },
  },
}

export const commands: Readonly<Record<string, Entry>> = Object.assign({}, ...Object.values(sections))

/** Builds the program with the modules of the commands named; the others are known by name and summary only. */
export async function buildProgram(context: CommandContext, wanted: readonly string[]): Promise<Command> {
  const { terminal } = context
  const width = (): number => terminal.width
  const output = { writeOut: terminal.out, writeErr: terminal.err, getOutHelpWidth: width, getErrHelpWidth: width }
  const program = new HelpfulCommand('plumbline', terminal.width)
    .description(
      'Configuration management for IT operations as code: how far is the estate off true, who put it there, and how to bring it back.',
    )
    .version(context.version, '-V, --version', 'print the version')
    .option('-C, --directory <dir>', 'work as if started in this folder')
    .option('--no-color', 'no colour (as does NO_COLOR)')
    .helpOption('-h, --help', 'show help')
    .showSuggestionAfterError(true)
    .enablePositionalOptions(false)
    .exitOverride()
    .configureOutput(output)
    .addHelpText(
      'after',
      '\nA first look:\n  plumbline demo                 the whole story with simulated hosts\n  plumbline init my-estate       an estate of your own\n  plumbline validate && plumbline plan\n\nExit status: 0 nothing to do, 2 there are changes, 1 error, 64 wrong use, 130 interrupted.',
    )
  for (const [heading, section] of Object.entries(sections))
    for (const [name, entry] of Object.entries(section)) {
      const command = program.command(name).description(entry.summary).helpGroup(heading).exitOverride()
      command.configureOutput(output)
      if (wanted.includes(name)) await (await entry.load()).define(command, context)
    }
  const [unknown] = wanted
  if (unknown !== undefined && /^[a-z]/.test(unknown) && !Object.hasOwn(commands, unknown)) {
    const { defineOwnType } = await import('./commands/record-type.ts')
    const command = program.createCommand(unknown).exitOverride()
    command.configureOutput(output)
    if (await defineOwnType(unknown, command, context)) program.addCommand(command)
  }
  return program
}

const completion = { summary: 'print a completion script for your shell', heading: 'Begin:' }

/** The script for the shell, and the hidden command that it asks what may come next. */
async function addCompletion(program: Command): Promise<void> {
  const { default: tab } = await import('@bomb.sh/tab/commander')
  tab(program, { completionCommandName: 'completion' })
  program.commands
    .find((c) => c.name() === 'completion')
    ?.description(completion.summary)
    .helpGroup(completion.heading)
}

/** The first word, which names the command; before it stand options of the program, of which -C has a value. */
function commandIn(argv: readonly string[]): string | undefined {
  const first = argv.find((word, i) => !word.startsWith('-') && argv[i - 1] !== '-C' && argv[i - 1] !== '--directory')
  return first !== undefined && !helpWords.has(first) ? first : undefined
}

const helpWords: ReadonlySet<string> = new Set(['help', 'completion', 'complete'])

/** Parses the arguments, runs the command they name and returns the exit status. */
export async function runProgram(argv: readonly string[], base: Surroundings): Promise<number> {
  let status: number = exit.ok
  const context: CommandContext = {
    ...base,
    runProgram,
    run: async (action, options) => {
      const { runAction } = await import('./run-action.ts')
      status = await runAction(action, base.terminal, options.json === true)
    },
  }
  const completing = argv[0] === 'complete' || argv[0] === 'completion'
  const first = commandIn(argv)
  const named = completing ? Object.keys(commands) : first === undefined ? [] : [first]
  const program = await buildProgram(context, named)
  if (completing) await addCompletion(program)
  else program.command('completion').description(completion.summary).helpGroup(completion.heading)
  if (argv.length === 0) {
    program.outputHelp()
    return exit.usage
  }
  try {
    await program.parseAsync([...argv], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return error.exitCode === 0 ? exit.ok : exit.usage
  }
  return status
}
