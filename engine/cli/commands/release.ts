import { Option } from 'commander'
import type { CommandContext, Define } from '../context.ts'
import { presentPlan } from '../present-plan.ts'
import { progress } from '../progress.ts'
import { Refusal } from '../run-action.ts'
import { exit } from '../terminal.ts'

interface Json {
  readonly json?: boolean
}

type Sub = Parameters<Define>[0]

/** `plumbline release`: numbered states of the target branch, and how they get from stage to stage. */
export const define: Define = (command, context) => {
  command.addHelpText(
    'after',
    '\nA release is a commit of the target branch with a number, notes and a signed tag. Environments follow the branch, or a\nrelease: promoting one is a change like any other, which moves that line.\n\nExamples:\n  plumbline release cut\n  plumbline release promote 1.4.0 --to production\n  plumbline release diff 1.3.0 1.4.0',
  )
  defineCut(command.command('cut'), context)
  defineList(command.command('list'), context)
  defineShow(command.command('show'), context)
  defineDiff(command.command('diff'), context)
  definePromote(command.command('promote'), context)
  defineGate(command.command('gate'), context)
  defineWithdraw(command.command('withdraw'), context)
}

function defineCut(command: Sub, context: CommandContext): void {
  const { terminal } = context
  command
    .description('give the newest commit of the target branch a number')
    .argument('[pipeline]', 'whose numbers; may be left out where there is one')
    .option('--number <version>', 'this number (again, where only its tag is missing)')
    .addOption(
      new Option('--bump <what>', 'instead of what the changes come to')
        .choices(['major', 'minor', 'patch'])
        .conflicts('number'),
    )
    .option('--dry-run', 'show the number and the notes, write nothing')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nWrites a record with the notes, the changes and a digest of what every host gets, signed by the engine, and a signed tag\nrelease/PIPELINE/NUMBER, pushed where there is a remote. A tag never moves.\n\nExamples:\n  plumbline release cut --dry-run\n  plumbline release cut platform --bump minor\n  git verify-tag release/platform/1.4.0',
    )
    .action(
      async (
        pipeline: string | undefined,
        options: Json & { number?: string; bump?: 'major' | 'minor' | 'patch'; dryRun?: boolean },
      ) =>
        context.run(async () => {
          const dryRun = options.dryRun === true
          const world = await context.open({ network: dryRun ? 'may' : 'must', emit: progress(terminal) })
          const { cutRelease } = await import('../../pipeline/release-cut.ts')
          const cut = await cutRelease(world, {
            dryRun,
            ...(pipeline !== undefined && { pipeline }),
            ...(options.number !== undefined && { version: options.number }),
            ...(options.bump !== undefined && { bump: options.bump }),
          })
          if ('refused' in cut) throw new Refusal(cut.refused)
          const { cutText } = await import('../views/release-text.ts')
          terminal.out(options.json === true ? `${JSON.stringify(cut, null, 2)}\n` : cutText(cut, terminal.colors))
          return exit.ok
        }, options),
    )
}

function defineList(command: Sub, context: CommandContext): void {
  const { terminal } = context
  command
    .description('list releases, the newest first')
    .argument('[pipeline]', 'only of this one')
    .option('--json', 'print JSON')
    .action(async (pipeline: string | undefined, options: Json) =>
      context.run(async () => {
        const { listReleases } = await import('../../pipeline/release-look.ts')
        const listed = await listReleases(await context.open({ network: 'may', emit: progress(terminal) }), pipeline)
        const { releasesText } = await import('../views/release-text.ts')
        terminal.out(
          options.json === true ? `${JSON.stringify(listed, null, 2)}\n` : releasesText(listed, terminal.colors),
        )
        return exit.ok
      }, options),
    )
}

function defineShow(command: Sub, context: CommandContext): void {
  const { terminal } = context
  command
    .description('show a release: where it is, and how it stands to each stage')
    .argument('<release>', '1.4.0, or platform/1.4.0')
    .option('--notes', 'print its notes alone, in Markdown')
    .option('--json', 'print JSON')
    .action(async (name: string, options: Json & { notes?: boolean }) =>
      context.run(async () => {
        const { showRelease } = await import('../../pipeline/release-look.ts')
        const shown = await showRelease(await context.open({ network: 'may', emit: progress(terminal) }), name)
        if ('refused' in shown) throw new Refusal(shown.refused)
        const { releaseText, shownNotes } = await import('../views/release-text.ts')
        if (options.json === true) terminal.out(`${JSON.stringify(shown, null, 2)}\n`)
        else terminal.out(options.notes === true ? shownNotes(shown.release) : releaseText(shown, terminal.colors))
        return exit.ok
      }, options),
    )
}

function defineDiff(command: Sub, context: CommandContext): void {
  const { terminal } = context
  command
    .description('compare two releases: documents, what hosts get, and the changes between')
    .argument('<before>', '1.3.0, or platform/1.3.0')
    .argument('<after>', '1.4.0, or platform/1.4.0')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExit status: 0 the same, 2 they differ, 1 error.')
    .action(async (before: string, after: string, options: Json) =>
      context.run(async () => {
        const { diffReleases } = await import('../../pipeline/release-look.ts')
        const found = await diffReleases(
          await context.open({ network: 'may', emit: progress(terminal) }),
          before,
          after,
        )
        if ('refused' in found) throw new Refusal(found.refused)
        const { releaseDiffText } = await import('../views/release-text.ts')
        terminal.out(
          options.json === true ? `${JSON.stringify(found, null, 2)}\n` : releaseDiffText(found, terminal.colors),
        )
        return found.documents.length + found.hosts.length === 0 ? exit.ok : exit.changes
      }, options),
    )
}

