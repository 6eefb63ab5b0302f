import { Option } from 'commander'
import type { AccessAt } from '../../pipeline/audit-access.ts'
import { type ReportFormat, reportFormats } from '../../report/page.ts'
import type { CommandContext, Define } from '../context.ts'
import { Refusal } from '../run-action.ts'
import { exit } from '../terminal.ts'
import { accessText } from '../views/access-text.ts'
import { count } from '../views/columns.ts'
import { expectTemplate } from './audit-report.ts'

interface Options {
  readonly asOf: string
  readonly person?: string
  readonly host?: string
  readonly format: ReportFormat | 'text'
  readonly out?: string
  readonly commitUrl?: string
}

/** `plumbline audit access`: who had which access at a moment, and by which change. */
export const defineAccess: Define = (command, context) => {
  command
    .description('who had which access at a moment, who agreed to it, and whether hosts had been told')
    .requiredOption(
      '--as-of <moment>',
      'a date (2026-10-01, 2026-10-01T14:00:00Z), a change, a baseline, a commit or a tag',
    )
    .option('--person <name>', 'only what this person had')
    .option('--host <name>', 'only on this host')
    .addOption(new Option('--format <name>', 'how it is written').choices(['text', ...reportFormats]).default('text'))
    .addOption(new Option('--json', 'the same as --format json').implies({ format: 'json' }))
    .option('-o, --out <file>', 'write it into this file instead of printing it')
    .option('--commit-url <template>', 'link commits to this address, with {commit} in it (default: spec.links.commit)')
    .addHelpText(
      'after',
      '\nBy the documents of the target branch and the records of the ledger then. Grants and profiles are both counted, and the\naccount of the engine. What stood on hosts beside that, plumbline as-of DATE query access shows from snapshots.\n\nExamples:\n  plumbline audit access --as-of 2026-10-01\n  plumbline audit access --as-of 2026-10-01 --person n.ito --format html -o access.html\n  plumbline audit access --as-of CHG-2026-00042 --host db-01 --format csv',
    )
    .action(async (options: Options) => context.run(() => write(options, context), { json: options.format === 'json' }))
}

async function write(options: Options, { terminal, open }: CommandContext): Promise<number> {
  expectTemplate(options.commitUrl)
  const world = await open({})
  const { auditAccess } = await import('../../pipeline/audit-access.ts')
  const { asOf, person, host, format, out } = options
  const access = await auditAccess(world, {
    asOf,
    ...(person !== undefined && { person }),
    ...(host !== undefined && { about: host }),
  })
  if ('refused' in access) throw new Refusal(access.refused)
  const text = format === 'text' ? accessText(access) : await rendered(access, { ...options, format }, world)
  if (out === undefined) terminal.out(text)
  else {
    await world.writeText(out, text)
    terminal.out(`${count(access.rows.length, 'account')} on hosts in ${out}\n`)
  }
  return exit.ok
}

async function rendered(
  access: AccessAt,
  { format, commitUrl }: Pick<Options, 'commitUrl'> & { readonly format: ReportFormat },
  world: Awaited<ReturnType<CommandContext['open']>>,
): Promise<string> {
  const { commitLinks } = await import('../../pipeline/audit-report.ts')
  const { renderAccess } = await import('../../report/render.ts')
  return renderAccess(access, { format, links: commitUrl ?? (await commitLinks(world)), engine: world.engineVersion })
}
