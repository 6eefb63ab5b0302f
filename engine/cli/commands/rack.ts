import type { Define } from '../context.ts'
import { addFormatOptions } from '../format-options.ts'
import { type ShowReport, showReport } from '../show-report.ts'
import { shownFormats } from '../show-result.ts'

/** `plumbline rack show`: what stands in racks, unit by unit, and their elevations. */
export const define: Define = (command, context) => {
  addFormatOptions(
    command
      .command('show')
      .description('what stands in racks, from the top down; all of them where none is named')
      .argument('[rack...]', 'names of racks'),
    shownFormats,
    'write it into this file; elevations into this folder',
  )
    .addHelpText(
      'after',
      '\nExamples:\n  plumbline rack show ams1-r04\n  plumbline rack show ams1-r04 --format svg > r04.svg\n  plumbline rack show --format html -o racks.html',
    )
    .action(async (racks: string[], options: ShowReport) =>
      context.run(() => showReport(context, 'racks', racks, options), { json: options.format === 'json' }),
    )
}
