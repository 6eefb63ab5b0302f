import { GitProcess } from '../../adapters/git/git-process.ts'
import type { CommandContext } from '../../cli/context.ts'
import { exit } from '../../cli/terminal.ts'
import { claimFolder, writeCommand } from '../demo-folder.ts'
import { isolate } from '../isolate.ts'
import { openQuarter } from './quarter.ts'
import { tellQuarter } from './story.ts'

/**
 * Lets the reference estate live through a quarter, some forty changes of all types, and leaves it to look around in, with the bare clone
 * of an auditor beside it. Its hosts are in memory, and its clock runs as fast as the work.
 */
export async function playQuarter(
  { terminal, version, runProgram }: Pick<CommandContext, 'terminal' | 'version' | 'runProgram'>,
  wanted: string | undefined,
): Promise<number> {
  const { colors: c } = terminal
  const folder = await claimFolder(wanted)
  const restore = isolate(folder.home)
  try {
    terminal.out(`${c.bold('A quarter of Lantern Books')}, from 2026-07-01 to 2026-09-30, in ${folder.path}\n\n`)
    const say = (what: string): void => terminal.out(`  ${what}\n`)
    const quarter = await openQuarter({ folder, runProgram, version, say })
    await tellQuarter(quarter)
    await quarter.office.checkOut()
    await new GitProcess(folder.path).output(['clone', '--quiet', '--bare', folder.estate, folder.audit])
    await writeCommand(folder)
  } finally {
    restore()
  }
  const period = '--from 2026-07-01 --to 2026-09-30'
  terminal.out(`
What an auditor sees, who has nothing but a bare clone:

  cd ${folder.audit}
  ../plumbline audit verify
  ../plumbline audit report ${period} --framework soc2 -o q3.html
  ../plumbline dora ${period}
  ../plumbline log --type emergency
`)
  return exit.ok
}
