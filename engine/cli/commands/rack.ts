import { Option } from 'commander'
import type { Define } from '../context.ts'
import { type ShowReport, showReport } from '../show-report.ts'

/** `plumbline rack show`: what stands in racks, unit by unit, and their elevations. */
export const define: Define = (command, context) => {
  command
    .command('show')
    .description('what stands in racks, from the top down; all of them where none is named')
    .argument('[rack...]', 'names of racks')
    .addOption(
      new Option('--format <format>', 'how it is written; svg: the elevations')
        .choices(['table', 'csv', 'json', 'markdown', 'html', 'svg'])
        .default('table'),
    )
    .addOption(new Option('--json', 'the same as --format json').implies({ format: 'json' }))
    .option('-o, --out <path>', 'write it into this file; elevations into this folder')
    .option('--commit <rev>', 'at a commit instead of the working folder')
    .addHelpText(
      'after',
      '\nExamples:\n  plumbline rack show ams1-r04\n  plumbline rack show ams1-r04 --format svg > r04.svg\n  plumbline rack show --format html -o racks.html',
    )
    .action(async (racks: string[], options: ShowReport) =>
      context.run(() => showReport(context, 'racks', racks, options), { json: options.format === 'json' }),
    )
}
