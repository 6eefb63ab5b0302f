import type { Define } from '../context.ts'
import { exit } from '../terminal.ts'

/** `plumbline demo`: the whole story, with simulated hosts over real SSH. */
export const define: Define = (command, context) => {
  command
    .option('--folder <dir>', 'where to play (default: a new folder among the temporary files)')
    .action(async (_options: { folder?: string }) => context.run(async () => exit.ok, {}))
}
