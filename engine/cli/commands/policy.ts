import type { CommandContext, Define } from '../context.ts'
import { progress } from '../progress.ts'
import { Refusal } from '../run-action.ts'
import { exit } from '../terminal.ts'
import { diagnosticsText } from '../views/diagnostics-text.ts'
import { policyReplayText, policyTestsText } from '../views/policy-text.ts'

interface TestOptions {
  readonly from?: string
  readonly json?: boolean
}

interface ReplayOptions extends TestOptions {
  readonly since?: string
  readonly policy?: string
}

/** `plumbline policy test` and `plumbline policy replay`. */
export const define: Define = (command, context) => {
  command.addHelpText('after', '\nExamples:\n  plumbline policy test\n  plumbline policy replay --since 2026-07-01')
  command
    .command('test')
    .description('run the examples that change policies carry with them')
    .argument('[names...]', 'policies; all where none is named')
    .option('--from <rev>', 'policies of a commit instead of the working folder')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nAn example stands below spec.tests of a ChangePolicy: a change of a document or an action, and what the policy is to say of\nit. Fails (exit 1) where one does not hold.\n\nExamples:\n  plumbline policy test\n  plumbline policy test keys-of-people --json',
    )
    .action(async (names: readonly string[], options: TestOptions) =>
      context.run(() => test(context, names, options), options),
    )
  command
    .command('replay')
    .description('say what the policies would have decided about past changes')
    .option('--since <date>', 'changes opened since then (default: 90 days ago)')
    .option('--policy <name>', 'only what this policy says')
    .option('--from <rev>', 'policies of a commit instead of the working folder')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nEach change is judged over its own base and merge result, once by the policies of its base and once by the new ones. Nothing\nis written, and no host is looked at.\n\nExamples:\n  plumbline policy replay --since 2026-07-01\n  plumbline policy replay --policy databases-in-production --from stricter-databases',
    )
    .action(async (options: ReplayOptions) => context.run(() => replay(context, options), options))
}

async function test({ terminal, open }: CommandContext, names: readonly string[], options: TestOptions) {
  const world = await open({ network: 'no' })
  const { policyTest } = await import('../../pipeline/policy-test.ts')
  const tests = await policyTest(world, { names, ...(options.from !== undefined && { from: options.from }) })
  if ('refused' in tests) throw new Refusal(tests.refused)
  if (options.json === true) terminal.out(`${JSON.stringify(tests, null, 2)}\n`)
  else terminal.out(policyTestsText(tests, terminal.colors))
  return tests.diagnostics.length > 0 ? exit.error : exit.ok
}

async function replay({ terminal, open }: CommandContext, options: ReplayOptions) {
  const world = await open({ network: 'may', emit: progress(terminal) })
  const { policyReplay } = await import('../../pipeline/policy-replay.ts')
  const { json, ...asked } = options
  const replayed = await policyReplay(world, asked)
  if ('refused' in replayed) throw new Refusal(replayed.refused)
  if (json === true) terminal.out(`${JSON.stringify(replayed, null, 2)}\n`)
  else {
    terminal.err(diagnosticsText(replayed.diagnostics, terminal.colors))
    terminal.out(policyReplayText(replayed, terminal.colors))
  }
  return exit.ok
}
