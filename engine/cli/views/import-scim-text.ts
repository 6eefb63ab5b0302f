import { escapeControls } from '../../model/escape.ts'
import type { ImportedScim } from '../../pipeline/import-scim.ts'
import type { Colors } from '../terminal.ts'
import { columns, count } from './columns.ts'
import { diagnosticsText } from './diagnostics-text.ts'

/** What came from a directory; with the texts, where nothing was written. */
export function importedScimText(
  { created, changed, same, files, diagnostics }: ImportedScim,
  { colors, dryRun }: { readonly colors: Colors; readonly dryRun: boolean },
): string {
  const rows = [...created.map((a) => ['new', a]), ...changed.map((a) => ['changed', a])]
  const texts = [...files].map(([path, text]) => `${colors.bold(path)}\n${escapeControls(text)}`)
  const written = diagnostics.some((d) => d.severity === 'error')
    ? 'nothing was written'
    : `${count(files.size, 'file')} written`
  return [
    ...columns(rows),
    ...(dryRun ? texts : []),
    diagnosticsText(diagnostics, colors).trimEnd(),
    `${created.length} new, ${changed.length} changed, ${same.length} as they were; ${dryRun ? 'nothing was written' : written}`,
  ]
    .filter((line) => line !== '')
    .join('\n')
    .concat('\n')
}
