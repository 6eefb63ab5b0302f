import type { CommandContext } from './context.ts'
import type { FormatOptions } from './format-options.ts'
import { Refusal } from './run-action.ts'
import { type ShownFormat, showResult } from './show-result.ts'
import { exit } from './terminal.ts'

export type ShowReport = FormatOptions<ShownFormat>

/** Runs a report and writes it as it is wanted. */
export async function showReport(
  { terminal, open }: CommandContext,
  name: string,
  about: readonly string[],
  options: ShowReport,
): Promise<number> {
  const world = await open({})
  const { runReport } = await import('../pipeline/report.ts')
  const { commit } = options
  const made = await runReport(world, name, { about, ...(commit !== undefined && { commit }) })
  if ('refused' in made) throw new Refusal(made.refused)
  if (made.unsound)
    terminal.err(
      `${terminal.colors.yellow('there are errors in the documents')}, so this may be wrong: plumbline validate\n`,
    )
  const narrow = `narrow it to some: plumbline report ${name} NAME…; csv and json have all of it`
  await showResult(world, terminal, { name, ...made }, { ...options, narrow })
  return exit.ok
}