interface PromoteOptions extends Json {
  readonly to: string
  readonly branch?: string
  readonly key?: string
  readonly out?: string
  readonly force?: boolean
  readonly reason?: string
  readonly dryRun?: boolean
}

function definePromote(command: Sub, context: CommandContext): void {
  const { terminal } = context
  command
    .description('make the branch that lets a stage follow a release, and plan it')
    .argument('<release>', '1.4.0, or platform/1.4.0')
    .requiredOption('--to <stage>', 'stage of its pipeline')
    .option('--branch <name>', 'branch to make (default: promote/<release>-to-<stage>)')
    .option('--key <file>', "your SSH key, to sign the commit (default: git's user.signingkey)")
    .option('-o, --out <file>', 'save the plan')
    .option('--force', 'promote it though criteria are not met; needs --reason')
    .option('-m, --reason <text>', 'why; the commit and the record keep it')
    .option('--dry-run', 'show how it stands and what it would do, leave no branch')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nA promotion is a change like any other: one line moves, and it is planned, approved, merged and applied. Going back is\npromoting the release before.\n\nExample:\n  plumbline release promote 1.4.0 --to production\n  plumbline approve promote/platform-1.4.0-to-production     (somebody else)\n  git merge --no-ff promote/platform-1.4.0-to-production && git push\n  plumbline apply',
    )
    .action(async (name: string, options: PromoteOptions) => {
      if ((options.force === true) !== (options.reason !== undefined))
        command.error('error: --force and --reason go together')
      await context.run(async () => {
        const world = await context.open({
          network: 'must',
          emit: progress(terminal),
          ...(options.key !== undefined && { key: options.key }),
        })
        const { promoteRelease } = await import('../../pipeline/release-promote.ts')
        const { readinessLines } = await import('../views/release-text.ts')
        const done = await promoteRelease(world, {
          release: name,
          stage: options.to,
          dryRun: options.dryRun === true,
          ...(options.branch !== undefined && { branch: options.branch }),
          ...(options.reason !== undefined && { forced: options.reason }),
        })
        const shown = 'readiness' in done ? done.readiness : undefined
        if (options.json !== true && shown !== undefined)
          terminal.out(`${readinessLines(options.to, shown, terminal.colors).join('\n')}\n\n`)
        if ('refused' in done) throw new Refusal(done.refused)
        const { branch, readiness } = done
        await presentPlan(world, terminal, done, options, {
          asJson: (plan) => ({ branch, release: done.release.id, stage: done.stage.name, readiness, plan }),
          next:
            options.dryRun === true
              ? `plumbline release promote ${done.release.id} --to ${done.stage.name}`
              : `somebody else: plumbline approve ${branch}; then merge it and plumbline apply`,
        })
        return exit.changes
      }, options)
    })
}

function defineGate(command: Sub, context: CommandContext): void {
  const { terminal } = context
  command
    .description('say how a gate of the pipeline went')
    .argument('<release>', '1.4.0, or platform/1.4.0')
    .argument('<gate>', 'its name in the pipeline')
    .addOption(new Option('--passed', 'it went well').conflicts('failed'))
    .option('--failed', 'it did not')
    .requiredOption('--evidence <text>', 'by what that is known: a number, an address')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nExample:\n  plumbline release gate 1.4.0 load-test --passed --evidence https://ci.example.org/runs/812',
    )
    .action(
      async (name: string, gate: string, options: Json & { passed?: boolean; failed?: boolean; evidence: string }) => {
        if ((options.passed === true) === (options.failed === true)) command.error('error: give --passed or --failed')
        await context.run(async () => {
          const { recordGate } = await import('../../pipeline/release-judge.ts')
          const { evidence } = options
          const outcome = options.passed === true ? 'passed' : 'failed'
          const world = await context.open({ network: 'must' })
          const release = await recordGate(world, { release: name, gate, outcome, evidence })
          if ('refused' in release) throw new Refusal(release.refused)
          terminal.out(
            options.json === true ? `${JSON.stringify(release, null, 2)}\n` : `${release.id}: ${gate} ${outcome}\n`,
          )
          return exit.ok
        }, options)
      },
    )
}

function defineWithdraw(command: Sub, context: CommandContext): void {
  const { terminal } = context
  command
    .description('say that a release is not to be used any more')
    .argument('<release>', '1.4.0, or platform/1.4.0')
    .requiredOption('-m, --reason <text>', 'why; the record keeps it')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nNothing can be promoted to it from now on. Environments that follow it stay as they are, and are listed with the command\nthat promotes the release before.\n\nExample:\n  plumbline release withdraw 1.4.0 --reason "checkout loses sessions"',
    )
    .action(async (name: string, options: Json & { reason: string }) =>
      context.run(async () => {
        const { withdrawRelease } = await import('../../pipeline/release-judge.ts')
        const done = await withdrawRelease(await context.open({ network: 'must' }), {
          release: name,
          reason: options.reason,
        })
        if ('refused' in done) throw new Refusal(done.refused)
        const { withdrawnText } = await import('../views/release-text.ts')
        terminal.out(
          options.json === true
            ? `${JSON.stringify(done, null, 2)}\n`
            : withdrawnText(done.release, done.stranded, terminal.colors),
        )
        return exit.ok
      }, options),
    )
}
