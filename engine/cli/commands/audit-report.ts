import { Option } from 'commander'
import { reporter } from '../../model/diagnostic.ts'
import { codes } from '../../pipeline/codes.ts'
import { linkTemplate, type ReportFormat, reportFormats } from '../../report/page.ts'
import type { CommandContext, Define } from '../context.ts'
import { Refusal } from '../run-action.ts'
import { exit } from '../terminal.ts'
import { count } from '../views/columns.ts'
import { wholeNumber } from '../whole-number.ts'

const report = reporter(codes)

interface Options {
  readonly from: string
  readonly to: string
  readonly framework: 'soc2' | 'iso27001' | 'pci' | 'nist'
  readonly format: ReportFormat
  readonly out?: string
  readonly sample?: number
  readonly seed?: string
  readonly commitUrl?: string
  readonly allowedSigners?: string
  readonly witness?: string
}

/** `plumbline audit report`: the evidence of a period, for an auditor; needs nothing but a clone. */
export const defineReport: Define = (command, context) => {
  command
    .description('the evidence of a period for an auditor: changes, approvals, exceptions, controls')
    .requiredOption('--from <date>', 'first day, or moment, of the period (UTC where no zone is given)')
    .requiredOption('--to <date>', 'last day, or moment, of the period')
    .addOption(
      new Option('--framework <name>', 'whose controls are held against it')
        .choices(['soc2', 'iso27001', 'pci', 'nist'])
        .makeOptionMandatory(),
    )
    .addOption(new Option('--format <name>', 'how it is written').choices(reportFormats).default('html'))
    .addOption(new Option('--json', 'the same as --format json').implies({ format: 'json' }))
    .option('-o, --out <file>', 'write it into this file instead of printing it')
    .option('--sample <n>', 'draw so many changes and show each with its history', wholeNumber)
    .option('--seed <text>', 'what the sample is drawn by; the same seed draws the same changes (default: the period)')
    .option('--commit-url <template>', 'link commits to this address, with {commit} in it (default: spec.links.commit)')
    .option('--allowed-signers <file>', 'keys you trust, in the form of ssh-keygen (kept outside the repository)')
    .option('--witness <commit>', 'the tip that somebody else noted: shows whether entries were cut off')
    .addHelpText(
      'after',
      "\nThe ledger is checked first, as audit verify does it; where it does not hold, the report says so on its first page and the\nexit status is 1. A change belongs to the period by its merge, or by having been carried out; the report says how a sample\nwas drawn, so that anybody can draw it again. The csv form has one row for each change.\n\nExamples:\n  git clone --bare URL estate.git && cd estate.git\n  plumbline audit report --from 2026-10-01 --to 2026-12-31 --framework soc2 -o q4.html\n  plumbline audit report --from 2026-10-01 --to 2026-12-31 --framework pci --format csv --sample 25 --seed 'audit 2026'",
    )
    .action(async (options: Options) => context.run(() => write(options, context), { json: options.format === 'json' }))
}

async function write(options: Options, { terminal, open }: CommandContext): Promise<number> {
  const { format, out, allowedSigners, witness } = options
  expectTemplate(options.commitUrl)
  const world = await open({})
  const { commitLinks, makeAuditReport } = await import('../../pipeline/audit-report.ts')
  const made = await makeAuditReport(world, {
    from: options.from,
    to: options.to,
    framework: options.framework,
    ...(options.sample !== undefined && {
      sample: { size: options.sample, seed: options.seed ?? `${options.from}/${options.to}` },
    }),
    ...(allowedSigners !== undefined && { allowedSigners }),
    ...(witness !== undefined && { witness }),
  })
  if ('refused' in made) throw new Refusal(made.refused)
  const { renderReport } = await import('../../report/render.ts')
  const text = await renderReport(made, format, options.commitUrl ?? (await commitLinks(world)))
  if (out === undefined) terminal.out(text)
  else {
    await world.writeText(out, text)
    terminal.out(`${count(made.counts.total, 'change')} of the period in ${out}\n`)
  }
  const failed = !made.verification.ok
  if (failed)
    terminal.err(`${terminal.colors.red('the check of the ledger failed')}: plumbline audit verify says where\n`)
  return failed ? exit.error : exit.ok
}

/** A link that runs a script in the auditor's browser is none. */
export function expectTemplate(template: string | undefined): void {
  if (template === undefined || linkTemplate.test(template)) return
  throw new Refusal([report('link-invalid', { summary: `${template} is no template for links to commits` })])
}
